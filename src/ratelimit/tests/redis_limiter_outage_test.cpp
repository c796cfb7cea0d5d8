#include <gtest/gtest.h>

#include <memory>

#include "aqua/cache/testing/manual_steady_clock.hpp"
#include "aqua/ratelimit/redis_limiter.hpp"
#include "shared_redis.hpp"

namespace aqua::ratelimit {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Redis goes and comes back; the clock of the limiter and of the client's breaker is the test's.
class RedisLimiterOutageTest : public ::testing::Test {
 protected:
  static constexpr RateLimit kLimit{1, 30};  ///< next to nothing comes while a test runs

  void SetUp() override {
    AQUA_REQUIRE_REDIS();
    server_ = StartRedis();
  }

  std::unique_ptr<cache::RedisClient> Open(const cache::RedisConfig& config) { return cache::RedisClient::Open(config, metrics_, clock_.clock()).value(); }
  std::unique_ptr<RedisLimiter> Make(cache::RedisClient& client, milliseconds max_wait) {
    const RedisLimiterConfig config = {.rate_class = "test", .limit = kLimit, .instances = 3, .max_wait = max_wait};
    return std::make_unique<RedisLimiter>(config, client, metrics_, clock_.clock());
  }
  static int AdmitAll(RedisLimiter& limiter, int attempts) {
    int admitted = 0;
    for (int i = 0; i < attempts; ++i) admitted += limiter.Admit("user").admitted() ? 1 : 0;
    return admitted;
  }

  cache::testing::ManualSteadyClock clock_;
  observe::MetricsRegistry metrics_;
  std::unique_ptr<cache::testing::RedisServer> server_;
};

TEST_F(RedisLimiterOutageTest, KilledAndBackFiveTimes) {
  const auto client = Open(Patient(server_->url()));
  const auto limiter = Make(*client, seconds(20));
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(AdmitAll(*limiter, 15), 15) << round;  // half of the bucket
    server_->Kill();
    EXPECT_EQ(AdmitAll(*limiter, 50), 5) << round;  // a third of the other half
    ASSERT_TRUE(server_->Start().has_value());
    EXPECT_EQ(AdmitAll(*limiter, 50), 0) << round;
    clock_.Advance(seconds(1));
    EXPECT_EQ(AdmitAll(*limiter, 50), 30) << round;  // the server forgot, and begins with a full bucket
    EXPECT_TRUE(client->available());
    ASSERT_TRUE(client->Command({"FLUSHALL"}).has_value());
    clock_.Advance(seconds(60 * 30));
  }
}

TEST_F(RedisLimiterOutageTest, AServerThatHangsIsWaitedForOnce) {
  const auto client = Open(Patient(server_->url()));
  const auto limiter = Make(*client, milliseconds(500));
  EXPECT_EQ(AdmitAll(*limiter, 3), 3);
  server_->Pause();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(AdmitAll(*limiter, 1'000), 9);  // a third of 27
  const auto waited = std::chrono::steady_clock::now() - start;
  EXPECT_GE(waited, milliseconds(500));
  EXPECT_LT(waited, seconds(50));  // 1,000 waits would be 500 s
  server_->Resume();
  clock_.Advance(seconds(1));
  ASSERT_TRUE(client->Command({"FLUSHALL"}).has_value());
  EXPECT_EQ(AdmitAll(*limiter, 50), 30);
}

}  // namespace
}  // namespace aqua::ratelimit
