#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "aqua/cache/testing/manual_steady_clock.hpp"
#include "aqua/cache_redis/redis_store.hpp"
#include "shared_redis.hpp"

namespace aqua::cache {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

/// Faults of the server; each test has a server of its own.
class RedisOutageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    AQUA_REQUIRE_REDIS();
    auto server = testing::RedisServer::Make();
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = *std::move(server);
    client_ = Open(testing::Patient(server_->url()));
  }

  std::unique_ptr<RedisClient> Open(const RedisConfig& config) { return RedisClient::Open(config, metrics_, clock_.clock()).value(); }

  static void ExpectUnavailable(RedisClient& client) {
    const auto reply = client.Command({"PING"});
    ASSERT_FALSE(reply.has_value());
    EXPECT_EQ(reply.error().code, ErrorCode::kUnavailable) << reply.error().message;
    EXPECT_EQ(reply.error().reason, "redis_unavailable") << reply.error().message;
  }

  void ExpectFailures(int count) { EXPECT_THAT(metrics_.Text(), HasSubstr("aqua_cache_redis_failures_total{database=\"0\"} " + std::to_string(count) + "\n")); }

  testing::ManualSteadyClock clock_;
  observe::MetricsRegistry metrics_;
  std::unique_ptr<testing::RedisServer> server_;
  std::unique_ptr<RedisClient> client_;
};

TEST_F(RedisOutageTest, OpeningDoesNotConnect) {
  server_->Stop();
  const auto client = Open(testing::Patient(server_->url()));
  EXPECT_EQ(client->connections(), 0U);
  EXPECT_TRUE(client->available());
  ExpectUnavailable(*client);
  EXPECT_FALSE(client->available());
}

TEST_F(RedisOutageTest, KilledTwentyTimesItIsFoundAgainEachTime) {
  RedisStore store(*client_);
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(store.Set("cache:a", "1", seconds(60)).has_value()) << round;
    server_->Kill();
    ExpectUnavailable(*client_);
    EXPECT_THAT(metrics_.Text(), HasSubstr("aqua_cache_redis_available{database=\"0\"} 0\n"));
    EXPECT_EQ(store.Get("cache:a").error().reason, "redis_unavailable");
    ASSERT_TRUE(server_->Start().has_value());
    // It is back, and nobody looks before the interval is over.
    ExpectUnavailable(*client_);
    clock_.Advance(seconds(1));
    const auto value = store.Get("cache:a");
    ASSERT_TRUE(value.has_value()) << value.error().message;
    EXPECT_FALSE(value->has_value());
    EXPECT_TRUE(client_->available());
    EXPECT_THAT(metrics_.Text(), HasSubstr("aqua_cache_redis_available{database=\"0\"} 1\n"));
  }
  ExpectFailures(20);
}

TEST_F(RedisOutageTest, ARestartBetweenTwoCallsIsNotNoticed) {
  ASSERT_TRUE(client_->Command({"PING"}).has_value());
  server_->Stop();
  ASSERT_TRUE(server_->Start().has_value());
  EXPECT_TRUE(client_->Command({"PING"}).has_value());
  ExpectFailures(0);
}

TEST_F(RedisOutageTest, AServerThatHangsCostsOneTimeout) {
  const auto hasty = Open({.url = server_->url(), .command_timeout = milliseconds(50), .connect_timeout = milliseconds(100)});
  for (int i = 0; i < 20 && !hasty->Command({"PING"}); ++i) clock_.Advance(seconds(1));
  ASSERT_TRUE(hasty->available());
  server_->Pause();
  const auto start = std::chrono::steady_clock::now();
  ExpectUnavailable(*hasty);
  const auto waited = std::chrono::steady_clock::now() - start;
  EXPECT_GE(waited, milliseconds(50));
  EXPECT_LT(waited, seconds(5));
  for (int i = 0; i < 1'000; ++i) ExpectUnavailable(*hasty);
  EXPECT_LT(std::chrono::steady_clock::now() - start, seconds(20));  // 1,000 timeouts would be 50 s
  ExpectFailures(1);
  clock_.Advance(seconds(1));
  ExpectUnavailable(*hasty);  // the try: it connects, and then nobody answers
  ExpectFailures(2);
  server_->Resume();
  for (int i = 0; i < 20 && !hasty->available(); ++i) {
    clock_.Advance(seconds(1));
    static_cast<void>(hasty->Command({"PING"}));
  }
  EXPECT_TRUE(hasty->available());
}

TEST_F(RedisOutageTest, AnAnswerThatComesLateIsNotTakenForTheNextOne) {
  const auto hasty = Open({.url = server_->url(), .command_timeout = milliseconds(100), .connect_timeout = seconds(20)});
  ASSERT_TRUE(hasty->Command({"SET", "a", "1"}).has_value());
  server_->Pause();
  EXPECT_FALSE(hasty->Command({"GET", "a"}).has_value());
  server_->Resume();
  clock_.Advance(seconds(1));
  const auto patient = Open(testing::Patient(server_->url()));
  ASSERT_TRUE(patient->Command({"SET", "b", "2"}).has_value());
  const auto reply = hasty->Command({"GET", "b"});
  if (reply) {
    EXPECT_EQ(*reply->text(), "2");
  }
  EXPECT_LE(hasty->connections(), 1U);
}

TEST_F(RedisOutageTest, AWrongPasswordIsToldAndNotTriedByEveryone) {
  const std::string url = "redis://:wr0ng@127.0.0.1:" + std::to_string(server_->port());
  const auto client = Open(testing::Patient(url));
  const auto reply = client->Command({"PING"});
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code, ErrorCode::kUnauthenticated);
  EXPECT_EQ(reply.error().reason, "redis_password");
  EXPECT_THAT(reply.error().message, Not(HasSubstr("wr0ng")));
  ExpectUnavailable(*client);
  ExpectFailures(1);
  const auto without = Open(testing::Patient("redis://127.0.0.1:" + std::to_string(server_->port())));
  EXPECT_EQ(without->Command({"PING"}).error().reason, "redis_password");
}

TEST_F(RedisOutageTest, WithAnAppendOnlyFileWritesOutliveTheServer) {
  auto server = testing::RedisServer::Make(testing::Persistence::kAppendOnly);
  ASSERT_TRUE(server.has_value()) << server.error().message;
  const auto client = Open(testing::Patient((*server)->url()));
  ASSERT_TRUE(client->Command({"SET", "a", "1"}).has_value());
  (*server)->Stop();
  ASSERT_TRUE((*server)->Start().has_value());
  const auto reply = client->Command({"GET", "a"});
  ASSERT_TRUE(reply.has_value()) << reply.error().message;
  ASSERT_NE(reply->text(), nullptr);
  EXPECT_EQ(*reply->text(), "1");
}

}  // namespace
}  // namespace aqua::cache
