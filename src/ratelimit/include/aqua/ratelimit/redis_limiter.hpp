#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "aqua/cache/monotonic_clock.hpp"
#include "aqua/cache/script_host.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/ratelimit/limiter.hpp"

namespace aqua::ratelimit {

struct RedisLimiterConfig {
  std::string rate_class;  ///< a fixed word; the bucket of a key is ratelimit:{rate_class}:{key}
  RateLimit limit;
  std::int64_t instances = 1;                     ///< processes that share the limit, at least 1: each has its part while Redis is away
  std::size_t max_keys = 100'000;                 ///< as MemoryLimiterConfig::max_keys
  std::chrono::milliseconds max_wait{5};          ///< the longest that Admit() blocks
  std::chrono::milliseconds lease_time{100};      ///< leased tokens that are not used by then are given back with the next request
  std::chrono::milliseconds retry_interval{250};  ///< how long Redis is not asked after it failed
};

/// Limits across all processes that use one Redis: the bucket is there, and this process leases tokens from it, one at a time where
/// the limit is small, up to 50 ms worth of the rate where it is large and they are used up fast. Decisions are made from the lease;
/// a key without one is asked for by one thread at a time. Tokens leave the bucket when they are leased, so never more are admitted
/// than the limit allows; those given back late, or lost with a process, make it a little less. Thread-safe.
///
/// While Redis is away each process limits by itself, to its part of the limit, and begins with its part of what was left.
/// aqua_ratelimit_redis_asks_total{class}: leases asked for. aqua_ratelimit_local_decisions_total{class}: decisions without Redis.
class RedisLimiter final : public Limiter {
 public:
  /// host, registry: must outlive this. Requires: config.limit.valid().
  RedisLimiter(const RedisLimiterConfig& config, cache::ScriptHost& host, observe::MetricsRegistry& registry,
               cache::MonotonicClock clock = &std::chrono::steady_clock::now);
  ~RedisLimiter() override;
  RedisLimiter(const RedisLimiter&) = delete;
  RedisLimiter& operator=(const RedisLimiter&) = delete;

  Decision TryAdmit(std::string_view key) override;
  Decision Admit(std::string_view key) override;

  /// Gives all leased tokens back, for the end of a process. Blocks for max_wait for each key that has some; stops at the first failure.
  void ReturnLeases();

  /// Keys that are remembered.
  [[nodiscard]] std::size_t keys() const;

 private:
  class Implementation;
  const std::unique_ptr<Implementation> implementation_;
};

}  // namespace aqua::ratelimit
