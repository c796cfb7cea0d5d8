#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <limits>

#include "aqua/contract/json.hpp"
#include "json_builder.hpp"
#include "utf8.hpp"

namespace aqua::contract {
namespace {

/// Hands what Boost's parser meets to the builder. The names are those that the parser calls.
class Handler {
 public:
  using Text = boost::json::string_view;
  using Code = boost::json::error_code;

  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();  // NOLINT(readability-identifier-naming)
  static constexpr std::size_t max_array_size = max_object_size;                           // NOLINT(readability-identifier-naming)
  static constexpr std::size_t max_key_size = max_object_size;                             // NOLINT(readability-identifier-naming)
  static constexpr std::size_t max_string_size = max_object_size;                          // NOLINT(readability-identifier-naming)

  explicit Handler(const JsonLimits& limits) : builder_(limits) {}
  JsonBuilder& builder() { return builder_; }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_array_begin(Code& code) { return Pass(builder_.BeginArray(), code); }
  bool on_array_end(std::size_t, Code& code) { return Pass(builder_.EndArray(), code); }
  bool on_object_begin(Code& code) { return Pass(builder_.BeginObject(), code); }
  bool on_object_end(std::size_t, Code& code) { return Pass(builder_.EndObject(), code); }
  bool on_string_part(Text part, std::size_t, Code& code) { return Pass(builder_.AddText(View(part)), code); }
  bool on_string(Text part, std::size_t, Code& code) { return Pass(builder_.AddText(View(part)) && builder_.EndString(), code); }
  bool on_key_part(Text part, std::size_t, Code& code) { return Pass(builder_.AddText(View(part)), code); }
  bool on_key(Text part, std::size_t, Code& code) { return Pass(builder_.AddText(View(part)) && builder_.EndKey(), code); }
  // Parts of numbers come only where the text ends within one.
  bool on_number_part(Text, Code&) { return true; }
  bool on_int64(std::int64_t value, Text text, Code& code) { return Pass(builder_.AddInteger(View(text), value), code); }
  bool on_uint64(std::uint64_t value, Text text, Code& code) { return Pass(builder_.AddNatural(View(text), value), code); }
  bool on_double(double estimate, Text text, Code& code) { return Pass(builder_.AddReal(View(text), estimate), code); }
  bool on_bool(bool value, Code& code) { return Pass(builder_.AddPlain(Json{value}), code); }
  bool on_null(Code& code) { return Pass(builder_.AddPlain(Json{}), code); }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }

 private:
  static std::string_view View(Text text) { return {text.data(), text.size()}; }

  static bool Pass(bool proceed, Code& code) {
    if (!proceed) code = boost::json::error::exception;
    return proceed;
  }

  JsonBuilder builder_;
};

Error Refused(std::string_view text, std::size_t offset, std::string_view what, std::string reason) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t line_begin = before.rfind('\n') + 1;
  const std::size_t column = 1 + CodePoints(before.substr(line_begin));
  return MakeError(ErrorCode::kInvalidArgument, fmt::format("line {}, column {}: {}", line, column, what), std::move(reason));
}

std::string_view Describe(const boost::json::error_code& code) {
  if (code == boost::json::error::incomplete) return "the JSON text ends too early";
  if (code == boost::json::error::exponent_overflow) return "a number is out of range";
  if (code == boost::json::error::illegal_leading_surrogate || code == boost::json::error::illegal_trailing_surrogate ||
      code == boost::json::error::expected_utf16_escape)
    return "half of a surrogate pair stands alone";
  return "this is not JSON";
}

}  // namespace

const Json* Json::Find(std::string_view name) const {
  const auto* members = std::get_if<Object>(&value);
  if (members == nullptr) return nullptr;
  const auto found = std::ranges::find(*members, name, &Object::value_type::first);
  return found == members->end() ? nullptr : &found->second;
}

Result<Json> ParseJson(std::string_view text, const JsonLimits& limits) {
  if (const std::size_t invalid = FirstInvalidUtf8(text); invalid != std::string_view::npos)
    return Refused(text, invalid, "this is not UTF-8", "json_not_utf8");
  boost::json::parse_options options;
  options.max_depth = limits.max_depth;
  boost::json::basic_parser<Handler> parser(options, limits);
  boost::json::error_code code;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), code);
  JsonBuilder& builder = parser.handler().builder();
  if (builder.fault()) return Refused(text, used, builder.fault()->message, builder.fault()->reason);
  if (code == boost::json::error::too_deep) return Refused(text, used, fmt::format("the JSON is nested deeper than {}", limits.max_depth), "json_too_deep");
  if (code) return Refused(text, used, Describe(code), "json_malformed");
  if (text.find_first_not_of(" \t\r\n", used) != std::string_view::npos) return Refused(text, used, "text follows the JSON value", "json_malformed");
  return builder.Take();
}

}  // namespace aqua::contract
