#include "token_bucket.hpp"

#include <algorithm>

namespace aqua::ratelimit {
namespace {

constexpr std::int64_t kNanosecondsPerMinute = 60'000'000'000;

std::int64_t DividedUp(std::int64_t value, std::int64_t divisor) { return (value + divisor - 1) / divisor; }

}  // namespace

BucketRule BucketRule::Of(const RateLimit& limit, std::int64_t instances) {
  return {limit.per_minute, kNanosecondsPerMinute * instances, std::max<std::int64_t>(1, limit.capacity() / instances)};
}

void TokenBucket::Refill(const BucketRule& rule, TimePoint now) {
  if (now <= updated_) return;
  const std::int64_t missing = rule.full() - level_;
  const std::int64_t elapsed = std::chrono::duration_cast<std::chrono::nanoseconds>(now - updated_).count();
  // Compared before it is multiplied: the product of a long time would not fit.
  level_ = elapsed >= DividedUp(missing, rule.refill) ? rule.full() : level_ + elapsed * rule.refill;
  updated_ = now;
}

bool TokenBucket::Take(const BucketRule& rule) {
  if (level_ < rule.token) return false;
  level_ -= rule.token;
  return true;
}

std::chrono::nanoseconds TokenBucket::Until(const BucketRule& rule, std::int64_t tokens) const {
  return std::chrono::nanoseconds(DividedUp(std::max<std::int64_t>(0, tokens * rule.token - level_), rule.refill));
}

std::chrono::seconds WholeSeconds(std::chrono::nanoseconds time) { return std::chrono::ceil<std::chrono::seconds>(time); }

}  // namespace aqua::ratelimit
