#include "value.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "aqua/base/assert.hpp"
#include "aqua/base/text.hpp"

namespace aqua::config {
namespace {

constexpr std::size_t kMaxTextBytes = 4096;
/// Doubles hold every whole number up to here.
constexpr double kMaxWhole = 9007199254740992.0;

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array<Unit, 8> kByteUnits = {{{"", 1}, {"b", 1}, {"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9}, {"kib", 1024}, {"mib", 1048576}, {"gib", 1073741824}}};
constexpr std::array<Unit, 4> kDurationUnits = {{{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}}};

template <typename T>
std::optional<T> ParseNumber(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Parses "1.5 MiB" into a whole number of the smallest unit.
std::optional<std::int64_t> ParseQuantity(std::string_view text, std::span<const Unit> units) {
  const auto digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = ParseNumber<double>(text.substr(0, digits));
  const std::string name = base::ToLower(base::Trim(text.substr(digits)));
  const auto unit = std::ranges::find(units, name, &Unit::name);
  // Zero is zero in every unit.
  if (number == 0.0 && name.empty()) return 0;
  if (!number || unit == units.end()) return std::nullopt;
  const double value = *number * unit->factor;
  if (!(value <= kMaxWhole) || value != std::floor(value)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<bool> ParseBoolean(std::string_view text) {
  const std::string word = base::ToLower(text);
  if (word == "true" || word == "1" || word == "yes" || word == "on") return true;
  if (word == "false" || word == "0" || word == "no" || word == "off") return false;
  return std::nullopt;
}

std::optional<std::string> ParseChoice(const Setting& setting, std::string_view text) {
  std::string word = base::ToLower(text);
  for (const auto& [synonym, choice] : setting.synonyms)
    if (word == synonym) return std::string(choice);
  if (std::ranges::find(setting.choices, word) == setting.choices.end()) return std::nullopt;
  return word;
}

bool IsUrl(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0) return false;
  return text.substr(0, colon).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+.-") == std::string_view::npos;
}

bool InBounds(const Setting& setting, double value) {
  return std::isfinite(value) && value >= setting.minimum.value_or(value) && value <= setting.maximum.value_or(value);
}

std::string FormatBound(SettingType type, double bound) {
  if (type == SettingType::kBytes) return base::FormatBytes(static_cast<std::uint64_t>(bound));
  if (type == SettingType::kDuration) return bound < 1000 ? fmt::format("{} ms", bound) : fmt::format("{} s", bound / 1000);
  return type == SettingType::kInteger ? fmt::format("{:.0f}", bound) : fmt::format("{}", bound);
}

Error NotAllowed(const Setting& setting) { return MakeError(ErrorCode::kInvalidArgument, "must be " + Allowed(setting)); }

template <typename T>
Result<SettingValue> InBoundsOrError(const Setting& setting, std::optional<T> number) {
  if (!number || !InBounds(setting, static_cast<double>(*number))) return NotAllowed(setting);
  return SettingValue(*number);
}

template <typename T>
Result<SettingValue> QuantityOrError(const Setting& setting, std::optional<std::int64_t> quantity) {
  if (!quantity || !InBounds(setting, static_cast<double>(*quantity))) return NotAllowed(setting);
  return SettingValue(T(*quantity));
}

Result<SettingValue> TextOrError(const Setting& setting, std::string_view text) {
  if (text.empty() && !setting.default_value.empty()) return MakeError(ErrorCode::kInvalidArgument, "must not be empty");
  if (text.size() > kMaxTextBytes) return MakeError(ErrorCode::kInvalidArgument, fmt::format("must be at most {} bytes long", kMaxTextBytes));
  if (base::Printable(text) != text) return MakeError(ErrorCode::kInvalidArgument, "must be UTF-8 without control characters");
  if (setting.type == SettingType::kUrl && !text.empty() && !IsUrl(text)) return NotAllowed(setting);
  return SettingValue(std::string(text));
}

}  // namespace

Result<SettingValue> ParseValue(const Setting& setting, std::string_view text) {
  const std::string_view word = base::Trim(text);
  switch (setting.type) {
    case SettingType::kBoolean: {
      const auto value = ParseBoolean(word);
      return value ? Result<SettingValue>(SettingValue(*value)) : NotAllowed(setting);
    }
    case SettingType::kChoice: {
      auto value = ParseChoice(setting, word);
      return value ? Result<SettingValue>(SettingValue(*std::move(value))) : NotAllowed(setting);
    }
    case SettingType::kInteger: return InBoundsOrError(setting, ParseNumber<std::int64_t>(word));
    case SettingType::kReal: return InBoundsOrError(setting, ParseNumber<double>(word));
    case SettingType::kBytes: return QuantityOrError<std::uint64_t>(setting, ParseQuantity(word, kByteUnits));
    case SettingType::kDuration: return QuantityOrError<std::chrono::milliseconds>(setting, ParseQuantity(word, kDurationUnits));
    case SettingType::kText:
    case SettingType::kPath:
    case SettingType::kUrl: return TextOrError(setting, text);
  }
  return NotAllowed(setting);
}

std::string Allowed(const Setting& setting) {
  std::string_view kind;
  switch (setting.type) {
    case SettingType::kBoolean: return "true or false";
    case SettingType::kChoice: return fmt::format("one of {}", fmt::join(setting.choices, ", "));
    case SettingType::kText: return "text";
    case SettingType::kPath: return "a path";
    case SettingType::kUrl: return "a URL such as https://host/";
    case SettingType::kInteger: kind = "a whole number"; break;
    case SettingType::kReal: kind = "a number"; break;
    case SettingType::kBytes: kind = "a size such as 512 KiB or 10 MiB"; break;
    case SettingType::kDuration: kind = "a duration such as 250ms or 10 s"; break;
  }
  if (!setting.minimum || !setting.maximum) return std::string(kind);
  const std::string_view comma = setting.type == SettingType::kBytes || setting.type == SettingType::kDuration ? "," : "";
  return fmt::format("{}{} from {} to {}", kind, comma, FormatBound(setting.type, *setting.minimum), FormatBound(setting.type, *setting.maximum));
}

std::string WithUnit(std::string_view text, std::string_view unit) {
  const std::string_view number = base::Trim(text);
  const bool bare = !number.empty() && number.find_first_not_of("0123456789.") == std::string_view::npos;
  return bare && !unit.empty() ? fmt::format("{} {}", number, unit) : std::string(text);
}

}  // namespace aqua::config
