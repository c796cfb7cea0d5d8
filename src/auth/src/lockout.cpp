#include "aqua/auth/lockout.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "digest.hpp"

namespace aqua::auth {
namespace {

using std::chrono::seconds;
using TimePoint = std::chrono::system_clock::time_point;
using Duration = TimePoint::duration;

seconds DelayOf(const LockoutRule& rule, std::uint32_t failures) {
  if (failures <= rule.free) return seconds(0);
  seconds delay = rule.first_delay;
  for (std::uint32_t i = rule.free + 1; i < failures && delay < rule.max_delay; ++i) delay *= 2;
  return std::min(delay, rule.max_delay);
}

/// Brings a counter up to the present: forgets what time forgives, and mends what a clock that was set back would make of it.
void Age(const LockoutRule& rule, TimePoint now, FailureCount& count) {
  count.last_failure = std::min(count.last_failure, now);
  count.counted_from = std::min(count.counted_from, now);
  const auto forgotten = (now - count.counted_from) / Duration(rule.forget_every);
  if (forgotten >= static_cast<std::int64_t>(count.failures)) {
    count = {};
    return;
  }
  count.failures -= static_cast<std::uint32_t>(forgotten);
  count.counted_from += forgotten * Duration(rule.forget_every);
}

void Add(const LockoutRule& rule, TimePoint now, FailureCount& count) {
  if (count.failures == 0) count.counted_from = now;
  // Failures beyond those that bring the longest delay would only make forgetting take longer.
  if (DelayOf(rule, count.failures) < rule.max_delay) ++count.failures;
  count.last_failure = now;
}

/// Takes back what an attempt at that time had added.
void TakeBack(const LockoutRule& rule, TimePoint at, FailureCount& count) {
  if (count.failures == 0) return;
  --count.failures;
  // Nobody failed since, and the attempt was let through: the counter delayed nobody at that time, nor does it now.
  if (count.last_failure == at) count.last_failure = at - DelayOf(rule, count.failures);
  if (count.failures == 0) count = {};
}

/// Names as hashes: of bounded length, unlike each other whatever they hold, and no list of users for whoever reads the store.
std::string KeyPart(std::string_view text) {
  const Digest256 digest = Sha256(text);
  return Hex(ByteView(digest).first(16));
}

struct Counters {
  std::vector<std::string> keys;
  std::vector<const LockoutRule*> rules;
};

/// The counters that matter: of a known source only its own failures at the user.
Counters CountersOf(const LockoutPolicy& policy, std::string_view user, std::string_view source, bool known) {
  const std::string user_part = KeyPart(user);
  const std::string source_part = KeyPart(source);
  Counters counters{{"pair/" + user_part + "/" + source_part}, {&policy.pair}};
  if (known) return counters;
  counters.keys.push_back("source/" + source_part);
  counters.rules.push_back(&policy.source);
  counters.keys.push_back("user/" + user_part);
  counters.rules.push_back(&policy.user);
  return counters;
}

}  // namespace

Lockout::Attempt Lockout::Begin(std::string_view user, std::string_view source) {
  Attempt attempt;
  attempt.known = store_.Knows(user, source);
  attempt.at = clock_.Now();
  const Counters counters = CountersOf(policy_, user, source, attempt.known);
  store_.Update(counters.keys, [&](std::span<FailureCount> counts) {
    Duration wait{0};
    for (std::size_t i = 0; i < counts.size(); ++i) {
      Age(*counters.rules[i], attempt.at, counts[i]);
      wait = std::max<Duration>(wait, counts[i].last_failure + DelayOf(*counters.rules[i], counts[i].failures) - attempt.at);
    }
    attempt.allowed = wait <= Duration(0);
    attempt.retry_after = attempt.allowed ? seconds(0) : std::chrono::ceil<seconds>(wait);
    if (!attempt.allowed) return;
    for (std::size_t i = 0; i < counts.size(); ++i) Add(*counters.rules[i], attempt.at, counts[i]);
  });
  return attempt;
}

void Lockout::Succeeded(std::string_view user, std::string_view source, const Attempt& attempt) {
  const Counters counters = CountersOf(policy_, user, source, attempt.known);
  store_.Update(counters.keys, [&](std::span<FailureCount> counts) {
    counts[0] = {};
    for (std::size_t i = 1; i < counts.size(); ++i) TakeBack(*counters.rules[i], attempt.at, counts[i]);
  });
  store_.Remember(user, source);
}

void Lockout::Withdraw(std::string_view user, std::string_view source, const Attempt& attempt) {
  if (!attempt.allowed) return;
  const Counters counters = CountersOf(policy_, user, source, attempt.known);
  store_.Update(counters.keys, [&](std::span<FailureCount> counts) {
    for (std::size_t i = 0; i < counts.size(); ++i) TakeBack(*counters.rules[i], attempt.at, counts[i]);
  });
}

}  // namespace aqua::auth
