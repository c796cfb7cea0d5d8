#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "aqua/base/result.hpp"

namespace aqua::contract {

/// A JSON value. Objects keep the order of their members; ParseJson() refuses duplicates.
struct Json {
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;
  std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object> value = nullptr;

  /// Member of an object, or null.
  [[nodiscard]] const Json* Find(std::string_view name) const;
};

struct JsonLimits {
  std::size_t max_depth = 32;
  std::size_t max_string_bytes = std::size_t{1} << 20;
  std::size_t max_number_characters = 64;
  /// Values in the whole text; bounds the memory, since two characters of text may become a value of 40 bytes.
  std::size_t max_values = 100'000;
};

/// Parses strict RFC 8259 UTF-8 text. Work and stack are bounded whatever the text holds.
/// Errors: kInvalidArgument ("json_malformed" with line and column, "json_too_deep", "json_string_too_long",
/// "json_number_too_long", "json_too_many_values", "json_duplicate_member" with its pointer, "json_not_utf8").
/// A number beyond the range of double is malformed; one too small for it is 0.
Result<Json> ParseJson(std::string_view text, const JsonLimits& limits = {});

/// Appends a value as compact JSON; numbers that are not finite become null.
void WriteJson(const Json& json, std::string& out);
/// Appends a string in quotes; bytes that are not UTF-8 become U+FFFD.
void WriteJsonString(std::string_view text, std::string& out);
void WriteJsonNumber(double number, std::string& out);  ///< shortest form that reads back the same

}  // namespace aqua::contract
