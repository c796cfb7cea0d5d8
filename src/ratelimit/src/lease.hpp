#pragma once

#include <chrono>
#include <cstdint>

#include "lease_script.hpp"
#include "token_bucket.hpp"

namespace aqua::ratelimit {

/// How many tokens to lease at a time.
struct LeaseSizes {
  std::int64_t smallest;  ///< 2 ms of the rate; 1 where that is less than a token
  std::int64_t largest;   ///< 50 ms of the rate

  /// No lease is more than a part of what the bucket holds, so that the instances do not take it from each other.
  static LeaseSizes Of(const RateLimit& limit, std::int64_t instances);
};

/// The tokens of one key that this process may use without asking, and what it knows of the bucket they come from. For one thread
/// at a time.
class Lease {
 public:
  Lease(const BucketRule& rule, const LeaseSizes& sizes, TimePoint now) : size_(sizes.smallest), known_(TokenBucket::Full(rule, now)) {}

  /// Uses a token when there is one that has not expired.
  bool Take(TimePoint now);
  /// Whether it is known that the bucket holds nothing worth asking for: refused without asking.
  [[nodiscard]] bool exhausted(TimePoint now) const { return now < ask_again_; }

  /// Tokens to ask for, when so many threads wait for one; and what to give back with that.
  std::int64_t Want(std::int64_t waiting, TimePoint now);
  std::int64_t TakeLeftover(TimePoint now);
  /// Takes over what was granted, and learns from it how much to ask for the next time. `wanted`: what was asked for.
  void Apply(const Grant& grant, std::int64_t wanted, const BucketRule& rule, const LeaseSizes& sizes, std::chrono::milliseconds time, TimePoint now);

  /// Whether nothing is lost when it is forgotten: no tokens, and the bucket full.
  [[nodiscard]] bool worthless(const BucketRule& rule, TimePoint now) const;

  /// Tokens that could be used now, here and in the bucket, as far as is known.
  [[nodiscard]] std::int64_t remaining(const BucketRule& rule, TimePoint now) const;
  [[nodiscard]] std::chrono::nanoseconds until_full(const BucketRule& rule, TimePoint now) const;
  [[nodiscard]] std::chrono::nanoseconds until_next(const BucketRule& rule, TimePoint now) const;
  [[nodiscard]] std::int64_t size() const { return size_; }

 private:
  [[nodiscard]] TokenBucket KnownAt(const BucketRule& rule, TimePoint now) const;
  void Expire(TimePoint now);

  std::int64_t tokens_ = 0;
  std::int64_t leftover_ = 0;  ///< expired, to be given back
  std::int64_t size_;          ///< to be asked for the next time
  TimePoint granted_;
  TimePoint expires_;
  TimePoint ask_again_;
  TokenBucket known_;  ///< what the bucket held after the last grant
};

}  // namespace aqua::ratelimit
