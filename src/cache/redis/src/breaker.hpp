#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

#include "aqua/cache/monotonic_clock.hpp"

namespace aqua::cache {

/// Keeps callers from a server that is away: after a failure it refuses all but one try in each interval, until one succeeds.
/// Thread-safe.
class Breaker {
 public:
  /// What a caller was given, to be handed back with the outcome.
  struct Pass {
    enum class Kind { kRefused, kNormal, kTry };
    Kind kind = Kind::kRefused;
    std::uint64_t closings = 0;
  };

  Breaker(std::chrono::milliseconds interval, MonotonicClock clock);

  Pass Ask();
  /// Only a try that succeeded lets the others in again: a call that began before the failure may end well after it.
  void Succeeded(const Pass& pass);
  /// Ignores calls that began before the last try that succeeded.
  void Failed(const Pass& pass);
  [[nodiscard]] bool closed() const { return closed_.load(std::memory_order_acquire); }

 private:
  const std::chrono::milliseconds interval_;
  const MonotonicClock clock_;
  std::atomic<bool> closed_{true};          ///< closed: calls go through
  std::atomic<std::uint64_t> closings_{0};  ///< how often a try succeeded
  std::mutex mutex_;                        // guards retry_at_, and changes of the two above
  std::chrono::steady_clock::time_point retry_at_;
};

}  // namespace aqua::cache
