#include "request_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "beast.hpp"
#include "field_value.hpp"

namespace aqua::http {
namespace {

namespace beast = boost::beast::http;
using boost::beast::string_view;

std::string_view Text(string_view text) { return {text.data(), text.size()}; }

TransportError BadRequest(std::string message) { return {400, "bad_request", std::move(message)}; }

/// Whether a line of the head begins with a blank: the folding that RFC 9112 tells servers to refuse.
bool HasFolding(std::string_view head) { return head.find("\n ") != std::string_view::npos || head.find("\n\t") != std::string_view::npos; }

bool IsNumber(std::string_view text) {
  return !text.empty() && text.size() <= 19 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

/// Collects what Beast finds and refuses what Beast lets pass.
class HeadParser::Reader : public beast::basic_parser<true> {
 public:
  explicit Reader(const Limits& limits) : max_fields_(limits.max_header_fields) {
    header_limit(static_cast<std::uint32_t>(limits.max_request_line + limits.max_header_bytes + 4));
    body_limit(boost::none);
  }

  RequestHead head;
  std::optional<TransportError> fault;
  std::size_t hosts = 0;

 private:
  using error_code = boost::beast::error_code;

  void Refuse(TransportError error, error_code& code) {
    fault = std::move(error);
    code = beast::make_error_code(beast::error::bad_value);
  }

  void on_request_impl(beast::verb, string_view method, string_view target, int version, error_code&) override {
    head.method = Text(method);
    head.target = Text(target);
    head.http11 = version == 11;
  }

  void on_field_impl(beast::field field, string_view name, string_view value, error_code& code) override {
    if (head.headers.fields().size() >= max_fields_)
      return Refuse({431, "too_many_headers", fmt::format("the request has more than {} header fields", max_fields_)}, code);
    if (!IsToken(Text(name)) || !IsFieldText(Text(value))) return Refuse(BadRequest("a header field has characters that it may not have"), code);
    switch (field) {
      case beast::field::host: ++hosts; break;
      case beast::field::content_length: OnContentLength(Text(value), code); break;
      case beast::field::transfer_encoding: OnTransferEncoding(Text(value), code); break;
      case beast::field::expect: head.expect_continue = EqualIgnoringCase(Text(value), "100-continue"); break;
      default: break;
    }
    head.headers.Add(std::string(name), std::string(value));
  }

  void OnContentLength(std::string_view value, error_code& code) {
    if (std::exchange(has_length_, true)) return Refuse(BadRequest("Content-Length is stated twice"), code);
    if (!IsNumber(value)) return Refuse(BadRequest("Content-Length is not a number"), code);
    std::from_chars(value.data(), value.data() + value.size(), head.content_length);
  }

  void OnTransferEncoding(std::string_view value, error_code& code) {
    if (!EqualIgnoringCase(value, "chunked")) return Refuse(BadRequest("the only transfer coding is chunked"), code);
    if (!head.http11) return Refuse(BadRequest("HTTP/1.0 has no transfer codings"), code);
    head.chunked = true;
  }

  void on_header_impl(error_code&) override { head.keep_alive = head.http11 && keep_alive(); }

  // Bodies are read elsewhere: Put() is never called again once the head is whole.
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  std::size_t max_fields_;
  bool has_length_ = false;
};

HeadParser::HeadParser(const Limits& limits) : limits_(limits), reader_(std::make_unique<std::optional<Reader>>()) { Reset(); }

HeadParser::~HeadParser() = default;

void HeadParser::Reset() {
  reader_->emplace(limits_);
  parsed_ = 0;
}

HeadParser::Progress HeadParser::Parse(std::string_view bytes) {
  Reader& reader = **reader_;
  boost::beast::error_code code;
  const std::string_view fresh = bytes.substr(parsed_);
  parsed_ += reader.put({fresh.data(), fresh.size()}, code);
  if (code == beast::error::need_more) code = {};
  if (reader.fault) return {0, reader.fault};
  if (code == beast::error::header_limit) return {0, TransportError{431, "headers_too_large", "the request's head is too large"}};
  if (code) return {0, BadRequest(fmt::format("the request's head is malformed ({})", code.message()))};
  return Check(bytes);
}

HeadParser::Progress HeadParser::Check(std::string_view bytes) {
  Reader& reader = **reader_;
  const std::size_t line_feed = bytes.substr(0, limits_.max_request_line + 2).find('\n');
  if (line_feed == std::string_view::npos) {
    if (bytes.size() < limits_.max_request_line + 2) return {};
    return {0, TransportError{431, "request_line_too_long", fmt::format("the request line has more than {} bytes", limits_.max_request_line)}};
  }
  // The empty line at the end is not counted; without it, the last byte may be its first.
  const std::size_t end = reader.is_header_done() ? parsed_ - 2 : bytes.size() - 1;
  if (end > line_feed + 1 + limits_.max_header_bytes)
    return {0, TransportError{431, "headers_too_large", fmt::format("the header fields have more than {} bytes", limits_.max_header_bytes)}};
  if (!reader.is_header_done()) return {};
  if (HasFolding(bytes.substr(0, parsed_))) return {0, BadRequest("a header field is folded over several lines")};
  if (reader.hosts > 1 || (reader.head.http11 && reader.hosts == 0)) return {0, BadRequest("the request must state Host once")};
  return {parsed_, std::nullopt};
}

RequestHead HeadParser::TakeHead() { return std::move((*reader_)->head); }

}  // namespace aqua::http
