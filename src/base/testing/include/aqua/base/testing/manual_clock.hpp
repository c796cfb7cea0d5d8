#pragma once

#include <atomic>
#include <chrono>

#include "aqua/base/clock.hpp"

namespace aqua::base::testing {

/// A clock that stands still until it is set. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::chrono::system_clock::time_point now) : now_(now) {}
  [[nodiscard]] std::chrono::system_clock::time_point Now() const override { return now_.load(); }
  void Set(std::chrono::system_clock::time_point now) { now_ = now; }
  void Advance(std::chrono::system_clock::duration step) { now_ = now_.load() + step; }

 private:
  std::atomic<std::chrono::system_clock::time_point> now_;
};

}  // namespace aqua::base::testing
