#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/contract/json.hpp"

namespace aqua::contract {

/// A form that strings may have. Linear in the length of the text, without a regular expression behind it.
struct Pattern {
  bool (*matches)(std::string_view text);
  std::string_view expected;     ///< continues "must be "
  std::string_view text = {};    ///< ECMA 262 expression for OpenAPI; may be empty
  std::string_view format = {};  ///< format of OpenAPI; may be empty
};

/// 8-4-4-4-12 hexadecimal digits, of either case.
bool IsUuid(std::string_view text);
bool IsModelVersion(std::string_view text);
/// RFC 3339 with a zone; a date that exists, no leap seconds.
bool IsDateTime(std::string_view text);

inline constexpr Pattern kUuid = {.matches = &IsUuid, .expected = "a UUID", .format = "uuid"};
inline constexpr Pattern kModelVersion = {.matches = &IsModelVersion, .expected = "a version like v1.2.3", .text = R"(^v\d+\.\d+\.\d+$)"};
inline constexpr Pattern kDateTime = {.matches = &IsDateTime, .expected = "a date and time with a zone, like 2026-01-31T08:30:00Z", .format = "date-time"};

/// What holds for a member beside its C++ type. Rules reach through optionals, arrays and maps to the values within;
/// rules that do not fit the type end the process when the description is built.
struct FieldRules {
  std::string description = {};
  std::optional<double> minimum = {}, maximum = {};             ///< inclusive
  std::optional<std::size_t> min_length = {}, max_length = {};  ///< code points
  const Pattern* pattern = nullptr;
  std::string format = {};  ///< shown only, "binary" for files of a form; default: that of the pattern
  std::optional<Json> example = {};
  std::vector<std::string> enum_values = {};
  std::optional<std::size_t> min_items = {}, max_items = {};  ///< of arrays and maps
  bool unique = false;                                        ///< no item of an array twice
  std::optional<int> decimals = {};                           ///< numbers are rounded to so many when written; 0–15
  /// The member may be absent and then keeps its initialiser, which the schema shows as the default.
  bool has_default = false;
};

}  // namespace aqua::contract
