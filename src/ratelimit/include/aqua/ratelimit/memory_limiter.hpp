#pragma once

#include <cstddef>
#include <memory>

#include "aqua/cache/monotonic_clock.hpp"
#include "aqua/ratelimit/limiter.hpp"

namespace aqua::ratelimit {

struct MemoryLimiterConfig {
  RateLimit limit;
  /// Keys whose buckets are not full; beyond that the one that was idle for longest is forgotten. At least 1.
  std::size_t max_keys = 100'000;
};

/// Limits within this process, exactly. Thread-safe; both calls decide from memory.
class MemoryLimiter final : public Limiter {
 public:
  /// Requires: config.limit.valid().
  explicit MemoryLimiter(const MemoryLimiterConfig& config, cache::MonotonicClock clock = &std::chrono::steady_clock::now);
  ~MemoryLimiter() override;
  MemoryLimiter(const MemoryLimiter&) = delete;
  MemoryLimiter& operator=(const MemoryLimiter&) = delete;

  Decision TryAdmit(std::string_view key) override { return Admit(key); }
  Decision Admit(std::string_view key) override;

  /// Keys that are remembered.
  [[nodiscard]] std::size_t keys() const;

 private:
  class Implementation;
  const std::unique_ptr<Implementation> implementation_;
};

}  // namespace aqua::ratelimit
