#include "aqua/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace aqua::base {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// Takes one code point off the front of text; invalid bytes yield U+FFFD, one byte at a time.
char32_t NextCodePoint(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  std::size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
  if (length == 0 || length > text.size()) {
    text.remove_prefix(1);
    return kReplacement;
  }
  char32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) {
      text.remove_prefix(1);
      return kReplacement;
    }
    point = (point << 6) | (next & 0x3F);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  if (overlong || surrogate || point > 0x10FFFF) {
    text.remove_prefix(1);
    return kReplacement;
  }
  text.remove_prefix(length);
  return point;
}

bool IsControl(char32_t point) {
  const bool direction = (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069) || point == 0x200E || point == 0x200F || point == 0x061C;
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029 || direction;
}

bool IsCombining(char32_t point) {
  return (point >= 0x300 && point < 0x370) || (point >= 0x1AB0 && point < 0x1B00) || (point >= 0x20D0 && point < 0x2100) ||
         (point >= 0xFE00 && point < 0xFE10) || point == 0x200B || point == 0x200D;
}

bool IsWide(char32_t point) {
  return (point >= 0x1100 && point < 0x1160) || (point >= 0x2E80 && point < 0xA4D0) || (point >= 0xAC00 && point < 0xD7A4) ||
         (point >= 0xF900 && point < 0xFB00) || (point >= 0xFE30 && point < 0xFE70) || (point >= 0xFF00 && point < 0xFF61) ||
         (point >= 0x1F300 && point < 0x1F650) || (point >= 0x1F900 && point < 0x1FA00) || (point >= 0x20000 && point < 0x30000);
}

std::size_t Width(char32_t point) { return IsCombining(point) ? 0 : IsWide(point) ? 2 : 1; }

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitution});
    }
  }
  return row.back();
}

}  // namespace

std::string FormatBytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  const bool whole = unit == 0 || value >= 10 || std::abs(value - std::round(value)) < 0.05;
  return whole ? fmt::format("{:.0f} {}", value, kUnits.at(unit)) : fmt::format("{:.1f} {}", value, kUnits.at(unit));
}

std::string FormatDuration(std::chrono::duration<double> duration) {
  const double seconds = duration.count();
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t point = NextCodePoint(text);
    const std::string_view encoded = before.substr(0, before.size() - text.size());
    if (IsControl(point))
      out += point < 0x100 ? fmt::format("\\x{:02x}", static_cast<unsigned>(point)) : fmt::format("\\u{:04x}", static_cast<unsigned>(point));
    else if (point == kReplacement)
      out += "\xEF\xBF\xBD";
    else
      out += encoded;
  }
  return out;
}

std::string ValidUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view before = text;
    if (NextCodePoint(text) == kReplacement)
      out += "\xEF\xBF\xBD";
    else
      out += before.substr(0, before.size() - text.size());
  }
  return out;
}

std::size_t DisplayWidth(std::string_view utf8) {
  std::size_t width = 0;
  while (!utf8.empty()) width += Width(NextCodePoint(utf8));
  return width;
}

std::string ShortenFront(std::string_view utf8, std::size_t columns) {
  std::size_t width = DisplayWidth(utf8);
  if (width <= columns) return std::string(utf8);
  if (columns == 0) return {};
  while (width + 1 > columns && !utf8.empty()) width -= Width(NextCodePoint(utf8));
  return "…" + std::string(utf8);
}

std::optional<std::string> Nearest(std::string_view word, const std::vector<std::string>& known) {
  std::optional<std::string> best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = EditDistance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string ToLower(std::string_view ascii) {
  std::string lower(ascii);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto position = text.find(separator);
    parts.push_back(text.substr(0, position));
    if (position == std::string_view::npos) return parts;
    text.remove_prefix(position + 1);
  }
}

}  // namespace aqua::base
