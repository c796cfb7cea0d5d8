#include "naming.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "aqua/base/text.hpp"

namespace aqua::identity {
namespace {

using Range = std::pair<char32_t, char32_t>;

/// Controls, blanks that are not U+0020, what has no width or steers direction, combining marks, variation selectors, tags, unassigned ends.
constexpr std::array<Range, 24> kUnseen = {{{0x0000, 0x001F}, {0x007F, 0x00A0}, {0x00AD, 0x00AD}, {0x0300, 0x036F}, {0x034F, 0x034F}, {0x0483, 0x0489},
                                            {0x061C, 0x061C}, {0x115F, 0x1160}, {0x1680, 0x1680}, {0x17B4, 0x17B5}, {0x180B, 0x180F}, {0x1AB0, 0x1AFF},
                                            {0x1DC0, 0x1DFF}, {0x2000, 0x200F}, {0x2028, 0x202F}, {0x205F, 0x206F}, {0x20D0, 0x20FF}, {0x3000, 0x3000},
                                            {0x3164, 0x3164}, {0xE000, 0xF8FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}}};

bool IsSeen(char32_t point) {
  if (point >= 0xFFF0 && point <= 0xFFFF) return false;
  if (point >= 0xE0000) return false;
  return std::none_of(kUnseen.begin(), kUnseen.end(), [&](const Range& range) { return point >= range.first && point <= range.second; });
}

/// Code points of valid UTF-8; nothing for other bytes.
std::optional<std::vector<char32_t>> Decode(std::string_view text) {
  if (base::ValidUtf8(text) != text) return std::nullopt;
  std::vector<char32_t> points;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k) point = (point << 6U) | (static_cast<std::uint8_t>(text[i + k]) & 0x3FU);
    points.push_back(point);
    i += length;
  }
  return points;
}

void Append(char32_t point, std::string& out) {
  const auto byte = [&](char32_t value) { out.push_back(static_cast<char>(static_cast<std::uint8_t>(value))); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0U | (point >> 6U));
    byte(0x80U | (point & 0x3FU));
  } else if (point < 0x10000) {
    byte(0xE0U | (point >> 12U));
    byte(0x80U | ((point >> 6U) & 0x3FU));
    byte(0x80U | (point & 0x3FU));
  } else {
    byte(0xF0U | (point >> 18U));
    byte(0x80U | ((point >> 12U) & 0x3FU));
    byte(0x80U | ((point >> 6U) & 0x3FU));
    byte(0x80U | (point & 0x3FU));
  }
}

bool Within(char32_t point, char32_t first, char32_t last) { return point >= first && point <= last; }

char32_t FoldLatin(char32_t point) {
  if (Within(point, 'A', 'Z') || (Within(point, 0xC0, 0xDE) && point != 0xD7) || Within(point, 0xFF21, 0xFF3A)) return point + 0x20;
  if (point == 0x178) return 0xFF;
  const bool odd_is_capital = Within(point, 0x139, 0x148) || Within(point, 0x179, 0x17E);
  if (odd_is_capital) return point % 2 == 1 ? point + 1 : point;
  const bool even_is_capital = (Within(point, 0x100, 0x177) && !Within(point, 0x130, 0x131) && point != 0x138) || Within(point, 0x1DE, 0x1EF) ||
                               Within(point, 0x1F8, 0x21F) || Within(point, 0x222, 0x233) || Within(point, 0x1E00, 0x1E95) || Within(point, 0x1EA0, 0x1EFF);
  return even_is_capital && point % 2 == 0 ? point + 1 : point;
}

char32_t FoldGreekOrCyrillic(char32_t point) {
  if (point == 0x386) return 0x3AC;
  if (Within(point, 0x388, 0x38A)) return point + 0x25;
  if (point == 0x38C) return 0x3CC;
  if (Within(point, 0x38E, 0x38F)) return point + 0x3F;
  if (Within(point, 0x391, 0x3AB)) return point + 0x20;
  if (point == 0x3C2) return 0x3C3;
  if (Within(point, 0x400, 0x40F)) return point + 0x50;
  if (Within(point, 0x410, 0x42F)) return point + 0x20;
  if (point == 0x4C0) return 0x4CF;
  if (Within(point, 0x4C1, 0x4CE)) return point % 2 == 1 ? point + 1 : point;
  const bool pairs = Within(point, 0x460, 0x481) || Within(point, 0x48A, 0x4BF) || Within(point, 0x4D0, 0x52F);
  return pairs && point % 2 == 0 ? point + 1 : point;
}

Error BadUsername(std::string_view why) { return MakeError(ErrorCode::kInvalidArgument, fmt::format("user name: {}", why), "bad_username"); }

bool IsAtom(char c) {
  constexpr std::string_view kSpecials = "!#$%&'*+/=?^_`{|}~-";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kSpecials.find(c) != std::string_view::npos;
}

bool IsDotted(std::string_view text) {
  const auto parts = base::Split(text, '.');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) { return !part.empty() && std::all_of(part.begin(), part.end(), &IsAtom); });
}

bool IsDomain(std::string_view text) {
  const auto labels = base::Split(text, '.');
  return labels.size() >= 2 && text.size() <= 253 && std::all_of(labels.begin(), labels.end(), [](std::string_view label) {
           const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
           return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
                  std::all_of(label.begin(), label.end(), [&](char c) { return c == '-' || alphanumeric(c); });
         });
}

}  // namespace

std::string Fold(std::string_view text) {
  std::string folded;
  const auto points = Decode(text);
  if (!points) return folded;
  for (const char32_t point : *points) Append(FoldGreekOrCyrillic(FoldLatin(point)), folded);
  return folded;
}

Status CheckUsername(std::string_view username, std::string_view email) {
  if (username.size() > 400) return BadUsername("at most 100 characters");
  const auto points = Decode(username);
  if (!points) return BadUsername("not UTF-8");
  if (points->size() < 3 || points->size() > 100) return BadUsername("3 to 100 characters");
  if (!std::all_of(points->begin(), points->end(), &IsSeen)) return BadUsername("only characters that can be seen");
  if (username.front() == ' ' || username.back() == ' ' || username.find("  ") != std::string_view::npos) return BadUsername("only single blanks, within");
  if (username.find('@') != std::string_view::npos && Fold(username) != Fold(email)) return BadUsername("no '@', unless it is the own e-mail address");
  return {};
}

Status CheckEmail(std::string_view email) {
  const auto at = email.find('@');
  if (email.size() <= 254 && at != std::string_view::npos && at <= 64 && IsDotted(email.substr(0, at)) && IsDomain(email.substr(at + 1))) return {};
  return MakeError(ErrorCode::kInvalidArgument, "not an e-mail address", "bad_email");
}

Status CheckLabel(std::string_view text, std::size_t min_length, std::size_t max_length, std::string_view what, std::string_view reason) {
  const auto points = text.size() <= max_length * 4 ? Decode(text) : std::nullopt;
  const bool fine = points && points->size() >= min_length && points->size() <= max_length && std::none_of(points->begin(), points->end(), [](char32_t point) {
                      return point < 0x20 || Within(point, 0x7F, 0x9F) || Within(point, 0x2028, 0x202E) || Within(point, 0x2066, 0x2069);
                    });
  if (fine) return {};
  return MakeError(ErrorCode::kInvalidArgument, fmt::format("{}: {} to {} characters, no control characters", what, min_length, max_length),
                   std::string(reason));
}

}  // namespace aqua::identity
