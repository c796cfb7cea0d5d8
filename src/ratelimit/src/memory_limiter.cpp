#include "aqua/ratelimit/memory_limiter.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "aqua/base/assert.hpp"
#include "keyed_table.hpp"
#include "token_bucket.hpp"

namespace aqua::ratelimit {

class MemoryLimiter::Implementation {
 public:
  Implementation(const MemoryLimiterConfig& config, cache::MonotonicClock clock)
      : limit_(config.limit), rule_(BucketRule::Of(config.limit)), clock_(std::move(clock)), buckets_(config.max_keys) {}

  Decision Admit(std::string_view key) {
    if (limit_.off()) return {};
    const TimePoint now = clock_();
    const std::lock_guard lock(mutex_);
    TokenBucket& bucket = BucketOf(key, now);
    bucket.Refill(rule_, now);
    Decision decision;
    decision.verdict = bucket.Take(rule_) ? Verdict::kAdmitted : Verdict::kRefused;
    decision.limit = limit_.per_minute;
    decision.remaining = bucket.tokens(rule_);
    decision.reset = WholeSeconds(bucket.Until(rule_, rule_.capacity));
    if (!decision.admitted()) decision.retry_after = std::max(std::chrono::seconds(1), WholeSeconds(bucket.Until(rule_, 1)));
    return decision;
  }

  [[nodiscard]] std::size_t keys() const {
    const std::lock_guard lock(mutex_);
    return buckets_.size();
  }

 private:
  TokenBucket& BucketOf(std::string_view key, TimePoint now) {
    if (TokenBucket* bucket = buckets_.Find(key)) return *bucket;
    const auto is_full = [&](TokenBucket& bucket) {
      bucket.Refill(rule_, now);
      return bucket.level() == rule_.full();
    };
    return buckets_.Add(key, TokenBucket::Full(rule_, now), is_full);
  }

  const RateLimit limit_;
  const BucketRule rule_;
  const cache::MonotonicClock clock_;
  mutable std::mutex mutex_;  // guards buckets_
  KeyedTable<TokenBucket> buckets_;
};

MemoryLimiter::MemoryLimiter(const MemoryLimiterConfig& config, cache::MonotonicClock clock)
    : implementation_(std::make_unique<Implementation>(config, std::move(clock))) {
  AQUA_ASSERT(config.limit.valid());
}

MemoryLimiter::~MemoryLimiter() = default;

Decision MemoryLimiter::Admit(std::string_view key) { return implementation_->Admit(key); }

std::size_t MemoryLimiter::keys() const { return implementation_->keys(); }

}  // namespace aqua::ratelimit
