#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "aqua/ratelimit/redis_limiter.hpp"
#include "shared_redis.hpp"

namespace aqua::ratelimit {
namespace {

/// Three instances, each with a client of its own, on one real Redis. The books must balance to the part of a token: what was
/// admitted and what is left is what was there and what has come since, by the clock of Redis. How fast this machine is plays no part.
class RedisLimiterServerTest : public ::testing::Test {
 protected:
  static constexpr std::int64_t kToken = 60'000'000;
  static constexpr int kInstances = 3;

  void SetUp() override {
    AQUA_REQUIRE_REDIS();
    static const auto server = StartRedis();
    for (int i = 0; i < kInstances; ++i) clients_.push_back(cache::RedisClient::Open(Patient(server->url()), metrics_).value());
    ASSERT_TRUE(clients_[0]->Command({"FLUSHALL"}).has_value());
  }

  std::unique_ptr<RedisLimiter> Make(const RateLimit& limit, int instance) {
    const RedisLimiterConfig config = {.rate_class = "test", .limit = limit, .instances = kInstances, .max_wait = std::chrono::seconds(20)};
    return std::make_unique<RedisLimiter>(config, *clients_[static_cast<std::size_t>(instance)], metrics_);
  }

  /// Begins with an empty bucket, which does not overflow, asks until so many were admitted, from `threads` threads for each instance, and checks the books.
  void Run(const RateLimit& limit, std::int64_t enough, int threads) {
    const std::int64_t start = TimeOf(*clients_[0]);
    ASSERT_TRUE(clients_[0]->Command({"HSET", "ratelimit:test:user", "level", "0", "time", std::to_string(start)}).has_value());
    std::vector<std::unique_ptr<RedisLimiter>> limiters;
    for (int i = 0; i < kInstances; ++i) limiters.push_back(Make(limit, i));
    std::atomic<std::int64_t> admitted = 0;
    std::vector<std::thread> running;
    for (int i = 0; i < kInstances * threads; ++i) {
      running.emplace_back([&admitted, enough, &limiter = *limiters[static_cast<std::size_t>(i % kInstances)]] {
        while (admitted < enough) {
          const Decision decision = limiter.TryAdmit("user");
          admitted += (decision.verdict == Verdict::kMustAsk ? limiter.Admit("user") : decision).admitted() ? 1 : 0;
        }
      });
    }
    for (std::thread& thread : running) thread.join();
    for (const auto& limiter : limiters) limiter->ReturnLeases();

    const auto bucket = clients_[0]->Command({"HMGET", "ratelimit:test:user", "level", "time"}).value();
    const std::int64_t level = std::stoll(*bucket.list()->at(0).text());
    const std::int64_t end = std::stoll(*bucket.list()->at(1).text());
    EXPECT_EQ(admitted * kToken + level, (end - start) * limit.per_minute);
    EXPECT_GE(admitted, enough);
  }

  observe::MetricsRegistry metrics_;
  std::vector<std::unique_ptr<cache::RedisClient>> clients_;
};

TEST_F(RedisLimiterServerTest, TheBooksBalanceAtAHundredThousandASecond) { Run({6'000'000, 10'000'000}, 100'000, 2); }

TEST_F(RedisLimiterServerTest, TheBooksBalanceAtAHundredAMinute) { Run({100, 20}, 2, 2); }

TEST_F(RedisLimiterServerTest, ABurstIsAdmittedExactlyOnceAcrossInstances) {
  const RateLimit limit{1, 20};
  std::vector<std::unique_ptr<RedisLimiter>> limiters;
  for (int i = 0; i < kInstances; ++i) limiters.push_back(Make(limit, i));
  std::atomic<int> admitted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2 * kInstances; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 50; ++round) admitted += limiters[static_cast<std::size_t>(i % kInstances)]->Admit("user").admitted() ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(admitted, 20);
}

}  // namespace
}  // namespace aqua::ratelimit
