#include "aqua/ratelimit/memory_limiter.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "aqua/cache/testing/manual_steady_clock.hpp"

namespace aqua::ratelimit {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

class MemoryLimiterTest : public ::testing::Test {
 protected:
  cache::testing::ManualSteadyClock clock_;
};

TEST_F(MemoryLimiterTest, SaysWhatIsLeftAndHowLongToWait) {
  MemoryLimiter limiter({.limit = {100, 20}}, clock_.clock());
  for (int i = 0; i < 20; ++i) {
    const Decision decision = i % 2 == 0 ? limiter.Admit("user") : limiter.TryAdmit("user");
    EXPECT_TRUE(decision.admitted());
    EXPECT_EQ(decision.limit, 100);
    EXPECT_EQ(decision.remaining, 19 - i);
    EXPECT_EQ(decision.reset, std::chrono::ceil<seconds>((i + 1) * milliseconds(600)));
    EXPECT_EQ(decision.retry_after, seconds(0));
  }
  Decision refused = limiter.Admit("user");
  EXPECT_EQ(refused.verdict, Verdict::kRefused);
  EXPECT_EQ(refused.limit, 100);
  EXPECT_EQ(refused.remaining, 0);
  EXPECT_EQ(refused.reset, seconds(12));
  EXPECT_EQ(refused.retry_after, seconds(1));
  clock_.Advance(milliseconds(599));
  EXPECT_FALSE(limiter.Admit("user").admitted());
  clock_.Advance(milliseconds(1));
  EXPECT_TRUE(limiter.Admit("user").admitted());
  EXPECT_FALSE(limiter.Admit("user").admitted());
}

TEST_F(MemoryLimiterTest, ASlowLimitTellsTheWholeWait) {
  MemoryLimiter limiter({.limit = {1, 2}}, clock_.clock());
  EXPECT_TRUE(limiter.Admit("user").admitted());
  EXPECT_TRUE(limiter.Admit("user").admitted());
  clock_.Advance(milliseconds(500));
  const Decision refused = limiter.Admit("user");
  EXPECT_EQ(refused.retry_after, seconds(60));
  EXPECT_EQ(refused.reset, seconds(120));
}

TEST_F(MemoryLimiterTest, ALimitOfZeroIsOff) {
  MemoryLimiter limiter({.limit = {0, 20}}, clock_.clock());
  for (int i = 0; i < 1'000; ++i) {
    const Decision decision = limiter.Admit("user");
    ASSERT_TRUE(decision.admitted());
    ASSERT_EQ(decision.limit, 0);
  }
  EXPECT_EQ(limiter.keys(), 0U);
}

TEST_F(MemoryLimiterTest, KeysHaveBucketsOfTheirOwn) {
  MemoryLimiter limiter({.limit = {1, 1}}, clock_.clock());
  EXPECT_TRUE(limiter.Admit("a").admitted());
  EXPECT_TRUE(limiter.Admit("b").admitted());
  EXPECT_FALSE(limiter.Admit("a").admitted());
}

TEST_F(MemoryLimiterTest, FullBucketsAreForgottenAndTheOthersAreBounded) {
  MemoryLimiter limiter({.limit = {60, 2}, .max_keys = 100}, clock_.clock());
  for (int key = 0; key < 1'000; ++key) EXPECT_TRUE(limiter.Admit(std::to_string(key)).admitted());
  EXPECT_EQ(limiter.keys(), 100U);
  clock_.Advance(seconds(1));
  for (int key = 0; key < 100; ++key) EXPECT_TRUE(limiter.Admit("new" + std::to_string(key)).admitted());
  EXPECT_EQ(limiter.keys(), 100U);
  for (int key = 0; key < 99; ++key) EXPECT_TRUE(limiter.Admit("new" + std::to_string(key)).admitted());
  // Two old ones go for each new one, so that a busy hour does not leave its keys behind.
  clock_.Advance(seconds(2));
  for (int key = 0; key < 99; ++key) EXPECT_TRUE(limiter.Admit("last" + std::to_string(key)).admitted());
  EXPECT_EQ(limiter.keys(), 99U);
}

/// Whatever the schedule, no span of time holds more than burst + rate × time.
TEST_F(MemoryLimiterTest, NeverAdmitsMoreThanTheLimitInAnySpanOfTime) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937_64 random(seed);
    const RateLimit limit{static_cast<std::int64_t>(1 + random() % 10'000), static_cast<std::int64_t>(1 + random() % 50)};
    MemoryLimiter limiter({.limit = limit}, clock_.clock());
    const std::int64_t step = 2 * 60'000'000'000 / limit.per_minute;
    std::vector<std::int64_t> admitted;  // nanoseconds
    std::int64_t now = 0;
    for (int i = 0; i < 1'000; ++i) {
      const auto pause = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(random() % 20 == 0 ? 20 * step : step));
      now += pause;
      clock_.Advance(nanoseconds(pause));
      if (limiter.Admit("user").admitted()) admitted.push_back(now);
    }
    ASSERT_GT(admitted.size(), 100U);
    for (std::size_t first = 0; first < admitted.size(); ++first) {
      for (std::size_t last = first; last < admitted.size(); ++last) {
        const auto count = static_cast<std::int64_t>(last - first + 1);
        ASSERT_LE((count - limit.burst) * 60'000'000'000, (admitted[last] - admitted[first]) * limit.per_minute) << "seed " << seed;
      }
    }
  }
}

/// Who asks all the time gets all there is.
TEST_F(MemoryLimiterTest, AdmitsNoLessThanTheLimitEither) {
  MemoryLimiter limiter({.limit = {97, 13}}, clock_.clock());
  int admitted = 0;
  for (int i = 0; i <= 600'000; ++i) {
    admitted += limiter.Admit("user").admitted() ? 1 : 0;
    if (i < 600'000) clock_.Advance(milliseconds(1));
  }
  EXPECT_EQ(admitted, 13 + 970);
}

TEST_F(MemoryLimiterTest, ThreadsShareABucket) {
  MemoryLimiter limiter({.limit = {1, 500}}, clock_.clock());
  std::atomic<int> admitted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 1'000; ++round) admitted += limiter.Admit("user").admitted() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, 500);
}

}  // namespace
}  // namespace aqua::ratelimit
