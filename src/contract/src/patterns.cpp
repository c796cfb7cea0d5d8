#include <algorithm>
#include <chrono>
#include <string_view>

#include "aqua/contract/rules.hpp"

namespace aqua::contract {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Takes digits off the front; false if there are none.
bool TakeDigits(std::string_view& text) {
  const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(text, IsDigit) - text.begin());
  text.remove_prefix(digits);
  return digits > 0;
}

bool Take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// Whether text has the form, where 0 stands for a digit.
bool HasForm(std::string_view text, std::string_view form) {
  return std::ranges::equal(text, form, [](char c, char wanted) { return wanted == '0' ? IsDigit(c) : c == wanted; });
}

int Number(std::string_view digits) {
  int number = 0;
  for (const char c : digits) number = 10 * number + (c - '0');
  return number;
}

bool IsClock(std::string_view hours, std::string_view minutes) { return Number(hours) < 24 && Number(minutes) < 60; }

bool IsZone(std::string_view text) {
  if (text == "Z") return true;
  return (HasForm(text, "+00:00") || HasForm(text, "-00:00")) && IsClock(text.substr(1, 2), text.substr(4, 2));
}

}  // namespace

bool IsUuid(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::ranges::equal(text, kForm, [](char c, char form) { return form == '-' ? c == '-' : IsHex(c); });
}

bool IsModelVersion(std::string_view text) {
  return Take(text, 'v') && TakeDigits(text) && Take(text, '.') && TakeDigits(text) && Take(text, '.') && TakeDigits(text) && text.empty();
}

bool IsDateTime(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() < kForm.size() || !HasForm(text.substr(0, kForm.size()), kForm)) return false;
  const std::chrono::year_month_day date(std::chrono::year(Number(text.substr(0, 4))), std::chrono::month(static_cast<unsigned>(Number(text.substr(5, 2)))),
                                         std::chrono::day(static_cast<unsigned>(Number(text.substr(8, 2)))));
  if (!date.ok() || !IsClock(text.substr(11, 2), text.substr(14, 2)) || Number(text.substr(17, 2)) > 59) return false;
  text.remove_prefix(kForm.size());
  if (Take(text, '.') && !TakeDigits(text)) return false;
  return IsZone(text);
}

}  // namespace aqua::contract
