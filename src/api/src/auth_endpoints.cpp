#include <chrono>
#include <string>
#include <utility>

#include "accounts_answer.hpp"
#include "aqua/base/text.hpp"
#include "aqua/base/time.hpp"
#include "caller.hpp"
#include "form.hpp"
#include "input.hpp"
#include "messages.hpp"

namespace aqua::api {
namespace {

bool RegistrationIsOpen(const Services& services) {
  if (services.options.registration == Registration::kUntilAdministrator) return !services.sign_in_required;
  return services.options.registration == Registration::kOn;
}

void Mode(Services& services, const ExchangePtr& exchange) {
  exchange->Respond(JsonResponseOf(200, AuthModeAnswer{services.sign_in_required, RegistrationIsOpen(services), services.options.password_min_length}));
}

void Register(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const auto body = ReadBody<RegisterRequest>(services, *exchange);
  if (!body) return;
  const http::Request& request = exchange->request();
  if (!RegistrationIsOpen(services))
    return exchange->Respond(EnvelopeResponse(services, request, 403, "registration_closed", "accounts are made by an administrator here; ask one"));
  const auto user = services.identity.accounts.Register({body->email, body->username, body->password, body->full_name}, OriginOf(request));
  exchange->Respond(user ? JsonResponseOf(201, MakeUserAnswer(*user)) : IdentityErrorResponse(services, request, user.error(), 400));
}

/// What a client that signs in sends: JSON, or the form of OAuth clients, whose other fields are passed over.
std::optional<LoginRequest> ReadLogin(Services& services, http::Exchange& exchange) {
  const std::string_view type = exchange.request().headers.Find("Content-Type").value_or("");
  if (base::ToLower(type.substr(0, type.find(';'))).find("application/x-www-form-urlencoded") == std::string::npos)
    return ReadBody<LoginRequest>(services, exchange);
  contract::Parameters fields;
  auto form = ParseForm(AsText(exchange.request().body));
  if (!form) {
    exchange.Respond(FaultsResponse(services, exchange.request(), {{"", form.error().message, form.error().reason}}));
    return std::nullopt;
  }
  for (auto& field : *form)
    if (field.first == "username" || field.first == "password") fields.push_back(std::move(field));
  std::vector<contract::Fault> faults;
  auto login = contract::ParseParameters<LoginRequest>(fields, faults);
  if (!login) exchange.Respond(FaultsResponse(services, exchange.request(), faults));
  return login;
}

/// Checks the password, or answers why not.
std::optional<identity::SignIn> SignInOrRespond(Services& services, http::Exchange& exchange, LoginRequest login, identity::SessionKind kind) {
  const http::Request& request = exchange.request();
  identity::LoginRequest attempt;
  attempt.login = std::move(login.username);
  attempt.password = std::move(login.password);
  attempt.kind = kind;
  attempt.origin = OriginOf(request);
  identity::LoginAnswer answer = services.identity.sessions.Login(attempt);
  if (answer.sign_in) return *std::move(answer.sign_in);
  const Error& error = answer.sign_in.error();
  if (error.reason == "login_delayed") {
    http::Response response = EnvelopeResponse(services, request, 429, error.reason, "too many failed sign-ins; wait before the next one");
    response.headers.Set("Retry-After", std::to_string(std::max<std::int64_t>(1, answer.retry_after.count())));
    exchange.Respond(std::move(response));
    return std::nullopt;
  }
  http::Response response = IdentityErrorResponse(services, request, error);
  if (response.status == 401) response.headers.Set("WWW-Authenticate", "Bearer realm=\"aqua\"");
  exchange.Respond(std::move(response));
  return std::nullopt;
}

TokenAnswer MakeTokenAnswer(identity::Tokens tokens) {
  return {std::move(tokens.access_token), "bearer", tokens.expires_in.count(), std::move(tokens.refresh_token)};
}

void Login(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  auto login = ReadLogin(services, *exchange);
  if (!login) return;
  const auto sign_in = SignInOrRespond(services, *exchange, *std::move(login), identity::SessionKind::kToken);
  if (!sign_in) return;
  auto tokens = services.identity.sessions.IssueTokens(*sign_in);
  exchange->Respond(tokens ? JsonResponseOf(200, MakeTokenAnswer(*std::move(tokens))) : ErrorResponse(services, exchange->request(), tokens.error()));
}

void Refresh(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const auto body = ReadBody<RefreshRequest>(services, *exchange);
  if (!body) return;
  auto tokens = services.identity.sessions.Refresh(body->refresh_token, OriginOf(exchange->request()));
  if (tokens) return exchange->Respond(JsonResponseOf(200, MakeTokenAnswer(*std::move(tokens))));
  http::Response response = ErrorResponse(services, exchange->request(), tokens.error());
  if (response.status == 401) response.headers.Set("WWW-Authenticate", "Bearer realm=\"aqua\", error=\"invalid_token\"");
  exchange->Respond(std::move(response));
}

/// The cookie of a browser's session; an empty value removes it.
std::string CookieHeader(const http::Request& request, const std::string& value, std::int64_t seconds) {
  const bool tls = request.scheme == "https";
  return std::string(SessionCookieName(tls)) + "=" + value + "; Path=/; Max-Age=" + std::to_string(seconds) + "; HttpOnly; SameSite=Strict" +
         (tls ? "; Secure" : "");
}

void SignIn(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  auto body = ReadBody<LoginRequest>(services, *exchange);
  if (!body) return;
  const auto sign_in = SignInOrRespond(services, *exchange, *std::move(body), identity::SessionKind::kBrowser);
  if (!sign_in) return;
  http::Response response = JsonResponseOf(201, SignInAnswer{MakeUserAnswer(sign_in->user), sign_in->csrf_token, base::FormatTime(sign_in->expires_at)});
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(sign_in->expires_at - services.clock.Now()).count();
  response.headers.Add("Set-Cookie", CookieHeader(exchange->request(), sign_in->cookie, seconds));
  exchange->Respond(std::move(response));
}

/// Ends the session that asks, whatever kind it is.
void SignOut(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const http::Request& request = exchange->request();
  const auth::Principal& principal = *CallerOf(request).principal;
  if (!principal.session_id.empty()) {
    const Status ended = services.identity.sessions.Logout(principal, OriginOf(request));
    if (!ended && ended.error().code != ErrorCode::kNotFound) return exchange->Respond(ErrorResponse(services, request, ended.error()));
  }
  http::Response response;
  response.status = 204;
  response.headers.Add("Set-Cookie", CookieHeader(request, "", 0));
  exchange->Respond(std::move(response));
}

std::string_view SignedInBy(auth::Principal::Kind kind) {
  switch (kind) {
    case auth::Principal::Kind::kLocal: return "local";
    case auth::Principal::Kind::kUser: return "session";
    case auth::Principal::Kind::kApiKey: return "api_key";
  }
  return "local";
}

void Me(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const http::Request& request = exchange->request();
  const auth::Principal& principal = *CallerOf(request).principal;
  MeAnswer answer;
  answer.username = "local";
  answer.role = auth::Name(principal.role);
  answer.organisation_id = principal.tenant_id;
  answer.signed_in_by = SignedInBy(principal.kind);
  answer.scopes = principal.scopes;
  if (!principal.user_id.empty()) {
    const auto user = services.identity.accounts.FindUser(principal.tenant_id, principal.user_id);
    if (!user) return exchange->Respond(ErrorResponse(services, request, user.error()));
    if (!*user) return exchange->Respond(EnvelopeResponse(services, request, 404, "user_not_found", "there is no such account any more"));
    answer.id = (*user)->id;
    answer.email = (*user)->email;
    answer.username = (*user)->username;
    answer.full_name = (*user)->full_name;
    answer.is_active = (*user)->is_active;
    answer.created_at = base::FormatTime((*user)->created_at);
    answer.role = auth::Name((*user)->role);
  }
  answer.roles = {answer.role};
  if (!principal.session_id.empty()) {
    answer.session_id = principal.session_id;
    answer.csrf_token = services.identity.sessions.CsrfToken(principal.session_id);
  }
  exchange->Respond(JsonResponseOf(200, answer));
}

void PublicKeys(Services& services, const ExchangePtr& exchange) {
  http::Response response = JsonResponse(200, services.identity.keys.Jwks());
  response.headers.Set("Cache-Control", "public, max-age=60");
  exchange->Respond(std::move(response));
}

/// Answers that need no account: 401 is "wrong password" here, not "sign in first".
Endpoint OpenEndpoint(std::string path, std::string id, std::string summary, void (*handler)(Services&, const ExchangePtr&)) {
  Endpoint endpoint = WritingEndpoint(std::move(path), std::move(id), std::move(summary), "auth", handler);
  endpoint.operation.rate_class = "auth";
  return endpoint;
}

Endpoint LoginEndpoint() {
  Endpoint login = OpenEndpoint("/api/v1/auth/login", "login", "Exchanges user name and password for tokens", &Login);
  login.operation.description =
      "For programs; pages use /api/v1/auth/session. Failed attempts delay the next ones from the same address, so that guessing is slow; they do not delay "
      "addresses that the user signed in from before.";
  TakesJson<LoginRequest>(login);
  login.operation.request_bodies.emplace_back("application/x-www-form-urlencoded", &contract::SchemaOf<LoginRequest>());
  login.operation.answers.push_back(JsonAnswer<TokenAnswer>(200, "The tokens"));
  AddErrors(login.operation, {401});
  login.takes_password = true;
  return login;
}

}  // namespace

std::vector<Endpoint> AuthEndpoints() {
  Endpoint mode = ReadingEndpoint("/api/v1/auth/mode", "getAuthMode", "Whether callers must sign in", "auth", http::Execution::kInline, &Mode);
  mode.operation.answers = {JsonAnswer<AuthModeAnswer>(200, "How it is here")};
  AddErrors(mode.operation, {400, 403, 500});
  Endpoint register_endpoint = OpenEndpoint("/api/v1/auth/register", "register", "Makes an account for oneself, where that is allowed", &Register);
  TakesJson<RegisterRequest>(register_endpoint);
  register_endpoint.operation.answers.push_back(JsonAnswer<UserAnswer>(201, "The account"));
  Endpoint refresh = OpenEndpoint("/api/v1/auth/refresh", "refreshTokens", "Exchanges a refresh token for new tokens", &Refresh);
  refresh.operation.description = "A refresh token is good for one time. If a spent one comes again from elsewhere, its whole session ends.";
  TakesJson<RefreshRequest>(refresh);
  refresh.operation.answers.push_back(JsonAnswer<TokenAnswer>(200, "The tokens"));
  AddErrors(refresh.operation, {401});
  Endpoint sign_in = OpenEndpoint("/api/v1/auth/session", "signIn", "Signs a browser in: the session is a cookie", &SignIn);
  TakesJson<LoginRequest>(sign_in);
  sign_in.operation.answers.push_back(JsonAnswer<SignInAnswer>(201, "Signed in"));
  AddErrors(sign_in.operation, {401});
  register_endpoint.takes_password = sign_in.takes_password = true;
  Endpoint sign_out = WritingEndpoint("/api/v1/auth/logout", "logout", "Ends the session that asks", "auth", &SignOut);
  sign_out.operation.answers.push_back({204, "Signed out"});
  Endpoint me = ReadingEndpoint("/api/v1/auth/me", "getMe", "Who the caller is", "auth", http::Execution::kBlocking, &Me);
  me.operation.rate_class = "read";
  me.operation.answers = {JsonAnswer<MeAnswer>(200, "The caller")};
  AddErrors(me.operation, {400, 403, 404, 422, 500, 503, 504});
  me.operation.roles = sign_out.operation.roles = ReaderRoles();
  Endpoint keys =
      ReadingEndpoint("/.well-known/jwks.json", "getSigningKeys", "Public keys of the access tokens (RFC 7517)", "auth", http::Execution::kInline, &PublicKeys);
  keys.operation.answers = {{200, "A JWK set", "application/json", nullptr, {}}};
  AddErrors(keys.operation, {400, 403, 500});
  return {mode, register_endpoint, LoginEndpoint(), refresh, sign_in, sign_out, me, keys};
}

}  // namespace aqua::api
