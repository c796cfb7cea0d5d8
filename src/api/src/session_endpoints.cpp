#include <string>
#include <utility>

#include "accounts_answer.hpp"
#include "aqua/base/time.hpp"
#include "caller.hpp"
#include "input.hpp"
#include "messages.hpp"

namespace aqua::api {
namespace {

/// The account that asks; the local mode has none and is told so.
const auth::Principal* PersonOrRespond(const Services& services, http::Exchange& exchange) {
  const auth::Principal& principal = *CallerOf(exchange.request()).principal;
  if (!principal.user_id.empty()) return &principal;
  exchange.Respond(
      EnvelopeResponse(services, exchange.request(), 409, "no_account", "the user of the local mode has no account; make one: aqua user create-admin"));
  return nullptr;
}

void ChangePassword(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const auto body = ReadBody<PasswordChangeRequest>(services, *exchange);
  if (!body) return;
  const auth::Principal* person = PersonOrRespond(services, *exchange);
  if (person == nullptr) return;
  const Status changed =
      services.identity.accounts.ChangePassword(person->tenant_id, person->user_id, body->old_password, body->new_password, OriginOf(exchange->request()));
  if (changed) return RespondDone(*exchange);
  if (changed.error().reason == "wrong_password")
    return exchange->Respond(FaultsResponse(services, exchange->request(), {{"/old_password", "is not your password", "wrong_password"}}));
  exchange->Respond(IdentityErrorResponse(services, exchange->request(), changed.error()));
}

void RequestReset(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const auto body = ReadBody<PasswordResetRequest>(services, *exchange);
  if (!body) return;
  const Status asked = services.identity.accounts.RequestPasswordReset(body->username, OriginOf(exchange->request()));
  if (!asked) return exchange->Respond(IdentityErrorResponse(services, exchange->request(), asked.error()));
  exchange->Respond(JsonResponseOf(202, MessageAnswer{"if there is such an account, a mail is on its way", base::FormatTime(services.clock.Now())}));
}

void ResetPassword(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const auto body = ReadBody<PasswordSetRequest>(services, *exchange);
  if (!body) return;
  const Status set = services.identity.accounts.ResetPassword(body->token, body->new_password, OriginOf(exchange->request()));
  if (set) return RespondDone(*exchange);
  if (set.error().reason == "reset_token_invalid")
    return exchange->Respond(
        FaultsResponse(services, exchange->request(), {{"/token", "is not valid, was used, or is too old; ask for another mail", "reset_token_invalid"}}));
  exchange->Respond(IdentityErrorResponse(services, exchange->request(), set.error()));
}

void Sessions(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const http::Request& request = exchange->request();
  const auth::Principal& principal = *CallerOf(request).principal;
  std::vector<SessionAnswer> answers;
  if (!principal.user_id.empty()) {
    const auto sessions = services.identity.sessions.List(principal.tenant_id, principal.user_id);
    if (!sessions) return exchange->Respond(ErrorResponse(services, request, sessions.error()));
    for (const identity::SessionInfo& session : *sessions)
      answers.push_back({session.id, session.kind == identity::SessionKind::kBrowser ? "browser" : "token", base::FormatTime(session.created_at),
                         base::FormatTime(session.last_used_at), base::FormatTime(session.expires_at), session.user_agent, session.ip_address,
                         session.id == principal.session_id});
  }
  exchange->Respond(JsonResponseOf(200, answers));
}

void EndSession(Services& services, const ExchangePtr& exchange) {
  const auto path = ReadPath<IdPath>(services, *exchange);
  if (!path || !ReadQuery<NoParameters>(services, *exchange)) return;
  const auth::Principal& principal = *CallerOf(exchange->request()).principal;
  // Administrators may end anybody's session in their organisation.
  const std::string owner = principal.role == auth::Role::kAdmin ? "" : principal.user_id;
  const Status ended = services.identity.sessions.Revoke(principal.tenant_id, owner, path->id, OriginOf(exchange->request()));
  if (!ended) return exchange->Respond(IdentityErrorResponse(services, exchange->request(), ended.error()));
  RespondDone(*exchange);
}

}  // namespace

std::vector<Endpoint> SessionEndpoints() {
  Endpoint change = WritingEndpoint("/api/v1/auth/password", "changePassword", "Changes one's own password", "auth", &ChangePassword);
  change.operation.description = "All sessions of the account end, the one that asks included.";
  TakesJson<PasswordChangeRequest>(change);
  change.operation.answers.push_back({204, "Changed; sign in again"});
  AddErrors(change.operation, {404, 409});
  Endpoint request =
      WritingEndpoint("/api/v1/auth/password/reset-request", "requestPasswordReset", "Has a mail sent to whoever forgot his password", "auth", &RequestReset);
  request.operation.rate_class = "auth";
  request.operation.description = "The answer is the same whether there is such an account or not.";
  TakesJson<PasswordResetRequest>(request);
  request.operation.answers.push_back(JsonAnswer<MessageAnswer>(202, "Taken"));
  Endpoint reset = WritingEndpoint("/api/v1/auth/password/reset", "resetPassword", "Sets a password by the token of a mail", "auth", &ResetPassword);
  reset.operation.rate_class = "auth";
  TakesJson<PasswordSetRequest>(reset);
  reset.operation.answers.push_back({204, "Set; sign in with it"});
  Endpoint sessions = ReadingEndpoint("/api/v1/auth/sessions", "listSessions", "Where the caller is signed in", "auth", http::Execution::kBlocking, &Sessions);
  sessions.operation.rate_class = "read";
  sessions.operation.answers = {JsonAnswer<std::vector<SessionAnswer>>(200, "The sessions, newest first")};
  AddErrors(sessions.operation, {400, 403, 422, 500, 503, 504});
  Endpoint end = WritingEndpoint("/api/v1/auth/sessions/{id}", "endSession", "Ends a session: one's own, or for administrators anybody's", "auth", &EndSession);
  end.operation.method = "DELETE";
  end.operation.path_parameters = &contract::SchemaOf<IdPath>();
  end.operation.answers.push_back({204, "Ended"});
  AddErrors(end.operation, {404});
  change.operation.roles = sessions.operation.roles = end.operation.roles = ReaderRoles();
  change.interactive = end.interactive = true;
  change.takes_password = reset.takes_password = true;
  return {change, request, reset, sessions, end};
}

}  // namespace aqua::api
