#include "lease_script.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "shared_redis.hpp"

namespace aqua::ratelimit {
namespace {

constexpr std::string_view kKey = "ratelimit:test:user";
constexpr std::int64_t kToken = 60'000'000;  ///< parts, as the script counts them

/// The script in a real Redis. The clock is the server's own; what it says is read from the bucket.
class LeaseScriptTest : public ::testing::Test {
 protected:
  void SetUp() override {
    AQUA_REQUIRE_REDIS();
    static const auto server = StartRedis();
    client_ = cache::RedisClient::Open(Patient(server->url()), metrics_).value();
    ASSERT_TRUE(client_->Command({"FLUSHALL"}).has_value());
  }

  Grant Ask(const RateLimit& limit, std::int64_t wanted, std::int64_t returned = 0) {
    auto grant = AskForTokens(*client_, kKey, limit, wanted, returned, std::chrono::seconds(20));
    if (!grant) ADD_FAILURE() << grant.error().message;
    return grant.value_or(Grant{-1, -1});
  }
  std::int64_t Field(std::string_view name) { return std::stoll(*client_->Command({"HGET", kKey, name}).value().text()); }
  void SetBucket(std::int64_t level, std::int64_t time) {
    ASSERT_TRUE(client_->Command({"HSET", kKey, "level", std::to_string(level), "time", std::to_string(time)}).has_value());
  }

  observe::MetricsRegistry metrics_;
  std::unique_ptr<cache::RedisClient> client_;
};

TEST_F(LeaseScriptTest, ANewBucketIsFullAndGrantsWhatIsWantedOrAllItHas) {
  const RateLimit limit{1, 20};  // a token a minute: nothing comes while this runs
  EXPECT_EQ(Ask(limit, 5).tokens, 5);
  EXPECT_EQ(Ask(limit, 50).tokens, 15);
  EXPECT_EQ(Ask(limit, 1).tokens, 0);
}

TEST_F(LeaseScriptTest, LevelIsExactByTheClockOfTheServer) {
  const RateLimit limit{97, 13};
  EXPECT_EQ(Ask(limit, 13).tokens, 13);
  const std::int64_t before_level = Field("level");
  const std::int64_t before = Field("time");
  EXPECT_EQ(before_level, 0);
  for (std::int64_t i = 0; i < 100; ++i) {
    const Grant grant = Ask(limit, 0);
    EXPECT_EQ(grant.tokens, 0);
    EXPECT_EQ(Field("level"), (Field("time") - before) * 97);
    EXPECT_EQ(grant.level, Field("level") * 1'000);
  }
}

TEST_F(LeaseScriptTest, WhatIsGivenBackNeverOverflows) {
  const RateLimit limit{1, 20};
  EXPECT_EQ(Ask(limit, 15).tokens, 15);
  EXPECT_EQ(Ask(limit, 0, 3).tokens, 0);
  EXPECT_EQ(Ask(limit, 9).tokens, 8);
  EXPECT_EQ(Ask(limit, 100, 1'000'000).tokens, 20);
}

TEST_F(LeaseScriptTest, ALongPauseFillsTheBucketAndNoMore) {
  const RateLimit limit{RateLimit::kMaxPerMinute, RateLimit::kMaxBurst};
  SetBucket(0, 1);  // since 1970: a product beyond 2^53
  EXPECT_EQ(Ask(limit, RateLimit::kMaxBurst).tokens, RateLimit::kMaxBurst);
}

TEST_F(LeaseScriptTest, AClockThatGoesBackBringsNothing) {
  const std::int64_t future = TimeOf(*client_) + 3'600'000'000;
  SetBucket(2 * kToken, future);
  const RateLimit limit{6'000, 20};
  EXPECT_EQ(Ask(limit, 1).level, kToken * 1'000);
  EXPECT_EQ(Field("time"), future);
  EXPECT_EQ(Ask(limit, 1).level, 0);
  EXPECT_EQ(Ask(limit, 1).tokens, 0);
}

TEST_F(LeaseScriptTest, ABucketLivesUntilItWouldBeFull) {
  EXPECT_EQ(Ask({60, 20}, 10).tokens, 10);
  const std::int64_t milliseconds = *client_->Command({"PTTL", kKey}).value().integer();
  EXPECT_GT(milliseconds, 1'000);
  EXPECT_LE(milliseconds, 11'000);
}

TEST_F(LeaseScriptTest, ALimitThatIsLoweredCutsTheBucket) {
  EXPECT_EQ(Ask({1, 1'000}, 1).tokens, 1);
  EXPECT_EQ(Ask({1, 10}, 100).tokens, 10);
}

TEST_F(LeaseScriptTest, AKeyOfAnotherTypeIsAnError) {
  ASSERT_TRUE(client_->Command({"SET", kKey, "text"}).has_value());
  const auto grant = AskForTokens(*client_, kKey, {60, 20}, 1, 0, std::chrono::seconds(20));
  ASSERT_FALSE(grant.has_value());
  EXPECT_EQ(grant.error().code, ErrorCode::kFailedPrecondition);
}

/// Answers what no script of ours does.
class LyingHost final : public cache::ScriptHost {
 public:
  explicit LyingHost(std::vector<std::int64_t> answer) : answer_(std::move(answer)) {}
  Result<std::vector<std::int64_t>> RunScript(const cache::Script& /*script*/, std::span<const std::string_view> /*keys*/,
                                              std::span<const std::string_view> /*arguments*/, std::chrono::milliseconds /*limit*/) override {
    return answer_;
  }

 private:
  std::vector<std::int64_t> answer_;
};

TEST(LeaseScriptAnswerTest, WhatCannotBeIsRefused) {
  for (const std::vector<std::int64_t>& answer : std::vector<std::vector<std::int64_t>>{{}, {1}, {1, 0, 0}, {2, 0}, {-1, 0}, {1, -1}, {1, 20 * kToken + 1}}) {
    LyingHost host(answer);
    const auto grant = AskForTokens(host, kKey, {60, 20}, 1, 0, std::chrono::seconds(20));
    ASSERT_FALSE(grant.has_value());
    EXPECT_EQ(grant.error().reason, "redis_reply");
  }
  LyingHost host({1, 19 * kToken});
  EXPECT_TRUE(AskForTokens(host, kKey, {60, 20}, 1, 0, std::chrono::seconds(20)).has_value());
}

}  // namespace
}  // namespace aqua::ratelimit
