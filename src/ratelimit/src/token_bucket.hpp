#pragma once

#include <chrono>
#include <cstdint>

#include "aqua/ratelimit/limiter.hpp"

namespace aqua::ratelimit {

using TimePoint = std::chrono::steady_clock::time_point;

/// A limit in whole numbers, so that no token is lost or won by rounding: a token has so many parts that every nanosecond brings a
/// whole number of them.
struct BucketRule {
  std::int64_t refill;    ///< parts in a nanosecond
  std::int64_t token;     ///< parts of a token
  std::int64_t capacity;  ///< tokens

  /// The limit divided by a number of instances; each holds at least one token. Requires: limit.valid(), not off.
  static BucketRule Of(const RateLimit& limit, std::int64_t instances = 1);

  [[nodiscard]] std::int64_t full() const { return capacity * token; }
};

/// A bucket of tokens. The rule is passed in because thousands of buckets share one.
class TokenBucket {
 public:
  TokenBucket(std::int64_t level, TimePoint now) : level_(level), updated_(now) {}
  static TokenBucket Full(const BucketRule& rule, TimePoint now) { return {rule.full(), now}; }

  /// Adds what came since the last call. A time before that of the last call brings nothing.
  void Refill(const BucketRule& rule, TimePoint now);
  /// Takes a token when there is one. Refill() first.
  bool Take(const BucketRule& rule);

  /// Parts and whole tokens at the last Refill().
  [[nodiscard]] std::int64_t level() const { return level_; }
  [[nodiscard]] std::int64_t tokens(const BucketRule& rule) const { return level_ / rule.token; }
  /// From the last Refill() until there are so many whole tokens; zero when there are. Rounded up.
  [[nodiscard]] std::chrono::nanoseconds Until(const BucketRule& rule, std::int64_t tokens) const;

 private:
  std::int64_t level_;  ///< parts
  TimePoint updated_;
};

/// Rounds up to seconds.
std::chrono::seconds WholeSeconds(std::chrono::nanoseconds time);

}  // namespace aqua::ratelimit
