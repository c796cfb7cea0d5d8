#include "aqua/base/uuid.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "aqua/base/assert.hpp"

namespace aqua::base {
namespace {

std::string Text(const std::array<std::uint8_t, 16>& bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHex[bytes.at(i) >> 4U];
    text += kHex[bytes.at(i) & 0xFU];
  }
  return text;
}

}  // namespace

std::string UuidSource::Next() {
  std::array<std::uint8_t, 16> bytes{};
  random_(std::span(bytes).subspan(8));
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.Now().time_since_epoch()).count();
  std::uint64_t stamp = static_cast<std::uint64_t>(std::max<std::int64_t>(now, 0)) << 12U;
  {
    const std::lock_guard lock(mutex_);
    last_ = stamp = std::max(stamp, last_ + 1);
  }
  for (std::size_t i = 0; i < 6; ++i) bytes.at(i) = static_cast<std::uint8_t>(stamp >> (52U - 8U * i));
  bytes[6] = static_cast<std::uint8_t>(0x70U | ((stamp >> 8U) & 0x0FU));
  bytes[7] = static_cast<std::uint8_t>(stamp);
  bytes[8] = static_cast<std::uint8_t>(0x80U | (bytes[8] & 0x3FU));
  return Text(bytes);
}

std::string NewUuidV7() {
  static const SystemClock clock;
  static UuidSource source(clock, &FillRandom);
  return source.Next();
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

void FillRandom(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t filled = ::getrandom(bytes.data(), bytes.size(), 0);
    if (filled < 0 && errno == EINTR) continue;
    AQUA_ASSERT(filled > 0);
    bytes = bytes.subspan(static_cast<std::size_t>(filled));
  }
}

}  // namespace aqua::base
