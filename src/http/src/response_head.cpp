#include "response_head.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <iterator>
#include <span>

#include "aqua/base/assert.hpp"
#include "field_value.hpp"

namespace aqua::http {
namespace {

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Other";
  }
}

void AppendNumber(std::uint64_t number, std::string& out) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

void AppendHex(std::span<const std::uint8_t> bytes, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

void AppendField(std::string_view name, std::string_view value, std::string& out) { out.append(name).append(": ").append(value).append("\r\n"); }

/// Seconds with six decimals.
void AppendProcessTime(std::chrono::nanoseconds time, std::string& out) {
  const auto total = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
  out += "X-Process-Time: ";
  AppendNumber(total / 1'000'000, out);
  // A leading 1 keeps the zeros.
  const fmt::format_int fraction(1'000'000 + total % 1'000'000);
  out.append(".").append(fraction.data() + 1, 6).append("\r\n");
}

void AppendTraceparent(const observe::TraceContext& trace, std::string& out) {
  out += "traceparent: 00-";
  AppendHex(trace.trace_id, out);
  out += '-';
  AppendHex(trace.span_id, out);
  out += trace.sampled ? "-01\r\n" : "-00\r\n";
}

void AppendFraming(const HeadContext& context, std::string& out) {
  if (context.framing == Framing::kLength) {
    out += "Content-Length: ";
    AppendNumber(context.content_length, out);
    out += "\r\n";
  }
  if (context.framing == Framing::kChunked) out += "Transfer-Encoding: chunked\r\n";
  if (!context.keep_alive) out += "Connection: close\r\n";
}

}  // namespace

void WriteHead(const Response& response, const HeadContext& context, std::string& out) {
  AQUA_ASSERT(IsFieldText(response.content_type));
  out += "HTTP/1.1 ";
  AppendNumber(static_cast<std::uint64_t>(response.status), out);
  out.append(" ").append(ReasonPhrase(response.status)).append("\r\n").append(context.date);
  if (!response.content_type.empty()) AppendField("Content-Type", response.content_type, out);
  AppendFraming(context, out);
  AppendField("X-Request-ID", context.request->request_id, out);
  AppendProcessTime(context.process_time, out);
  AppendTraceparent(context.request->trace, out);
  out += "X-Content-Type-Options: nosniff\r\n";
  if (!response.headers.Find("Cache-Control")) out += "Cache-Control: no-store\r\n";
  for (const auto& [name, value] : response.headers.fields()) AppendField(name, value, out);
  out += "\r\n";
}

bool HasBody(int status) { return status >= 200 && status != 204 && status != 304; }

std::string DateField(std::chrono::system_clock::time_point now) {
  return fmt::format("Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

}  // namespace aqua::http
