#include "aqua/cache_redis/redis_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "aqua/cache_redis/redis_store.hpp"
#include "shared_redis.hpp"

namespace aqua::cache {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class RedisClientTest : public ::testing::Test {
 protected:
  void SetUp() override {
    AQUA_REQUIRE_REDIS();
    client_ = Open(testing::Patient(testing::SharedRedis().url()));
    ASSERT_TRUE(client_->Command({"FLUSHALL"}).has_value());
  }

  std::unique_ptr<RedisClient> Open(const RedisConfig& config) { return RedisClient::Open(config, metrics_).value(); }

  observe::MetricsRegistry metrics_;
  std::unique_ptr<RedisClient> client_;
};

TEST_F(RedisClientTest, RepliesKeepTheirTypes) {
  EXPECT_EQ(*client_->Command({"SET", "key", std::string_view("a\0\r\n", 4)})->text(), "OK");
  EXPECT_EQ(*client_->Command({"GET", "key"})->text(), std::string_view("a\0\r\n", 4));
  EXPECT_TRUE(client_->Command({"GET", "none"})->is_nil());
  EXPECT_EQ(*client_->Command({"STRLEN", "key"})->integer(), 4);
  ASSERT_TRUE(client_->Command({"RPUSH", "list", "1", ""}).has_value());
  const auto list = client_->Command({"LRANGE", "list", "0", "-1"});
  ASSERT_NE(list->list(), nullptr);
  ASSERT_EQ(list->list()->size(), 2U);
  EXPECT_EQ(*list->list()->at(0).text(), "1");
  EXPECT_EQ(*list->list()->at(1).text(), "");
}

TEST_F(RedisClientTest, ErrorsOfTheServerAreErrorsAndTheConnectionGoesOn) {
  ASSERT_TRUE(client_->Command({"RPUSH", "list", "1"}).has_value());
  const auto wrong = client_->Command({"GET", "list"});
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(wrong.error().reason, "redis_wrong_type");
  EXPECT_EQ(RedisStore(*client_).Get("list").error().reason, "redis_wrong_type");
  EXPECT_EQ(client_->Command({"NONSENSE"}).error().reason, "redis_error");
  EXPECT_TRUE(client_->available());
  EXPECT_EQ(client_->connections(), 1U);
}

TEST_F(RedisClientTest, APipelineAnswersEveryCommandErrorsAmongThem) {
  const std::vector<RedisClient::Words> commands = {{"SET", "a", "1"}, {"LPOP", "a"}, {"INCR", "a"}};
  const auto replies = client_->Pipeline(commands);
  ASSERT_TRUE(replies.has_value()) << replies.error().message;
  ASSERT_EQ(replies->size(), 3U);
  EXPECT_EQ(*replies->at(0).text(), "OK");
  EXPECT_THAT(replies->at(1).error()->text, HasSubstr("WRONGTYPE"));
  EXPECT_EQ(*replies->at(2).integer(), 2);
  EXPECT_TRUE(client_->Pipeline({}).value().empty());
}

TEST_F(RedisClientTest, AScriptIsSentOnceAndAgainWhenTheServerForgetsIt) {
  const Script script("return {tonumber(redis.call('INCRBY', KEYS[1], ARGV[1])), 7}");
  const std::array<std::string_view, 1> keys = {"count"};
  const std::array<std::string_view, 1> arguments = {"5"};
  EXPECT_THAT(client_->RunScript(script, keys, arguments, std::chrono::seconds(20)).value(), ElementsAre(5, 7));
  EXPECT_THAT(client_->RunScript(script, keys, arguments, std::chrono::seconds(20)).value(), ElementsAre(10, 7));
  const auto statistics = client_->Command({"INFO", "commandstats"});
  EXPECT_THAT(*statistics->text(), HasSubstr("cmdstat_eval:calls=1,"));
  ASSERT_TRUE(client_->Command({"SCRIPT", "FLUSH"}).has_value());
  const auto reply = client_->Eval(script, keys, arguments);
  ASSERT_NE(reply->list(), nullptr);
  EXPECT_EQ(*reply->list()->at(0).integer(), 15);
}

TEST_F(RedisClientTest, AScriptThatFailsOrAnswersSomethingElseIsAnError) {
  EXPECT_EQ(client_->Eval(Script("return redis.error_reply('ERR no')"), {}, {}).error().reason, "redis_error");
  for (const char* text : {"return 'text'", "return {1, 'text'}", "return 1"})
    EXPECT_EQ(client_->RunScript(Script(text), {}, {}, std::chrono::seconds(20)).error().reason, "redis_reply") << text;
  EXPECT_TRUE(client_->available());
}

TEST_F(RedisClientTest, SpeaksToTheDatabaseAndAsTheUserOfItsUrl) {
  ASSERT_TRUE(client_->Command({"ACL", "SETUSER", "reader", "on", ">s3cret", "~cache:*", "+get", "+select"}).has_value());
  ASSERT_TRUE(client_->Command({"SET", "cache:a", "0"}).has_value());
  const auto other = Open(testing::Patient(testing::SharedRedis().url(5)));
  ASSERT_TRUE(other->Command({"SET", "cache:a", "5"}).has_value());
  const auto reader = Open(testing::Patient("redis://reader:s3cret@127.0.0.1:" + std::to_string(testing::SharedRedis().port()) + "/5"));
  EXPECT_EQ(*reader->Command({"GET", "cache:a"})->text(), "5");
  EXPECT_EQ(reader->Command({"SET", "cache:a", "1"}).error().reason, "redis_permission");
  EXPECT_EQ(*client_->Command({"GET", "cache:a"})->text(), "0");
  EXPECT_THAT(reader->description(), HasSubstr("database 5 at 127.0.0.1:"));
  EXPECT_THAT(reader->description(), Not(HasSubstr("s3cret")));
}

TEST_F(RedisClientTest, ManyThreadsShareFewConnections) {
  RedisConfig config = testing::Patient(testing::SharedRedis().url());
  config.pool_size = 3;
  const auto client = Open(config);
  std::atomic<std::size_t> most = 0;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        failures += client->Command({"INCR", "count"}) ? 0 : 1;
        std::size_t seen = most;
        for (const std::size_t now = client->connections(); now > seen && !most.compare_exchange_weak(seen, now);) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_LE(most, 3U);
  EXPECT_EQ(*client_->Command({"GET", "count"})->text(), "3200");
  const auto clients = client_->Command({"CLIENT", "LIST"});
  EXPECT_LE(std::count(clients->text()->begin(), clients->text()->end(), '\n'), 3 + 1);
}

TEST_F(RedisClientTest, ABusyPoolIsToldInTime) {
  RedisConfig config = testing::Patient(testing::SharedRedis().url());
  config.pool_size = 1;
  const auto client = Open(config);
  std::thread holder([&] { EXPECT_TRUE(client->Command({"BLPOP", "queue", "20"}).has_value()); });
  while (client_->Command({"CLIENT", "LIST"})->text()->find("cmd=blpop") == std::string::npos) std::this_thread::yield();
  const auto busy = client->RunScript(Script("return {1}"), {}, {}, milliseconds(5));
  ASSERT_FALSE(busy.has_value());
  EXPECT_EQ(busy.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(busy.error().reason, "redis_busy");
  EXPECT_TRUE(client->available());
  ASSERT_TRUE(client_->Command({"RPUSH", "queue", "1"}).has_value());
  holder.join();
  EXPECT_TRUE(client->Command({"PING"}).has_value());
}

}  // namespace
}  // namespace aqua::cache
