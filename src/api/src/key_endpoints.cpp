#include <string>
#include <utility>

#include "accounts_answer.hpp"
#include "aqua/base/time.hpp"
#include "caller.hpp"
#include "input.hpp"
#include "messages.hpp"

namespace aqua::api {
namespace {

std::optional<std::string> Text(const std::optional<identity::Time>& time) { return time ? std::optional(base::FormatTime(*time)) : std::nullopt; }

KeyAnswer MakeKeyAnswer(const identity::ApiKeyInfo& key) {
  return {key.id,
          key.user_id,
          key.name,
          key.prefix,
          key.scopes,
          key.is_active,
          base::FormatTime(key.created_at),
          Text(key.expires_at),
          Text(key.last_used_at),
          Text(key.revoked_at)};
}

void Keys(Services& services, const ExchangePtr& exchange) {
  const auto query = ReadQuery<KeysQuery>(services, *exchange);
  if (!query) return;
  const http::Request& request = exchange->request();
  const auth::Principal& principal = *CallerOf(request).principal;
  if (query->all && principal.role != auth::Role::kAdmin)
    return exchange->Respond(EnvelopeResponse(services, request, 403, "role_not_allowed", "only administrators may list the keys of others"));
  const auto keys = services.identity.api_keys.List(principal.tenant_id, query->all ? "" : principal.user_id);
  if (!keys) return exchange->Respond(ErrorResponse(services, request, keys.error()));
  std::vector<KeyAnswer> answers;
  for (const identity::ApiKeyInfo& key : *keys) answers.push_back(MakeKeyAnswer(key));
  exchange->Respond(JsonResponseOf(200, answers));
}

void CreateKey(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const auto body = ReadBody<KeyRequest>(services, *exchange);
  if (!body) return;
  const http::Request& request = exchange->request();
  const auth::Principal& principal = *CallerOf(request).principal;
  if (principal.user_id.empty())
    return exchange->Respond(EnvelopeResponse(services, request, 409, "no_account",
                                              "a key belongs to an account, and the user of the local mode has none; make one: aqua user create-admin"));
  identity::ApiKeyRequest wanted{body->name, body->scopes, std::nullopt};
  if (body->expires_at) {
    wanted.expires_at = base::ParseTime(*body->expires_at);
    if (!wanted.expires_at)
      return exchange->Respond(FaultsResponse(services, request, {{"/expires_at", "must lie between the years 1678 and 2261", "out_of_range"}}));
  }
  const auto created = services.identity.api_keys.Create(principal.tenant_id, principal.user_id, wanted, OriginOf(request));
  if (!created) return exchange->Respond(IdentityErrorResponse(services, request, created.error()));
  exchange->Respond(JsonResponseOf(201, CreatedKeyAnswer{MakeKeyAnswer(created->info), created->text}));
}

void RevokeKey(Services& services, const ExchangePtr& exchange) {
  const auto path = ReadPath<IdPath>(services, *exchange);
  if (!path || !ReadQuery<NoParameters>(services, *exchange)) return;
  const auth::Principal& principal = *CallerOf(exchange->request()).principal;
  const std::string owner = principal.role == auth::Role::kAdmin ? "" : principal.user_id;
  const Status revoked = services.identity.api_keys.Revoke(principal.tenant_id, owner, path->id, OriginOf(exchange->request()));
  if (!revoked) return exchange->Respond(IdentityErrorResponse(services, exchange->request(), revoked.error()));
  RespondDone(*exchange);
}

}  // namespace

std::vector<Endpoint> ApiKeyEndpoints() {
  Endpoint list =
      ReadingEndpoint("/api/v1/keys", "listKeys", "One's own API keys, or for administrators those of everybody", "keys", http::Execution::kBlocking, &Keys);
  list.operation.rate_class = "read";
  list.operation.query = &contract::SchemaOf<KeysQuery>();
  list.operation.answers = {JsonAnswer<std::vector<KeyAnswer>>(200, "The keys, newest first, revoked ones too; never the keys themselves")};
  AddErrors(list.operation, {400, 403, 422, 500, 503, 504});
  Endpoint create = WritingEndpoint("/api/v1/keys", "createKey", "Makes an API key for a program", "keys", &CreateKey);
  create.operation.description = "The key acts for the account that makes it, with its role, limited to the scopes. It is told in this answer and never again.";
  TakesJson<KeyRequest>(create);
  create.operation.answers.push_back(JsonAnswer<CreatedKeyAnswer>(201, "The key"));
  AddErrors(create.operation, {404, 409});
  Endpoint revoke = WritingEndpoint("/api/v1/keys/{id}", "revokeKey", "Ends an API key: one's own, or for administrators anybody's", "keys", &RevokeKey);
  revoke.operation.method = "DELETE";
  revoke.operation.path_parameters = &contract::SchemaOf<IdPath>();
  revoke.operation.answers.push_back({204, "Ended, everywhere within a second"});
  AddErrors(revoke.operation, {404});
  list.operation.roles = create.operation.roles = revoke.operation.roles = ReaderRoles();
  create.interactive = revoke.interactive = true;
  return {list, create, revoke};
}

}  // namespace aqua::api
