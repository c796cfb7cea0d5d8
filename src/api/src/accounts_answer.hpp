#pragma once

#include "aqua/api/services.hpp"
#include "aqua/http/message.hpp"
#include "aqua/identity/user.hpp"
#include "endpoint.hpp"
#include "identity_messages.hpp"

namespace aqua::api {

UserAnswer MakeUserAnswer(const identity::User& user);

/// As ErrorResponse(); a name or address that is taken is 400 on routes of old clients (`duplicate`), else 409; delays are 429.
http::Response IdentityErrorResponse(const Services& services, const http::Request& request, const Error& error, int duplicate = 409);

/// An operation that writes: POST unless the caller says otherwise, JSON; on a blocking thread.
Endpoint WritingEndpoint(std::string path, std::string operation_id, std::string summary, std::string tag, void (*handler)(Services&, const ExchangePtr&));

/// The body of such an operation.
template <typename T>
void TakesJson(Endpoint& endpoint) {
  endpoint.operation.request_bodies = {{"application/json", &contract::SchemaOf<T>()}};
  endpoint.operation.body_required = true;
  endpoint.operation.max_body_bytes = 16 << 10;
  AddErrors(endpoint.operation, {408, 413, 415});
}

/// 204 without a body.
void RespondDone(http::Exchange& exchange);

}  // namespace aqua::api
