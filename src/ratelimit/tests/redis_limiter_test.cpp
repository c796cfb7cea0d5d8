#include "aqua/ratelimit/redis_limiter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "aqua/cache/testing/manual_steady_clock.hpp"
#include "simulated_host.hpp"

namespace aqua::ratelimit {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr RateLimit kSmall{100, 20};
constexpr RateLimit kLarge{6'000'000, 100'000};  // 100,000/s

class RedisLimiterTest : public ::testing::Test {
 protected:
  /// Waits as long as it takes, so that a busy machine does not look like a slow Redis.
  RedisLimiterConfig Config(const RateLimit& limit, std::int64_t instances = 1) {
    return {.rate_class = "default", .limit = limit, .instances = instances, .max_wait = seconds(20)};
  }
  std::unique_ptr<RedisLimiter> Make(const RedisLimiterConfig& config) { return std::make_unique<RedisLimiter>(config, host_, metrics_, clock_.clock()); }

  static int AdmitAll(RedisLimiter& limiter, int attempts) {
    int admitted = 0;
    for (int i = 0; i < attempts; ++i) admitted += limiter.Admit("user").admitted() ? 1 : 0;
    return admitted;
  }

  cache::testing::ManualSteadyClock clock_;
  observe::MetricsRegistry metrics_;
  SimulatedHost host_{clock_.clock()};
};

TEST_F(RedisLimiterTest, ASmallLimitIsExactAndTold) {
  const auto limiter = Make(Config(kSmall));
  for (int i = 0; i < 20; ++i) {
    const Decision decision = limiter->Admit("user");
    EXPECT_TRUE(decision.admitted());
    EXPECT_EQ(decision.limit, 100);
    EXPECT_EQ(decision.remaining, 19 - i);
    EXPECT_EQ(decision.reset, std::chrono::ceil<seconds>((i + 1) * milliseconds(600)));
    EXPECT_EQ(decision.retry_after, seconds(0));
  }
  const Decision refused = limiter->Admit("user");
  EXPECT_EQ(refused.verdict, Verdict::kRefused);
  EXPECT_EQ(refused.remaining, 0);
  EXPECT_EQ(refused.reset, seconds(12));
  EXPECT_EQ(refused.retry_after, seconds(1));
  EXPECT_EQ(host_.asks(), 20);  // the last token came with the word that there are no more
  clock_.Advance(milliseconds(599));
  EXPECT_FALSE(limiter->Admit("user").admitted());
  EXPECT_EQ(host_.asks(), 20);
  clock_.Advance(milliseconds(1));
  EXPECT_TRUE(limiter->Admit("user").admitted());
  EXPECT_THAT(host_.keys(), ElementsAre("ratelimit:default:user"));
}

TEST_F(RedisLimiterTest, TryAdmitNeverAsks) {
  const auto limiter = Make(Config(kLarge));
  EXPECT_EQ(limiter->TryAdmit("user").verdict, Verdict::kMustAsk);
  EXPECT_EQ(limiter->TryAdmit("user").verdict, Verdict::kMustAsk);
  EXPECT_EQ(host_.asks(), 0);
  EXPECT_TRUE(limiter->Admit("user").admitted());
  for (int i = 0; i < 199; ++i) EXPECT_TRUE(limiter->TryAdmit("user").admitted());
  EXPECT_EQ(limiter->TryAdmit("user").verdict, Verdict::kMustAsk);
  EXPECT_EQ(host_.asks(), 1);
  const auto small = Make(Config(kSmall));
  while (small->Admit("other").admitted()) {
  }
  EXPECT_EQ(small->TryAdmit("other").verdict, Verdict::kRefused);
}

TEST_F(RedisLimiterTest, ALargeLimitAsksSeldom) {
  const auto limiter = Make(Config(kLarge));
  EXPECT_EQ(AdmitAll(*limiter, 200'000), 100'000);
  EXPECT_LE(host_.asks(), 100);
  // 10 ms later there are 1,000 more, for one instance with few questions.
  const int before = host_.asks();
  clock_.Advance(milliseconds(10));
  EXPECT_EQ(AdmitAll(*limiter, 10'000), 1'000);
  EXPECT_LE(host_.asks() - before, 10);
}

TEST_F(RedisLimiterTest, InstancesShareTheLimitWithoutLosingAToken) {
  std::vector<std::unique_ptr<RedisLimiter>> limiters;
  for (int i = 0; i < 3; ++i) limiters.push_back(Make(Config(kSmall, 3)));
  int admitted = 0;
  for (int millisecond = 0; millisecond < 60'000; ++millisecond) {
    admitted += limiters[static_cast<std::size_t>(millisecond % 3)]->Admit("user").admitted() ? 1 : 0;
    clock_.Advance(milliseconds(1));
  }
  EXPECT_EQ(admitted, 20 + 99);  // the hundredth comes with the next request
}

TEST_F(RedisLimiterTest, LeasesThatAreNotUsedComeBack) {
  const auto idle = Make(Config(kLarge, 2));
  const auto busy = Make(Config(kLarge, 2));
  EXPECT_TRUE(idle->Admit("user").admitted());
  clock_.Advance(milliseconds(100));
  EXPECT_TRUE(idle->Admit("user").admitted());
  EXPECT_EQ(host_.last_returned(), 199);
  EXPECT_EQ(AdmitAll(*busy, 200'000), 99'900);  // the second lease of the idle one is 100
  idle->ReturnLeases();
  EXPECT_EQ(host_.last_wanted(), 0);
  EXPECT_EQ(host_.last_returned(), 99);
  clock_.Advance(nanoseconds(1));
  EXPECT_EQ(idle->TryAdmit("user").verdict, Verdict::kMustAsk);
}

/// Whatever the schedule, all instances together never admit more than the limit since the bucket was full.
TEST_F(RedisLimiterTest, NeverAdmitsMoreThanTheLimit) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937_64 random(seed);
    const RateLimit limit{static_cast<std::int64_t>(1 + random() % (seed % 2 == 0 ? 1'000 : 10'000'000)), static_cast<std::int64_t>(1 + random() % 20'000)};
    host_.Forget();
    std::vector<std::unique_ptr<RedisLimiter>> limiters;
    for (int i = 0; i < 3; ++i) limiters.push_back(Make(Config(limit, 3)));
    const auto step = static_cast<std::uint64_t>(3 * 60'000'000'000 / limit.per_minute + 1'000);
    const auto start = clock_.Now();
    std::int64_t admitted = 0;
    for (int i = 0; i < 4'000; ++i) {
      clock_.Advance(nanoseconds(random() % (random() % 50 == 0 ? 50 * step : step)));
      RedisLimiter& limiter = *limiters[random() % 3];
      if (random() % 500 == 0) limiter.ReturnLeases();
      for (auto burst = random() % 40; burst > 0; --burst) admitted += limiter.Admit("user").admitted() ? 1 : 0;
      const std::int64_t microseconds = std::chrono::duration_cast<std::chrono::microseconds>(clock_.Now() - start).count() + 1;
      ASSERT_LE((admitted - limit.burst) * 60'000'000, microseconds * limit.per_minute) << "seed " << seed;
    }
    ASSERT_GT(admitted, 0);
  }
}

TEST_F(RedisLimiterTest, OneThreadAsksForAllThatWait) {
  const auto limiter = Make(Config(kSmall));
  std::promise<void> asked;
  std::promise<void> gate;
  const std::shared_future<void> opened = gate.get_future().share();
  host_.OnAsk([&] {
    if (host_.asks() == 1) asked.set_value();
    opened.wait();
  });
  std::vector<std::future<bool>> results;
  results.push_back(std::async(std::launch::async, [&] { return limiter->Admit("user").admitted(); }));
  asked.get_future().wait();
  for (int i = 0; i < 30; ++i) results.push_back(std::async(std::launch::async, [&] { return limiter->Admit("user").admitted(); }));
  // Another key does not wait for this one, but for the gate.
  auto other = std::async(std::launch::async, [&] { return limiter->Admit("other").admitted(); });
  while (host_.asks() < 2) std::this_thread::yield();
  EXPECT_EQ(host_.asks(), 2);
  gate.set_value();
  int admitted = 0;
  for (auto& result : results) admitted += result.get() ? 1 : 0;
  EXPECT_EQ(admitted, 20);
  EXPECT_TRUE(other.get());
}

TEST_F(RedisLimiterTest, WhenRedisIsAwayEachInstanceHasItsPart) {
  const auto limiter = Make(Config(kSmall, 3));
  EXPECT_EQ(AdmitAll(*limiter, 5), 5);  // 15 are left, 5 of them for this instance
  host_.Fail("redis_unavailable");
  EXPECT_EQ(AdmitAll(*limiter, 50), 5);
  EXPECT_EQ(host_.asks(), 6);
  const Decision refused = limiter->TryAdmit("user");
  EXPECT_EQ(refused.verdict, Verdict::kRefused);
  EXPECT_EQ(refused.limit, 100);
  EXPECT_EQ(refused.retry_after, seconds(2));  // a third of 100 a minute: one each 1.8 s
  EXPECT_THAT(metrics_.Text(), HasSubstr("aqua_ratelimit_local_decisions_total{class=\"default\"} 51\n"));
  // A key of which nothing is known has a third of the bucket.
  int admitted = 0;
  for (int i = 0; i < 50; ++i) admitted += limiter->TryAdmit("new").admitted() ? 1 : 0;
  EXPECT_EQ(admitted, 6);
}

TEST_F(RedisLimiterTest, RedisIsAskedAgainAndThenFollowed) {
  RedisLimiterConfig config = Config(kSmall, 3);
  const auto limiter = Make(config);
  host_.Fail("redis_unavailable");
  EXPECT_EQ(AdmitAll(*limiter, 50), 6);
  clock_.Advance(config.retry_interval - milliseconds(1));
  EXPECT_FALSE(limiter->Admit("user").admitted());
  EXPECT_EQ(host_.asks(), 1);
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(limiter->TryAdmit("user").verdict, Verdict::kMustAsk);
  EXPECT_FALSE(limiter->Admit("user").admitted());
  EXPECT_EQ(host_.asks(), 2);
  host_.Recover();
  clock_.Advance(config.retry_interval);
  EXPECT_EQ(AdmitAll(*limiter, 50), 20);
}

TEST_F(RedisLimiterTest, ABusyPoolIsNotAnAbsentRedis) {
  const auto limiter = Make(Config(kSmall));
  host_.Fail("redis_busy");
  EXPECT_TRUE(limiter->Admit("user").admitted());
  EXPECT_EQ(limiter->TryAdmit("user").verdict, Verdict::kMustAsk);
}

TEST_F(RedisLimiterTest, ARequestThatTakesTooLongIsNotWaitedFor) {
  RedisLimiterConfig config = Config(kSmall);
  config.max_wait = milliseconds(5);
  const auto limiter = Make(config);
  std::promise<void> asked;
  std::promise<void> gate;
  host_.OnAsk([&] {
    asked.set_value();
    gate.get_future().wait();
  });
  auto first = std::async(std::launch::async, [&] { return limiter->Admit("user").admitted(); });
  asked.get_future().wait();
  EXPECT_TRUE(limiter->Admit("user").admitted());  // would never end, were it to wait
  EXPECT_THAT(metrics_.Text(), HasSubstr("aqua_ratelimit_local_decisions_total{class=\"default\"} 1\n"));
  gate.set_value();
  EXPECT_TRUE(first.get());
}

TEST_F(RedisLimiterTest, KeysAreBoundedAndForgottenWhenTheirBucketIsFull) {
  RedisLimiterConfig config = Config({60, 2});
  config.max_keys = 10;
  const auto limiter = Make(config);
  for (int key = 0; key < 100; ++key) EXPECT_TRUE(limiter->Admit(std::to_string(key)).admitted());
  EXPECT_EQ(limiter->keys(), 10U);
  clock_.Advance(seconds(2));
  for (int key = 0; key < 6; ++key) EXPECT_TRUE(limiter->Admit("new" + std::to_string(key)).admitted());
  EXPECT_EQ(limiter->keys(), 6U);
}

TEST_F(RedisLimiterTest, ALimitOfZeroIsOff) {
  const auto limiter = Make(Config({0, 20}));
  EXPECT_TRUE(limiter->TryAdmit("user").admitted());
  EXPECT_TRUE(limiter->Admit("user").admitted());
  EXPECT_EQ(limiter->Admit("user").limit, 0);
  EXPECT_EQ(host_.asks(), 0);
}

}  // namespace
}  // namespace aqua::ratelimit
