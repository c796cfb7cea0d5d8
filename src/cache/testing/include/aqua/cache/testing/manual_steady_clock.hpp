#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "aqua/cache/monotonic_clock.hpp"

namespace aqua::cache::testing {

/// A monotonic clock that stands still until it is moved on. Thread-safe; must outlive what uses it.
class ManualSteadyClock {
 public:
  void Advance(std::chrono::nanoseconds step) { nanoseconds_ += step.count(); }
  [[nodiscard]] std::chrono::steady_clock::time_point Now() const {
    return std::chrono::steady_clock::time_point(std::chrono::hours(1) + std::chrono::nanoseconds(nanoseconds_.load()));
  }
  MonotonicClock clock() {
    return [this] { return Now(); };
  }

 private:
  std::atomic<std::int64_t> nanoseconds_{0};
};

}  // namespace aqua::cache::testing
