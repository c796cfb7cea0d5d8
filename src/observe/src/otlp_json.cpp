#include "otlp_json.hpp"

#include <fmt/format.h>

#include "aqua/contract/json.hpp"

namespace aqua::observe {
namespace {

std::string Hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

std::string Quoted(std::string_view text) {
  std::string out;
  contract::WriteJsonString(text, out);
  return out;
}

std::int64_t Nanoseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

std::string TextAttribute(std::string_view key, std::string_view value) {
  return fmt::format(R"({{"key":{},"value":{{"stringValue":{}}}}})", Quoted(key), Quoted(value));
}

std::string Attributes(const Span& span) {
  std::string out;
  for (const auto& [key, value] : span.attributes) {
    if (!out.empty()) out += ',';
    if (const auto* number = std::get_if<std::int64_t>(&value))
      out += fmt::format(R"({{"key":{},"value":{{"intValue":"{}"}}}})", Quoted(key), *number);
    else
      out += TextAttribute(key, std::get<std::string>(value));
  }
  return out;
}

std::string SpanJson(const Span& span) {
  constexpr int kServer = 2;
  constexpr int kError = 2;
  const std::string parent = span.parent ? fmt::format(R"("parentSpanId":"{}",)", Hex(*span.parent)) : "";
  return fmt::format(
      R"({{"traceId":"{}","spanId":"{}",{}"name":{},"kind":{},"startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[{}],"status":{{{}}}}})",
      Hex(span.context.trace_id), Hex(span.context.span_id), parent, Quoted(span.name), kServer, Nanoseconds(span.start), Nanoseconds(span.end),
      Attributes(span), span.error ? fmt::format(R"("code":{})", kError) : "");
}

}  // namespace

std::string OtlpJson(std::span<const Span> spans, const std::string& service_name, const std::string& service_version) {
  std::string list;
  for (const Span& span : spans) list += (list.empty() ? "" : ",") + SpanJson(span);
  return fmt::format(R"({{"resourceSpans":[{{"resource":{{"attributes":[{},{}]}},"scopeSpans":[{{"scope":{{"name":"aqua"}},"spans":[{}]}}]}}]}})",
                     TextAttribute("service.name", service_name), TextAttribute("service.version", service_version), list);
}

}  // namespace aqua::observe
