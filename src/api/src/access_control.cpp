#include "aqua/api/access_control.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "aqua/api/application.hpp"
#include "aqua/base/text.hpp"
#include "caller.hpp"
#include "endpoint.hpp"
#include "errors.hpp"
#include "response_cache.hpp"

namespace aqua::api {
namespace {

constexpr std::array kAllRoles = {auth::Role::kViewer, auth::Role::kOperator, auth::Role::kScientist, auth::Role::kAdmin, auth::Role::kService};

/// The principal of the local mode: whoever sits at this machine may do everything.
std::shared_ptr<const auth::Principal> LocalPrincipal() {
  static const auto principal = [] {
    auth::Principal local;
    local.kind = auth::Principal::Kind::kLocal;
    local.tenant_id = identity::kDefaultTenant;
    local.role = auth::Role::kAdmin;
    return std::make_shared<const auth::Principal>(std::move(local));
  }();
  return principal;
}

/// The value of a cookie, or nothing.
std::string_view Cookie(const http::Request& request, std::string_view name) {
  std::string_view rest = request.headers.Find("Cookie").value_or("");
  while (!rest.empty()) {
    const auto end = std::min(rest.find(';'), rest.size());
    std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) return pair.substr(name.size() + 1);
  }
  return {};
}

identity::Credentials CredentialsOf(const http::Request& request) {
  identity::Credentials credentials;
  const std::string_view authorization = request.headers.Find("Authorization").value_or("");
  constexpr std::string_view kBearer = "Bearer ";
  if (authorization.size() > kBearer.size() && base::ToLower(authorization.substr(0, kBearer.size())) == "bearer ")
    credentials.bearer = authorization.substr(kBearer.size());
  credentials.api_key = request.headers.Find("X-API-Key").value_or("");
  credentials.session_cookie = Cookie(request, SessionCookieName(request.scheme == "https"));
  return credentials;
}

/// What one bucket of the limiter counts: a user, a key, or an address.
std::string RateKey(const auth::Principal* principal, const http::Request& request) {
  if (principal == nullptr) return "address:" + request.peer;
  return principal->kind == auth::Principal::Kind::kApiKey ? "key:" + principal->key_id : "user:" + principal->user_id;
}

http::Response Unauthenticated(const Services& services, const http::Request& request, std::string_view reason) {
  const bool none = reason.empty();
  http::Response response =
      EnvelopeResponse(services, request, 401, none ? "credentials_missing" : std::string(reason),
                       none ? "sign in first: send Authorization: Bearer TOKEN, or X-API-Key" : "these credentials are not valid, or no longer; sign in again");
  response.headers.Set("WWW-Authenticate", none ? "Bearer realm=\"aqua\"" : "Bearer realm=\"aqua\", error=\"invalid_token\"");
  return response;
}

http::Response TooMany(const Services& services, const http::Request& request, const ratelimit::Decision& rate) {
  http::Response response = EnvelopeResponse(services, request, 429, "rate_limited",
                                             fmt::format("more than {} requests a minute; try again in {} s", rate.limit, rate.retry_after.count()));
  response.headers.Set("Retry-After", std::to_string(rate.retry_after.count()));
  return response;
}

}  // namespace

/// What an operation asks of its callers.
struct AccessControl::Rule {
  std::array<bool, kAllRoles.size()> roles{};  ///< by auth::Role
  bool open = true;                            ///< to everybody
  bool counted = false;                        ///< by the limiter
  bool interactive = false;                    ///< not for API keys
  bool writes = false;
  bool is_metrics = false;
  std::string scope;
  const Endpoint* endpoint = nullptr;
};

AccessControl::AccessControl(Services& services) : services_(services) {
  for (const Endpoint& endpoint : Endpoints()) {
    Rule rule;
    rule.endpoint = &endpoint;
    rule.open = endpoint.operation.roles.empty();
    for (const std::string& name : endpoint.operation.roles) rule.roles.at(static_cast<std::size_t>(*auth::ParseRole(name))) = true;
    rule.counted = !endpoint.operation.rate_class.empty();
    rule.interactive = endpoint.interactive;
    rule.writes = endpoint.operation.method != "GET";
    rule.is_metrics = endpoint.operation.path == "/metrics";
    rule.scope = endpoint.operation.scope;
    rules_.push_back(std::move(rule));
  }
}

AccessControl::~AccessControl() = default;

const std::string* AccessControl::AllowedOrigin(const http::Request& request) const {
  const auto origin = request.headers.Find("Origin");
  if (!origin) return nullptr;
  const auto found = std::find(services_.options.cors_origins.begin(), services_.options.cors_origins.end(), *origin);
  return found == services_.options.cors_origins.end() ? nullptr : &*found;
}

http::Verdict AccessControl::Preflight(const http::Request& request) const {
  if (AllowedOrigin(request) == nullptr || !request.headers.Find("Access-Control-Request-Method")) return http::Verdict::Continue();
  http::Response response;
  response.status = 204;
  response.headers.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE");
  response.headers.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-None-Match, X-API-Key, X-Request-ID");
  response.headers.Set("Access-Control-Max-Age", "600");
  return http::Verdict::Refuse(std::move(response));
}

/// The checks of one request, in their order. Each returns a verdict that ends them, or nothing.
struct AccessControl::Step {
  Services& services;
  const Rule& rule;
  http::Request& request;
  bool may_wait;
  std::shared_ptr<Caller> caller = std::make_shared<Caller>();
  std::string refused = {};  ///< why the credentials are not taken
  bool from_cookie = false;

  using End = std::optional<http::Verdict>;

  [[nodiscard]] End Refuse(http::Response response) const { return http::Verdict::Refuse(std::move(response)); }
  [[nodiscard]] End Forbid(const std::string& type, const std::string& message) {
    const audit::Entry entry = MakeAuditEntry(services, request, "access.refused", "operation", rule.endpoint->operation.operation_id, "refused",
                                              fmt::format("{{\"reason\":\"{}\"}}", type));
    services.identity.audit.Append(entry, [](const Status&) {});  // the log tells what it could not write
    return Refuse(EnvelopeResponse(services, request, 403, type, message));
  }

  /// Who it is.
  End Identify(bool local) {
    const identity::Credentials credentials = CredentialsOf(request);
    identity::Verdict verdict =
        may_wait ? services.identity.authenticator.Authenticate(credentials) : services.identity.authenticator.TryAuthenticate(credentials);
    using Kind = identity::Verdict::Kind;
    if (verdict.kind == Kind::kMustAsk) return http::Verdict::Ask();
    if (verdict.kind == Kind::kRefused) {
      if (verdict.code != ErrorCode::kUnauthenticated && !rule.open)
        return Refuse(ErrorResponse(services, request, MakeError(verdict.code, "the caller cannot be checked now", verdict.reason)));
      refused = verdict.reason;
    }
    caller->principal = std::move(verdict.principal);
    from_cookie = verdict.from_cookie;
    if (!caller->principal && refused.empty() && local) caller->principal = LocalPrincipal();
    return std::nullopt;
  }

  /// The tenant that he belongs to.
  End FindTenant() {
    const std::string tenant = caller->principal ? caller->principal->tenant_id : std::string(identity::kDefaultTenant);
    caller->tenant = services.tenants.Find(tenant);
    if (caller->tenant) return std::nullopt;
    if (!may_wait) return http::Verdict::Ask();
    auto loaded = services.tenants.Load(tenant);
    if (!loaded) return Refuse(ErrorResponse(services, request, loaded.error()));
    caller->tenant = *std::move(loaded);
    return std::nullopt;
  }

  /// Whether it is too much.
  End Count() {
    const auth::Principal* principal = caller->principal.get();
    if (!rule.counted || (principal != nullptr && principal->kind == auth::Principal::Kind::kLocal)) return std::nullopt;
    const std::string key = RateKey(principal, request);
    caller->rate = may_wait ? services.identity.limiter.Admit(key) : services.identity.limiter.TryAdmit(key);
    if (caller->rate.verdict == ratelimit::Verdict::kMustAsk) return http::Verdict::Ask();
    request.attachment = caller;
    if (!caller->rate.admitted()) return Refuse(TooMany(services, request, caller->rate));
    return std::nullopt;
  }

  /// Whether he may.
  End Authorise() {
    if (rule.open) return std::nullopt;
    if (!caller->principal) return Refuse(Unauthenticated(services, request, refused));
    const auth::Principal& principal = *caller->principal;
    if (!rule.roles.at(static_cast<std::size_t>(principal.role)))
      return Forbid("role_not_allowed", fmt::format("the role {} may not do this; it takes one of: {}", auth::Name(principal.role),
                                                    fmt::join(rule.endpoint->operation.roles, ", ")));
    const auto& scopes = principal.scopes;
    if (!scopes.empty() && std::find(scopes.begin(), scopes.end(), rule.scope) == scopes.end())
      return Forbid("scope_missing", fmt::format("the key has not the scope {}", rule.scope));
    if (rule.interactive && principal.kind == auth::Principal::Kind::kApiKey) return Forbid("key_not_allowed", "this is not for API keys; sign in");
    if (principal.role == auth::Role::kAdmin && principal.kind != auth::Principal::Kind::kLocal && !services.identity.authenticator.RevocationsAreFresh())
      return Refuse(EnvelopeResponse(services, request, 503, "revocations_unknown", "what was revoked cannot be learned now; administrators must wait"));
    if (from_cookie && rule.writes && !services.identity.sessions.IsCsrfToken(principal.session_id, request.headers.Find("X-CSRF-Token").value_or("")))
      return Forbid("csrf_token_missing", "a page must send the token of its session as X-CSRF-Token");
    return std::nullopt;
  }
};

http::Verdict AccessControl::Decide(http::Request& request, bool may_wait) {
  const bool local = !services_.sign_in_required.load(std::memory_order_relaxed);
  const bool foreign_page_allowed = AllowedOrigin(request) != nullptr;
  if (local && !foreign_page_allowed)
    if (auto refusal = CheckLocalRequest(services_, request)) return http::Verdict::Refuse(*std::move(refusal));
  if (request.method == http::Method::kOptions) return Preflight(request);
  if (request.route_index >= rules_.size()) return http::Verdict::Continue();
  const Rule& rule = rules_[request.route_index];
  const auto& allowed = services_.options.metrics_allow;
  const bool closed_metrics =
      rule.is_metrics && !local && std::none_of(allowed.begin(), allowed.end(), [&](const http::AddressRange& range) { return range.Contains(request.peer); });
  if (rule.open && !rule.counted && !closed_metrics) return http::Verdict::Continue();
  Step step{services_, rule, request, may_wait};
  if (auto end = step.Identify(local)) return *std::move(end);
  if (auto end = step.FindTenant()) return *std::move(end);
  if (auto end = step.Count()) return *std::move(end);
  request.attachment = step.caller;
  if (closed_metrics && (!step.caller->principal || step.caller->principal->role != auth::Role::kAdmin))
    return http::Verdict::Refuse(Unauthenticated(services_, request, step.refused));
  if (auto end = step.Authorise()) return *std::move(end);
  if (auto answer = FindCachedAnswer(services_, *rule.endpoint, request, may_wait)) return http::Verdict::Refuse(*std::move(answer));
  return http::Verdict::Continue();
}

void AccessControl::Finish(const http::Request& request, http::Response& response) const {
  http::Headers& headers = response.headers;
  headers.Set("X-Frame-Options", "DENY");
  if (!headers.Find("Referrer-Policy")) headers.Set("Referrer-Policy", "no-referrer");
  if (!headers.Find("Content-Security-Policy")) headers.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  if (request.scheme == "https") headers.Set("Strict-Transport-Security", "max-age=31536000");
  if (const std::string* origin = AllowedOrigin(request)) {
    headers.Set("Access-Control-Allow-Origin", *origin);
    headers.Set("Access-Control-Expose-Headers",
                "ETag, Retry-After, X-Next-Cursor, X-Process-Time, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-ID");
  }
  if (!services_.options.cors_origins.empty()) headers.Add("Vary", "Origin");
  const auto* caller = dynamic_cast<const Caller*>(request.attachment.get());
  if (caller == nullptr) return;
  if (!headers.Find("Cache-Control")) headers.Set("Cache-Control", "no-store");
  if (caller->rate.limit == 0) return;
  headers.Set("X-RateLimit-Limit", std::to_string(caller->rate.limit));
  headers.Set("X-RateLimit-Remaining", std::to_string(caller->rate.remaining));
  headers.Set("X-RateLimit-Reset", std::to_string(caller->rate.reset.count()));
}

}  // namespace aqua::api
