#include <string>
#include <utility>

#include "accounts_answer.hpp"
#include "caller.hpp"
#include "input.hpp"
#include "messages.hpp"

namespace aqua::api {
namespace {

void Users(Services& services, const ExchangePtr& exchange) {
  const auto query = ReadQuery<UsersQuery>(services, *exchange);
  if (!query) return;
  const http::Request& request = exchange->request();
  const auto users = services.identity.accounts.ListUsers(TenantOf(request).id, static_cast<std::size_t>(query->limit), query->after);
  if (!users) return exchange->Respond(ErrorResponse(services, request, users.error()));
  std::vector<UserAnswer> answers;
  for (const identity::User& user : *users) answers.push_back(MakeUserAnswer(user));
  exchange->Respond(JsonResponseOf(200, answers));
}

void OneUser(Services& services, const ExchangePtr& exchange) {
  const auto path = ReadPath<IdPath>(services, *exchange);
  if (!path || !ReadQuery<NoParameters>(services, *exchange)) return;
  const http::Request& request = exchange->request();
  const auto user = services.identity.accounts.FindUser(TenantOf(request).id, path->id);
  if (!user) return exchange->Respond(ErrorResponse(services, request, user.error()));
  if (!*user) return exchange->Respond(EnvelopeResponse(services, request, 404, "user_not_found", "there is no account of this id"));
  exchange->Respond(JsonResponseOf(200, MakeUserAnswer(**user)));
}

void CreateUser(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const auto body = ReadBody<UserRequest>(services, *exchange);
  if (!body) return;
  const http::Request& request = exchange->request();
  const auto user = services.identity.accounts.CreateUser({TenantOf(request).id, body->email, body->username, body->password, body->full_name, body->role},
                                                          OriginOf(request));
  if (!user) return exchange->Respond(IdentityErrorResponse(services, request, user.error()));
  // The first administrator ends the local mode.
  if (user->role == auth::Role::kAdmin) services.sign_in_required = true;
  exchange->Respond(JsonResponseOf(201, MakeUserAnswer(*user)));
}

void ChangeUser(Services& services, const ExchangePtr& exchange) {
  const auto path = ReadPath<IdPath>(services, *exchange);
  if (!path || !ReadQuery<NoParameters>(services, *exchange)) return;
  const auto body = ReadBody<UserChangeRequest>(services, *exchange);
  if (!body) return;
  const http::Request& request = exchange->request();
  const auto user =
      services.identity.accounts.UpdateUser(TenantOf(request).id, path->id, {body->role, body->is_active, body->full_name, body->email}, OriginOf(request));
  if (!user) return exchange->Respond(IdentityErrorResponse(services, request, user.error()));
  if (user->role == auth::Role::kAdmin && user->is_active) services.sign_in_required = true;
  exchange->Respond(JsonResponseOf(200, MakeUserAnswer(*user)));
}

}  // namespace

std::vector<Endpoint> UserEndpoints() {
  Endpoint list = ReadingEndpoint("/api/v1/users", "listUsers", "The accounts of the organisation", "users", http::Execution::kBlocking, &Users);
  list.operation.description = "In the order of their ids; the next page begins after the last id of this one, and a page shorter than limit is the last.";
  list.operation.query = &contract::SchemaOf<UsersQuery>();
  list.operation.answers = {JsonAnswer<std::vector<UserAnswer>>(200, "A page of accounts")};
  Endpoint one = ReadingEndpoint("/api/v1/users/{id}", "getUser", "One account", "users", http::Execution::kBlocking, &OneUser);
  one.operation.path_parameters = &contract::SchemaOf<IdPath>();
  one.operation.answers = {JsonAnswer<UserAnswer>(200, "The account")};
  for (Endpoint* reading : {&list, &one}) {
    reading->operation.rate_class = "read";
    AddErrors(reading->operation, {400, 403, 422, 500, 503, 504});
  }
  AddErrors(one.operation, {404});
  Endpoint create = WritingEndpoint("/api/v1/users", "createUser", "Makes an account for somebody", "users", &CreateUser);
  TakesJson<UserRequest>(create);
  create.takes_password = true;
  create.operation.answers.push_back(JsonAnswer<UserAnswer>(201, "The account"));
  AddErrors(create.operation, {409});
  Endpoint change =
      WritingEndpoint("/api/v1/users/{id}", "changeUser", "Changes an account: its role, whether it is active, name and address", "users", &ChangeUser);
  change.operation.method = "PATCH";
  change.operation.description = "A changed role, or is_active false, ends the sessions of the account. The last administrator stays one.";
  change.operation.path_parameters = &contract::SchemaOf<IdPath>();
  TakesJson<UserChangeRequest>(change);
  change.operation.answers.push_back(JsonAnswer<UserAnswer>(200, "The account as it is now"));
  AddErrors(change.operation, {404, 409});
  create.interactive = change.interactive = true;  // a key must not make itself an administrator
  std::vector<Endpoint> endpoints = {list, one, create, change};
  for (Endpoint& endpoint : endpoints) endpoint.operation.roles = {"admin"};
  return endpoints;
}

}  // namespace aqua::api
