#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "aqua/cache/testing/manual_steady_clock.hpp"
#include "aqua/cache_redis/redis_store.hpp"
#include "fake_redis.hpp"
#include "shared_redis.hpp"

namespace aqua::cache {
namespace {

/// What a server sends that it should not.
class RedisFaultTest : public ::testing::Test {
 protected:
  std::unique_ptr<RedisClient> Open(const testing::FakeRedis& server) {
    return RedisClient::Open(testing::Patient(server.url()), metrics_, clock_.clock()).value();
  }

  testing::ManualSteadyClock clock_;
  observe::MetricsRegistry metrics_;
};

TEST_F(RedisFaultTest, RepliesOfTheWrongTypeAreErrors) {
  const testing::FakeRedis server({{.answers = {":1\r\n", "*1\r\n$1\r\na\r\n", "$1\r\na\r\n", "+QUEUED\r\n"}}});
  const auto client = Open(server);
  RedisStore store(*client);
  const std::vector<Error> errors = {store.Get("a").error(), store.Get("a").error(), store.Remove("a").error(),
                                     store.Set("a", "1", std::chrono::seconds(1)).error()};
  for (const Error& error : errors) {
    EXPECT_EQ(error.code, ErrorCode::kFailedPrecondition);
    EXPECT_EQ(error.reason, "redis_reply");
  }
  EXPECT_TRUE(client->available());
}

TEST_F(RedisFaultTest, WhatIsNotTheProtocolIsUnavailable) {
  const std::vector<std::string> answers = {"HTTP/1.1 400 Bad Request\r\n\r\n", "$99999999999999999999\r\n", "*-7\r\n", std::string(100, '*') + "1\r\n",
                                            ":12a\r\n"};
  std::vector<testing::FakeConnection> connections;
  for (const std::string& answer : answers) connections.push_back({.answers = {answer}});
  const testing::FakeRedis server(connections);
  const auto client = Open(server);
  for (const std::string& answer : answers) {
    const auto reply = client->Command({"GET", "a"});
    ASSERT_FALSE(reply.has_value()) << answer;
    EXPECT_EQ(reply.error().reason, "redis_unavailable") << answer;
    EXPECT_FALSE(client->available());
    EXPECT_EQ(client->connections(), 0U);
    clock_.Advance(std::chrono::seconds(1));
  }
}

TEST_F(RedisFaultTest, AConnectionCutInTheMiddleOfAPipelineIsUnavailable) {
  const testing::FakeRedis server({{{"+OK\r\n:1\r\n"}, true}, {{"+OK\r\n:1\r\n$5\r\nab"}, true}, {{"+OK\r\n:1\r\n+PONG\r\n"}, true}});
  const auto client = Open(server);
  const std::vector<RedisClient::Words> commands = {{"SET", "a", "0"}, {"INCR", "a"}, {"PING"}};
  for (int i = 0; i < 2; ++i) {
    const auto replies = client->Pipeline(commands);
    ASSERT_FALSE(replies.has_value());
    EXPECT_EQ(replies.error().reason, "redis_unavailable");
    EXPECT_EQ(client->connections(), 0U);
    clock_.Advance(std::chrono::seconds(1));
  }
  const auto replies = client->Pipeline(commands);
  ASSERT_TRUE(replies.has_value()) << replies.error().message;
  EXPECT_EQ(replies->size(), 3U);
}

TEST_F(RedisFaultTest, MoreThanWasAskedForSpoilsTheConnection) {
  const testing::FakeRedis server({{.answers = {"$1\r\na\r\n$1\r\nb\r\n"}}, {.answers = {"$1\r\nc\r\n"}}});
  const auto client = Open(server);
  EXPECT_EQ(*client->Command({"GET", "a"})->text(), "a");
  EXPECT_EQ(*client->Command({"GET", "c"})->text(), "c");
}

}  // namespace
}  // namespace aqua::cache
