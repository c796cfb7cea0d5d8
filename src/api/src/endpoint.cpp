#include "endpoint.hpp"

#include <map>

#include "messages.hpp"

namespace aqua::api {

void AddErrors(contract::Operation& operation, std::initializer_list<int> statuses) {
  static const std::map<int, std::string> kDescriptions = {
      {400, "The request is not valid HTTP or its multipart body is malformed"},
      {403, "The request came under a foreign host name or from a page of another origin"},
      {404, "There is no such thing"},
      {405, "The path does not know this method"},
      {408, "The request came too slowly"},
      {413, "The body is too large"},
      {415, "The body has a media type that is not taken here"},
      {422, "The body, a parameter or the image is not valid; every fault is listed"},
      {431, "The header is too large"},
      {500, "The server failed; its log says why"},
      {503, "The server is overloaded, draining, or its database cannot be reached; see Retry-After"},
      {504, "The database took too long"},
  };
  for (const int status : statuses) operation.answers.push_back({status, kDescriptions.at(status)});
}

http::Response JsonResponse(int status, std::string json) {
  http::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(json);
  return response;
}

}  // namespace aqua::api
