#include "aqua/base/base64.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace aqua::base {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) values[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  return values;
}();

std::uint8_t ValueOf(char c) { return kValues[static_cast<std::uint8_t>(c)]; }

Error BadBase64(std::string message) { return MakeError(ErrorCode::kInvalidArgument, std::move(message), "bad_base64"); }

Error BadCharacter(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && ValueOf(text[at]) != kNone) ++at;
  return BadBase64(fmt::format("is not base64: character {} is not of its alphabet (no line breaks, no data: prefix)", at + 1));
}

/// Takes the padding off. Padded text is a multiple of four long.
Result<std::string_view> WithoutPadding(std::string_view text) {
  const std::size_t length = text.size();
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  if (padding > 0 && length % 4 != 0) return BadBase64("is not base64: it is cut off or its padding is wrong");
  if (text.size() % 4 == 1) return BadBase64("is not base64: it is cut off");
  return text;
}

}  // namespace

Result<Bytes> DecodeBase64(std::string_view text) {
  AQUA_TRY_ASSIGN(const std::string_view digits, WithoutPadding(text));
  const std::size_t whole = digits.size() / 4;
  const std::size_t rest = digits.size() % 4;
  Bytes out(whole * 3 + (rest == 0 ? 0 : rest - 1));
  std::uint8_t bad = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < whole; ++i, at += 3) {
    const std::uint8_t a = ValueOf(digits[4 * i]);
    const std::uint8_t b = ValueOf(digits[4 * i + 1]);
    const std::uint8_t c = ValueOf(digits[4 * i + 2]);
    const std::uint8_t d = ValueOf(digits[4 * i + 3]);
    bad |= static_cast<std::uint8_t>((a | b | c | d) & 0xC0U);
    const std::uint32_t bits = (std::uint32_t{a} << 18U) | (std::uint32_t{b} << 12U) | (std::uint32_t{c} << 6U) | d;
    out[at] = static_cast<std::uint8_t>(bits >> 16U);
    out[at + 1] = static_cast<std::uint8_t>(bits >> 8U);
    out[at + 2] = static_cast<std::uint8_t>(bits);
  }
  std::uint32_t bits = 0;
  for (std::size_t i = 4 * whole; i < digits.size(); ++i) {
    bad |= static_cast<std::uint8_t>(ValueOf(digits[i]) & 0xC0U);
    bits = (bits << 6U) | ValueOf(digits[i]);
  }
  if (bad != 0) return BadCharacter(digits);
  if (rest == 2) {
    if ((bits & 0xFU) != 0) return BadBase64("is not base64: its last character holds bits that belong to nothing");
    out[at] = static_cast<std::uint8_t>(bits >> 4U);
  } else if (rest == 3) {
    if ((bits & 0x3U) != 0) return BadBase64("is not base64: its last character holds bits that belong to nothing");
    out[at] = static_cast<std::uint8_t>(bits >> 10U);
    out[at + 1] = static_cast<std::uint8_t>(bits >> 2U);
  }
  return out;
}

std::string EncodeBase64(ByteView bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) bits = (bits << 8U) | (j < count ? bytes[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j) out += j <= count ? kAlphabet[(bits >> (18U - 6U * j)) & 0x3FU] : '=';
  }
  return out;
}

}  // namespace aqua::base
