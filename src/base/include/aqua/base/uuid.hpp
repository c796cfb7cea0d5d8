#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "aqua/base/clock.hpp"

namespace aqua::base {

/// Makes UUIDs of version 7 (RFC 9562): 48 bits of Unix milliseconds, a 12-bit counter, 62 random bits. Each is greater than
/// the one before, also when the clock steps back. Thread-safe.
class UuidSource {
 public:
  using RandomBytes = std::function<void(std::span<std::uint8_t>)>;

  /// clock: must outlive this. random: thread-safe.
  UuidSource(const Clock& clock, RandomBytes random) : clock_(clock), random_(std::move(random)) {}

  /// Lower-case text, 36 characters.
  std::string Next();

 private:
  const Clock& clock_;
  RandomBytes random_;
  std::mutex mutex_;        // guards last_
  std::uint64_t last_ = 0;  ///< milliseconds << 12 | counter
};

/// Next of one source for the whole process, on the system's clock and random numbers.
std::string NewUuidV7();

/// Whether text is a UUID in its canonical form of 36 characters, of either case.
bool IsUuid(std::string_view text);

/// Fills bytes from the system's random numbers, fit for keys.
void FillRandom(std::span<std::uint8_t> bytes);

}  // namespace aqua::base
