#include "aqua/ratelimit/redis_limiter.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "aqua/base/assert.hpp"
#include "aqua/cache/keys.hpp"
#include "keyed_table.hpp"
#include "lease.hpp"

namespace aqua::ratelimit {
namespace {

/// One request to Redis for one key, which others wait for.
struct Flight {
  std::condition_variable landed;
  bool done = false;
  std::int64_t waiting = 0;
};

/// What is known of one key.
struct Entry {
  Lease lease;
  std::optional<TokenBucket> local;  ///< while Redis is away
  std::shared_ptr<Flight> flight;    ///< the last one

  [[nodiscard]] bool flying() const { return flight != nullptr && !flight->done; }
};

}  // namespace

class RedisLimiter::Implementation {
 public:
  Implementation(const RedisLimiterConfig& config, cache::ScriptHost& host, observe::MetricsRegistry& registry, cache::MonotonicClock clock)
      : config_(config),
        host_(host),
        clock_(std::move(clock)),
        rule_(BucketRule::Of(config.limit)),
        local_rule_(BucketRule::Of(config.limit, config.instances)),
        sizes_(LeaseSizes::Of(config.limit, config.instances)),
        asks_(registry.AddCounter("aqua_ratelimit_redis_asks_total", "Requests to Redis for tokens", {{"class", config.rate_class}})),
        local_decisions_(registry.AddCounter("aqua_ratelimit_local_decisions_total", "Decisions made without Redis", {{"class", config.rate_class}})),
        entries_(config.max_keys) {}

  Decision TryAdmit(std::string_view key) {
    if (config_.limit.off()) return {};
    const TimePoint now = clock_();
    const std::lock_guard lock(mutex_);
    return FromMemory(EntryOf(key, now), now);
  }

  Decision Admit(std::string_view key) {
    if (config_.limit.off()) return {};
    const auto deadline = std::chrono::steady_clock::now() + config_.max_wait;
    std::unique_lock lock(mutex_);
    std::int64_t companions = 0;
    while (true) {
      const TimePoint now = clock_();
      Entry& entry = EntryOf(key, now);
      if (const Decision decision = FromMemory(entry, now); decision.verdict != Verdict::kMustAsk) return decision;
      if (!entry.flying()) return Ask(key, companions + 1, lock);
      const std::shared_ptr<Flight> flight = entry.flight;
      ++flight->waiting;
      const bool landed = flight->landed.wait_until(lock, deadline, [&] { return flight->done; });
      companions = --flight->waiting;
      if (!landed) {
        const TimePoint late = clock_();
        return Locally(EntryOf(key, late), late);
      }
    }
  }

  void ReturnLeases() {
    std::vector<std::pair<std::string, std::int64_t>> leftovers;
    {
      const std::lock_guard lock(mutex_);
      entries_.ForEach([&](std::string_view key, Entry& entry) {
        if (const std::int64_t tokens = entry.lease.TakeLeftover(TimePoint::max()); tokens > 0) leftovers.emplace_back(BucketKey(key), tokens);
      });
    }
    for (const auto& [key, tokens] : leftovers)
      if (!AskForTokens(host_, key, config_.limit, 0, tokens, config_.max_wait)) return;
  }

  [[nodiscard]] std::size_t keys() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  [[nodiscard]] std::string BucketKey(std::string_view key) const { return cache::KeyOf(cache::kRateLimitPrefix, {config_.rate_class, key}); }

  Entry& EntryOf(std::string_view key, TimePoint now) {
    if (Entry* entry = entries_.Find(key)) return *entry;
    const auto worthless = [&](const Entry& entry) { return !entry.flying() && !entry.local && entry.lease.worthless(rule_, now); };
    return entries_.Add(key, Entry{Lease(rule_, sizes_, now), std::nullopt, nullptr}, worthless);
  }

  Decision FromMemory(Entry& entry, TimePoint now) {
    if (entry.lease.Take(now)) return Told(Verdict::kAdmitted, entry, now);
    if (now < away_until_) return Locally(entry, now);
    if (entry.lease.exhausted(now)) return Told(Verdict::kRefused, entry, now);
    return {.verdict = Verdict::kMustAsk, .limit = config_.limit.per_minute};
  }

  Decision Told(Verdict verdict, const Entry& entry, TimePoint now) const {
    Decision decision{.verdict = verdict, .limit = config_.limit.per_minute};
    decision.remaining = verdict == Verdict::kAdmitted ? entry.lease.remaining(rule_, now) : 0;
    decision.reset = WholeSeconds(entry.lease.until_full(rule_, now));
    if (verdict == Verdict::kRefused) decision.retry_after = std::max(std::chrono::seconds(1), WholeSeconds(entry.lease.until_next(rule_, now)));
    return decision;
  }

  /// Decides by the part of the limit that is this process's own.
  Decision Locally(Entry& entry, TimePoint now) {
    local_decisions_.Increment();
    if (!entry.local) {
      const std::int64_t part = entry.lease.remaining(rule_, now) / config_.instances;
      entry.local.emplace(std::clamp<std::int64_t>(part, 0, local_rule_.capacity) * local_rule_.token, now);
    }
    TokenBucket& bucket = *entry.local;
    bucket.Refill(local_rule_, now);
    Decision decision{.verdict = bucket.Take(local_rule_) ? Verdict::kAdmitted : Verdict::kRefused, .limit = config_.limit.per_minute};
    decision.remaining = bucket.tokens(local_rule_);
    decision.reset = WholeSeconds(bucket.Until(local_rule_, local_rule_.capacity));
    if (!decision.admitted()) decision.retry_after = std::max(std::chrono::seconds(1), WholeSeconds(bucket.Until(local_rule_, 1)));
    return decision;
  }

  /// Asks Redis, without the lock, for this caller and those that wait. Others find the flight and wait for it.
  Decision Ask(std::string_view key, std::int64_t waiting, std::unique_lock<std::mutex>& lock) {
    const auto flight = std::make_shared<Flight>();
    const TimePoint start = clock_();
    Entry& before = EntryOf(key, start);
    before.flight = flight;
    const std::int64_t wanted = before.lease.Want(waiting, start);
    const std::int64_t leftover = before.lease.TakeLeftover(start);
    lock.unlock();
    asks_.Increment();
    const Result<Grant> grant = AskForTokens(host_, BucketKey(key), config_.limit, wanted, leftover, config_.max_wait);
    lock.lock();
    flight->done = true;
    flight->landed.notify_all();
    const TimePoint now = clock_();
    Entry& entry = EntryOf(key, now);
    if (!grant) {
      // When all connections are in use, Redis is not away: the next one may ask.
      if (grant.error().reason != "redis_busy") away_until_ = now + config_.retry_interval;
      return Locally(entry, now);
    }
    away_until_ = TimePoint();
    entry.local.reset();
    entry.lease.Apply(*grant, wanted, rule_, sizes_, config_.lease_time, now);
    return Told(entry.lease.Take(now) ? Verdict::kAdmitted : Verdict::kRefused, entry, now);
  }

  const RedisLimiterConfig config_;
  cache::ScriptHost& host_;
  const cache::MonotonicClock clock_;
  const BucketRule rule_;
  const BucketRule local_rule_;
  const LeaseSizes sizes_;
  observe::Counter& asks_;
  observe::Counter& local_decisions_;
  mutable std::mutex mutex_;  // guards all below, and all flights
  KeyedTable<Entry> entries_;
  TimePoint away_until_;  ///< Redis is not asked before
};

RedisLimiter::RedisLimiter(const RedisLimiterConfig& config, cache::ScriptHost& host, observe::MetricsRegistry& registry, cache::MonotonicClock clock)
    : implementation_(std::make_unique<Implementation>(config, host, registry, std::move(clock))) {
  AQUA_ASSERT(config.limit.valid() && config.instances > 0);
}

RedisLimiter::~RedisLimiter() = default;

Decision RedisLimiter::TryAdmit(std::string_view key) { return implementation_->TryAdmit(key); }

Decision RedisLimiter::Admit(std::string_view key) { return implementation_->Admit(key); }

void RedisLimiter::ReturnLeases() { implementation_->ReturnLeases(); }

std::size_t RedisLimiter::keys() const { return implementation_->keys(); }

}  // namespace aqua::ratelimit
