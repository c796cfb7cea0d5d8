#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace aqua::ratelimit {

/// How often one key may do something: a token bucket that holds `burst` tokens, is full at first, and is filled by `per_minute`
/// tokens a minute, evenly. So 100 a minute with a burst of 20 admits 20 at once and then one each 0.6 s; never more than
/// burst + rate × time in any span of time.
struct RateLimit {
  static constexpr std::int64_t kMaxPerMinute = 600'000'000;
  static constexpr std::int64_t kMaxBurst = 100'000'000;

  std::int64_t per_minute = 100;  ///< 0 switches the limit off
  std::int64_t burst = 20;        ///< 0: as many as come in a minute, kMaxBurst at most

  /// Whether both are within 0 and their bounds.
  [[nodiscard]] bool valid() const { return per_minute >= 0 && per_minute <= kMaxPerMinute && burst >= 0 && burst <= kMaxBurst; }
  [[nodiscard]] bool off() const { return per_minute == 0; }
  /// Tokens that the bucket holds.
  [[nodiscard]] std::int64_t capacity() const;
};

enum class Verdict {
  kAdmitted,
  kRefused,
  kMustAsk,  ///< only of TryAdmit(): the memory does not tell; Admit() will
};

/// What a limiter says, and what to tell the client.
struct Decision {
  Verdict verdict = Verdict::kAdmitted;
  std::int64_t limit = 0;               ///< per minute; 0: the limit is off, and nothing is told
  std::int64_t remaining = 0;           ///< requests that would be admitted now, as far as is known here
  std::chrono::seconds reset{0};        ///< until the bucket is full again, rounded up
  std::chrono::seconds retry_after{0};  ///< until the next token, rounded up, at least 1 when refused; else 0

  [[nodiscard]] bool admitted() const { return verdict == Verdict::kAdmitted; }
};

/// Decides for one rate class whether a key (a user, an address, an API key) may do one more thing now. Thread-safe.
class Limiter {
 public:
  virtual ~Limiter() = default;

  /// Decides from memory alone; never waits for anything but other decisions. kMustAsk takes nothing.
  virtual Decision TryAdmit(std::string_view key) = 0;

  /// Decides; may block for some milliseconds. Never kMustAsk.
  virtual Decision Admit(std::string_view key) = 0;
};

}  // namespace aqua::ratelimit
