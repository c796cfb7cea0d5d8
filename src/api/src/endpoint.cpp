#include "endpoint.hpp"

#include <map>
#include <utility>

#include "messages.hpp"

namespace aqua::api {

void AddErrors(contract::Operation& operation, std::initializer_list<int> statuses) {
  static const std::map<int, std::string> kDescriptions = {
      {400, "The request is not valid HTTP or its multipart body is malformed"},
      {401, "The caller must sign in, or his credentials are not valid"},
      {403, "The caller may not do this; or the request came under a foreign host name or from a page of another origin"},
      {404, "There is no such thing"},
      {405, "The path does not know this method"},
      {409, "The state of things does not allow it"},
      {408, "The request came too slowly"},
      {413, "The body is too large"},
      {415, "The body has a media type that is not taken here"},
      {422, "The body, a parameter or the image is not valid; every fault is listed"},
      {429, "Too many requests; see Retry-After"},
      {431, "The header is too large"},
      {500, "The server failed; its log says why"},
      {503, "The server is overloaded, draining, or its database cannot be reached; see Retry-After"},
      {504, "The database took too long"},
  };
  for (const int status : statuses) operation.answers.push_back({status, kDescriptions.at(status)});
}

Endpoint ReadingEndpoint(std::string path, std::string operation_id, std::string summary, std::string tag, http::Execution execution,
                         void (*handler)(Services&, const ExchangePtr&)) {
  Endpoint endpoint;
  contract::Operation& operation = endpoint.operation;
  operation.method = "GET";
  operation.path = std::move(path);
  operation.operation_id = std::move(operation_id);
  operation.summary = std::move(summary);
  operation.tag = std::move(tag);
  endpoint.execution = execution;
  endpoint.handler = handler;
  return endpoint;
}

const std::vector<std::string>& ReaderRoles() {
  static const std::vector<std::string> roles = {"viewer", "operator", "scientist", "admin", "service"};
  return roles;
}

std::string_view SessionCookieName(bool tls) { return tls ? "__Host-aqua_session" : "aqua_session"; }

http::Response JsonResponse(int status, std::string json) {
  http::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(json);
  return response;
}

}  // namespace aqua::api
