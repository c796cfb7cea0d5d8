#include "utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace aqua::contract {
namespace {

unsigned Byte(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

bool IsContinuation(unsigned byte) { return (byte & 0xC0) == 0x80; }

/// Bytes of the sequence at i, or 0 if it is not valid (Unicode 15, table 3-7).
std::size_t SequenceLength(std::string_view text, std::size_t i) {
  const unsigned lead = Byte(text, i);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
  if (length == 0 || length > text.size() - i) return 0;
  const unsigned second = Byte(text, i + 1);
  const unsigned lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (second < lowest || second > highest) return 0;
  for (std::size_t k = 2; k < length; ++k)
    if (!IsContinuation(Byte(text, i + k))) return 0;
  return length;
}

}  // namespace

std::size_t FirstInvalidUtf8(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t i = 0;
  while (i < text.size()) {
    std::uint64_t word = 0;
    while (i + sizeof(word) <= text.size()) {
      std::memcpy(&word, text.data() + i, sizeof(word));
      if ((word & kHighBits) != 0) break;
      i += sizeof(word);
    }
    if (i == text.size()) break;
    const std::size_t length = SequenceLength(text, i);
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

std::size_t CodePoints(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !IsContinuation(static_cast<unsigned char>(c)); }));
}

std::string_view CutUtf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && IsContinuation(Byte(text, max_bytes))) --max_bytes;
  return text.substr(0, max_bytes);
}

}  // namespace aqua::contract
