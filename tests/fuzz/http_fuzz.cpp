// Feeds bytes to the reader of request heads, whole and in pieces, which must come to the same end, and what is accepted to
// the routing table. No path that climbs, hides a slash or has control characters may come through.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "admission.hpp"
#include "aqua/base/assert.hpp"
#include "aqua/base/text.hpp"
#include "forwarded.hpp"
#include "request_head.hpp"
#include "router.hpp"

namespace {

using aqua::http::Address;
using aqua::http::AddressRange;
using aqua::http::Admission;
using aqua::http::HeadParser;
using aqua::http::Method;
using aqua::http::Request;
using aqua::http::RequestHead;
using aqua::http::Route;
using aqua::http::Router;

Route MakeRoute(Method method, std::string path) {
  Route route;
  route.method = method;
  route.path = std::move(path);
  route.max_body_bytes = method == Method::kGet ? 0 : 1 << 20;
  route.handler = [](std::shared_ptr<aqua::http::Exchange>) {};
  return route;
}

const Router& Routes() {
  static const Router router({MakeRoute(Method::kGet, "/"), MakeRoute(Method::kGet, "/items/{id}"), MakeRoute(Method::kPost, "/items/special"),
                              MakeRoute(Method::kGet, "/items/{id}/parts/{part}"), MakeRoute(Method::kGet, "/files/*")});
  return router;
}

aqua::http::Limits SmallLimits() {
  aqua::http::Limits limits;
  limits.max_request_line = 512;
  limits.max_header_bytes = 1'024;
  limits.max_header_fields = 16;
  return limits;
}

HeadParser::Progress ParseInPieces(HeadParser& parser, std::string_view text, std::size_t step) {
  HeadParser::Progress progress;
  for (std::size_t length = std::min(step, text.size());; length = std::min(length + step, text.size())) {
    progress = parser.Parse(text.substr(0, length));
    if (progress.length > 0 || progress.fault || length == text.size()) return progress;
  }
}

void CheckPath(const Request& request) {
  AQUA_ASSERT(request.path.starts_with('/') && aqua::base::ValidUtf8(request.path) == request.path);
  for (const std::string_view segment : aqua::base::Split(request.path, '/')) AQUA_ASSERT(segment != "." && segment != "..");
  AQUA_ASSERT(std::none_of(request.path.begin(), request.path.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
}

/// Whatever a proxy sends, the client it tells of is an address, and the scheme one of two.
void CheckForwarded(Request request) {
  static const std::vector<AddressRange> trusted = {AddressRange::Parse("10.0.0.0/8").value(), AddressRange::Parse("fd00::/8").value()};
  request.peer = "10.0.0.1";
  aqua::http::ApplyForwarded(trusted, request.headers, request);
  const std::optional<Address> peer = Address::Parse(request.peer);
  AQUA_ASSERT(peer && peer->ToString() == request.peer);
  AQUA_ASSERT(request.scheme == "http" || request.scheme == "https");
}

void CheckAdmission(RequestHead head) {
  AQUA_ASSERT(!head.chunked || head.content_length == 0);
  Request request;
  const Admission admission = aqua::http::Admit(Routes(), nullptr, head, request);
  if (admission.refusal) AQUA_ASSERT(!admission.refusal->message.empty());
  if (admission.refusal && admission.refusal->status == 400) return;
  CheckPath(request);
  AQUA_ASSERT(admission.refusal || admission.answer || admission.route != nullptr);
  CheckForwarded(request);
  for (const auto& [name, value] : request.path_parameters) AQUA_ASSERT(name == "*" || value.find('/') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = aqua::AsText({data, size});
  if (text.size() < 2) return 0;
  HeadParser whole(SmallLimits());
  HeadParser pieces(SmallLimits());
  const HeadParser::Progress at_once = whole.Parse(text.substr(1));
  const HeadParser::Progress in_pieces = ParseInPieces(pieces, text.substr(1), static_cast<std::size_t>(data[0]) + 1);
  AQUA_ASSERT(at_once.length == in_pieces.length);
  // In pieces a fault may be told only once the head's end is there.
  AQUA_ASSERT(!in_pieces.fault || at_once.fault);
  if (at_once.length == 0) return 0;
  AQUA_ASSERT(text.substr(1, at_once.length).ends_with("\r\n\r\n"));
  CheckAdmission(whole.TakeHead());
  return 0;
}
