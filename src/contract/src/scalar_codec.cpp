#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "aqua/contract/codec.hpp"
#include "utf8.hpp"

namespace aqua::contract {
namespace {

std::string NumberText(double number) {
  std::string text;
  WriteJsonNumber(number, text);
  return text;
}

void CheckRange(double value, const FieldRules& rules, Reader& reader) {
  if (rules.minimum && value < *rules.minimum)
    reader.Fail("out_of_range", "must be at least " + NumberText(*rules.minimum));
  else if (rules.maximum && value > *rules.maximum)
    reader.Fail("out_of_range", "must be at most " + NumberText(*rules.maximum));
}

void FailIntegerRange(const FieldRules& rules, std::int64_t lowest, std::int64_t highest, Reader& reader) {
  const std::string least = rules.minimum ? NumberText(*rules.minimum) : std::to_string(lowest);
  const std::string most = rules.maximum ? NumberText(*rules.maximum) : std::to_string(highest);
  reader.Fail("out_of_range", fmt::format("must be between {} and {}", least, most));
}

/// The integer that the number is, within the bounds of its C++ type and its rules, else nothing with a fault noted.
std::optional<std::int64_t> ReadInteger(const Json& json, std::int64_t lowest, std::int64_t highest, const FieldRules& rules, Reader& reader) {
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  std::optional<std::int64_t> value;
  if (const auto* whole = std::get_if<std::int64_t>(&json.value)) {
    value = *whole;
  } else if (const auto* real = std::get_if<double>(&json.value)) {
    if (std::trunc(*real) != *real) {
      reader.Fail("wrong_type", "must be a whole number");
      return std::nullopt;
    }
    if (*real >= -kLimit && *real < kLimit) value = static_cast<std::int64_t>(*real);
  } else if (!std::holds_alternative<std::uint64_t>(json.value)) {
    reader.FailType("a whole number", json);
    return std::nullopt;
  }
  if (!value || *value < lowest || *value > highest) {
    FailIntegerRange(rules, lowest, highest, reader);
    return std::nullopt;
  }
  CheckRange(static_cast<double>(*value), rules, reader);
  return value;
}

void CheckLength(std::string_view value, const FieldRules& rules, Reader& reader) {
  if (!rules.min_length && !rules.max_length) return;
  const std::size_t length = CodePoints(value);
  if (rules.min_length && length < *rules.min_length)
    reader.Fail("too_short", *rules.min_length == 1 ? "must not be empty" : fmt::format("must have at least {} characters", *rules.min_length));
  else if (rules.max_length && length > *rules.max_length)
    reader.Fail("too_long", fmt::format("must have at most {} characters", *rules.max_length));
}

double Rounded(double value, int decimals) {
  constexpr double kMaxExact = 1e15;
  const double scale = std::pow(10.0, decimals);
  if (!(std::abs(value) * scale < kMaxExact)) return value;
  // Adding zero turns -0 into 0.
  return std::round(value * scale) / scale + 0.0;
}

}  // namespace

void ReadScalar(const Json& json, bool& value, const FieldRules&, Reader& reader) {
  if (const auto* boolean = std::get_if<bool>(&json.value))
    value = *boolean;
  else
    reader.FailType("true or false", json);
}

void ReadScalar(const Json& json, int& value, const FieldRules& rules, Reader& reader) {
  using Limits = std::numeric_limits<int>;
  if (const auto whole = ReadInteger(json, Limits::min(), Limits::max(), rules, reader)) value = static_cast<int>(*whole);
}

void ReadScalar(const Json& json, std::int64_t& value, const FieldRules& rules, Reader& reader) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (const auto whole = ReadInteger(json, Limits::min(), Limits::max(), rules, reader)) value = *whole;
}

void ReadScalar(const Json& json, double& value, const FieldRules& rules, Reader& reader) {
  if (const auto* real = std::get_if<double>(&json.value))
    value = *real;
  else if (const auto* whole = std::get_if<std::int64_t>(&json.value))
    value = static_cast<double>(*whole);
  else if (const auto* natural = std::get_if<std::uint64_t>(&json.value))
    value = static_cast<double>(*natural);
  else
    return reader.FailType("a number", json);
  CheckRange(value, rules, reader);
}

void ReadScalar(const Json& json, std::string& value, const FieldRules& rules, Reader& reader) {
  const auto* text = std::get_if<std::string>(&json.value);
  if (text == nullptr) return reader.FailType("a string", json);
  // Databases and C interfaces end text there.
  if (text->find('\0') != std::string::npos) return reader.Fail("null_character", "must not hold the character U+0000");
  if (!rules.enum_values.empty()) ReadName(json, rules.enum_values, reader);
  CheckLength(*text, rules, reader);
  if (rules.pattern != nullptr && !rules.pattern->matches(*text)) reader.Fail("pattern", fmt::format("must be {}", rules.pattern->expected));
  value = *text;
}

void ReadScalar(const Json& json, Json& value, const FieldRules&, Reader&) { value = json; }

void WriteScalar(bool value, const FieldRules&, std::string& out) { out += value ? "true" : "false"; }

void WriteScalar(int value, const FieldRules& rules, std::string& out) { WriteScalar(std::int64_t{value}, rules, out); }

void WriteScalar(std::int64_t value, const FieldRules&, std::string& out) {
  const fmt::format_int text(value);
  out.append(text.data(), text.size());
}

void WriteScalar(double value, const FieldRules& rules, std::string& out) { WriteJsonNumber(rules.decimals ? Rounded(value, *rules.decimals) : value, out); }

void WriteScalar(const std::string& value, const FieldRules&, std::string& out) { WriteJsonString(value, out); }

void WriteScalar(const Json& value, const FieldRules&, std::string& out) { WriteJson(value, out); }

std::optional<std::size_t> ReadName(const Json& json, const std::vector<std::string>& names, Reader& reader) {
  const auto* text = std::get_if<std::string>(&json.value);
  const auto found = text == nullptr ? names.end() : std::ranges::find(names, *text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  if (text == nullptr)
    reader.FailType("a string", json);
  else
    reader.Fail("unknown_value", fmt::format("must be one of {}", fmt::join(names, ", ")));
  return std::nullopt;
}

}  // namespace aqua::contract
