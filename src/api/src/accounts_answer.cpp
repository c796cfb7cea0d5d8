#include "accounts_answer.hpp"

#include <utility>

#include "aqua/base/time.hpp"
#include "errors.hpp"

namespace aqua::api {

UserAnswer MakeUserAnswer(const identity::User& user) {
  UserAnswer answer;
  answer.id = user.id;
  answer.email = user.email;
  answer.username = user.username;
  answer.full_name = user.full_name;
  answer.is_active = user.is_active;
  answer.created_at = base::FormatTime(user.created_at);
  answer.role = user.role;
  answer.roles = {user.role};
  if (user.last_login_at) answer.last_login_at = base::FormatTime(*user.last_login_at);
  return answer;
}

http::Response IdentityErrorResponse(const Services& services, const http::Request& request, const Error& error, int duplicate) {
  if (error.reason == "duplicate_user") return EnvelopeResponse(services, request, duplicate, error.reason, error.message);
  if (error.reason == "user_inactive")
    return EnvelopeResponse(services, request, 400, error.reason, "this account is switched off; an administrator can switch it on");
  if (error.reason == "too_many_keys") return EnvelopeResponse(services, request, 409, error.reason, error.message);
  return ErrorResponse(services, request, error);
}

Endpoint WritingEndpoint(std::string path, std::string operation_id, std::string summary, std::string tag, void (*handler)(Services&, const ExchangePtr&)) {
  Endpoint endpoint = ReadingEndpoint(std::move(path), std::move(operation_id), std::move(summary), std::move(tag), http::Execution::kBlocking, handler);
  endpoint.operation.method = "POST";
  endpoint.operation.rate_class = "write";
  AddErrors(endpoint.operation, {400, 403, 422, 500, 503, 504});
  return endpoint;
}

void RespondDone(http::Exchange& exchange) {
  http::Response response;
  response.status = 204;
  exchange.Respond(std::move(response));
}

}  // namespace aqua::api
