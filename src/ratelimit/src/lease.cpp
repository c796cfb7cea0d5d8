#include "lease.hpp"

#include <algorithm>
#include <utility>

namespace aqua::ratelimit {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShort{2};
constexpr milliseconds kLong{50};
/// A lease that was used up within this time was too small.
constexpr milliseconds kUsedUpFast{5};

std::int64_t TokensIn(const RateLimit& limit, milliseconds time) { return limit.per_minute * time.count() / 60'000; }

}  // namespace

LeaseSizes LeaseSizes::Of(const RateLimit& limit, std::int64_t instances) {
  const auto share = [&](std::int64_t part) { return std::max<std::int64_t>(1, limit.capacity() / (part * instances)); };
  const std::int64_t smallest = std::clamp<std::int64_t>(TokensIn(limit, kShort), 1, share(4));
  return {smallest, std::clamp<std::int64_t>(TokensIn(limit, kLong), smallest, std::max(smallest, share(2)))};
}

bool Lease::Take(TimePoint now) {
  Expire(now);
  if (tokens_ == 0) return false;
  --tokens_;
  return true;
}

std::int64_t Lease::Want(std::int64_t waiting, TimePoint now) {
  Expire(now);
  return std::max(size_, waiting);
}

std::int64_t Lease::TakeLeftover(TimePoint now) {
  Expire(now);
  return std::exchange(leftover_, 0);
}

void Lease::Apply(const Grant& grant, std::int64_t wanted, const BucketRule& rule, const LeaseSizes& sizes, milliseconds time, TimePoint now) {
  if (grant.tokens < wanted) {
    size_ = std::max(sizes.smallest, std::min(size_, grant.tokens));  // the bucket is empty: small leases share it evenly
  } else if (granted_ != TimePoint() && now - granted_ < kUsedUpFast) {
    size_ = std::min(sizes.largest, 2 * size_);
  }
  tokens_ += grant.tokens;
  granted_ = now;
  expires_ = now + time;
  known_ = TokenBucket(grant.level, now);
  ask_again_ = now + known_.Until(rule, sizes.smallest);
}

bool Lease::worthless(const BucketRule& rule, TimePoint now) const { return (tokens_ == 0 || now >= expires_) && KnownAt(rule, now).level() == rule.full(); }

std::int64_t Lease::remaining(const BucketRule& rule, TimePoint now) const { return std::min(rule.capacity, tokens_ + KnownAt(rule, now).tokens(rule)); }

std::chrono::nanoseconds Lease::until_full(const BucketRule& rule, TimePoint now) const { return KnownAt(rule, now).Until(rule, rule.capacity); }

std::chrono::nanoseconds Lease::until_next(const BucketRule& rule, TimePoint now) const { return KnownAt(rule, now).Until(rule, 1); }

TokenBucket Lease::KnownAt(const BucketRule& rule, TimePoint now) const {
  TokenBucket known = known_;
  known.Refill(rule, now);
  return known;
}

void Lease::Expire(TimePoint now) {
  if (tokens_ == 0 || now < expires_) return;
  if (tokens_ > size_ / 2) size_ = std::max<std::int64_t>(1, size_ / 2);
  leftover_ += std::exchange(tokens_, 0);
}

}  // namespace aqua::ratelimit
