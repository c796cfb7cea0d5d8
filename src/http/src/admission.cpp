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
  for (const Method method : {Method::kGet, Method::kPost, Method::kPut, Method::kPatch, Method::kDelete, Method::kOptions})
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
  admission.allow = std::move(match.allow);
  const bool options = method == Method::kOptions;
  if (match.route != nullptr || options) request.route = match.path;
  if (match.route != nullptr) {
    request.route_index = match.index;
    request.path_parameters = std::move(match.parameters);
  } else if (match.path.empty()) {
    admission.refusal = TransportError{404, "not_found", "there is nothing at this path"};
  } else if (!options) {
    admission.refusal = TransportError{405, "method_not_allowed", fmt::format("this path takes {}", admission.allow)};
  }
}

/// The answer to OPTIONS of a path that has no route of its own for it.
Response OptionsAnswer(const std::string& methods) {
  Response response;
  response.status = 204;
  response.headers.Add("Allow", methods + ", OPTIONS");
  return response;
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

void ApplyVerdict(Verdict verdict, const RequestHead& head, const Request& request, Admission& admission) {
  admission.ask = verdict.kind == Verdict::Kind::kAsk;
  if (admission.ask) return;
  if (verdict.kind == Verdict::Kind::kRefuse)
    admission.answer = std::move(verdict.response);
  else if (admission.route != nullptr)
    admission.refusal = CheckBody(*admission.route, head, request, admission);
  else if (!admission.refusal)
    admission.answer = OptionsAnswer(admission.allow);
}

Admission Admit(const Router& router, const Guard& guard, RequestHead& head, Request& request) {
  Admission admission;
  request.headers = std::move(head.headers);
  admission.refusal = ReadTarget(head, request);
  if (admission.refusal) return admission;
  FindRoute(router, head, request, admission);
  // Preflights of browsers ask about paths before they are known to exist.
  if (admission.refusal && request.method != Method::kOptions) return admission;
  ApplyVerdict(guard ? guard(request) : Verdict::Continue(), head, request, admission);
  return admission;
}

}  // namespace aqua::http
