#include "admission.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "field_value.hpp"
#include "target.hpp"

namespace aqua::http {
namespace {

std::optional<Method> ParseMethod(std::string_view text) {
  for (const Method method : {Method::kGet, Method::kPost, Method::kPut, Method::kPatch, Method::kDelete})
    if (text == Name(method)) return method;
  return text == "HEAD" ? std::optional(Method::kGet) : std::nullopt;
}

TransportError TooLarge(std::uint64_t max_bytes) { return {413, "body_too_large", fmt::format("the body may have at most {} bytes", max_bytes)}; }

std::optional<TransportError> ReadTarget(const RequestHead& head, Request& request) {
  Result<Target> target = ParseTarget(head.target);
  if (!target) return TransportError{400, target.error().reason, target.error().message};
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  // RFC 9112, 3.2.2: the authority of the absolute form stands in for Host.
  if (!target->authority.empty()) request.headers.Set("Host", std::move(target->authority));
  return std::nullopt;
}

void FindRoute(const Router& router, const RequestHead& head, Request& request, Admission& admission) {
  const std::optional<Method> method = ParseMethod(head.method);
  Router::Match match = router.Find(method ? &*method : nullptr, request.path);
  request.method = method.value_or(Method::kGet);
  admission.head_only = head.method == "HEAD";
  admission.route = match.route;
  if (match.route != nullptr) {
    request.route = match.route->path;
    request.path_parameters = std::move(match.parameters);
  } else if (match.allow.empty()) {
    admission.refusal = TransportError{404, "not_found", "there is nothing at this path"};
  } else {
    admission.refusal = TransportError{405, "method_not_allowed", fmt::format("this path takes {}", match.allow)};
    admission.allow = std::move(match.allow);
  }
}

std::optional<TransportError> CheckMediaType(const Route& route, const RequestHead& head, const Request& request) {
  if (route.content_types.empty() || !(head.HasBody() || route.requires_body)) return std::nullopt;
  const std::string_view type = MediaType(request.headers.Find("Content-Type").value_or(""));
  if (std::any_of(route.content_types.begin(), route.content_types.end(), [&](const std::string& known) { return EqualIgnoringCase(known, type); }))
    return std::nullopt;
  return TransportError{415, "unsupported_media_type", fmt::format("this path takes {}", fmt::join(route.content_types, ", "))};
}

std::optional<TransportError> CheckBody(const Route& route, const RequestHead& head, const Request& request, Admission& admission) {
  if (auto fault = CheckMediaType(route, head, request)) return fault;
  if (head.content_length > route.max_body_bytes || (head.chunked && route.max_body_bytes == 0)) return TooLarge(route.max_body_bytes);
  const std::string_view coding = request.headers.Find("Content-Encoding").value_or("identity");
  admission.gzip_body = head.HasBody() && EqualIgnoringCase(coding, "gzip");
  if (head.HasBody() && !admission.gzip_body && !EqualIgnoringCase(coding, "identity"))
    return TransportError{415, "unsupported_content_encoding", "the only content coding of requests is gzip"};
  return std::nullopt;
}

}  // namespace

Admission Admit(const Router& router, const std::function<std::optional<Response>(const Request&)>& guard, RequestHead& head, Request& request) {
  Admission admission;
  request.headers = std::move(head.headers);
  admission.refusal = ReadTarget(head, request);
  if (!admission.refusal) FindRoute(router, head, request, admission);
  if (!admission.refusal && guard) admission.guarded = guard(request);
  if (!admission.refusal && !admission.guarded) admission.refusal = CheckBody(*admission.route, head, request, admission);
  return admission;
}

}  // namespace aqua::http
