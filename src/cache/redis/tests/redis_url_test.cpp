#include "redis_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aqua::cache {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(RedisUrlTest, ReadsEveryPart) {
  const auto address = ParseRedisUrl("redis://aqua:se%40cret%3a@cache.farm.example:6380/2");
  ASSERT_TRUE(address.has_value()) << address.error().message;
  EXPECT_EQ(address->user, "aqua");
  EXPECT_EQ(address->password, "se@cret:");
  EXPECT_EQ(address->host, "cache.farm.example");
  EXPECT_EQ(address->port, "6380");
  EXPECT_EQ(address->database, "2");
}

TEST(RedisUrlTest, WhatIsLeftOutIsAsUsual) {
  for (const char* url : {"redis://localhost", "redis://localhost/"}) {
    const auto address = ParseRedisUrl(url);
    ASSERT_TRUE(address.has_value()) << url;
    EXPECT_EQ(address->host, "localhost");
    EXPECT_EQ(address->port, "6379");
    EXPECT_EQ(address->user, "");
    EXPECT_EQ(address->password, "");
    EXPECT_EQ(address->database, "0");
  }
}

TEST(RedisUrlTest, ReadsAPasswordWithoutAUser) {
  const auto address = ParseRedisUrl("redis://:a:b@[::1]:6379/0");
  ASSERT_TRUE(address.has_value());
  EXPECT_EQ(address->user, "");
  EXPECT_EQ(address->password, "a:b");
  EXPECT_EQ(address->host, "::1");
}

TEST(RedisUrlTest, RefusesAllElseWithoutRepeatingIt) {
  for (const char* url : {"",
                          "localhost:6379",
                          "http://:secret@localhost",
                          "redis://",
                          "redis://:secret@",
                          "redis://:secret@:6379",
                          "redis://secret@localhost",
                          "redis://user:@localhost",
                          "redis://:secret%2@localhost",
                          "redis://:secret%zz@localhost",
                          "redis://:secret@localhost:0",
                          "redis://:secret@localhost:65536",
                          "redis://:secret@localhost:secret",
                          "redis://:secret@localhost:",
                          "redis://:secret@localhost:+1",
                          "redis://:secret@localhost/secret",
                          "redis://:secret@localhost/-1",
                          "redis://:secret@localhost/0?ssl=secret",
                          "redis://:secret@[::1",
                          "redis://:secret@[::1]6379",
                          "redis://:secret@a b"}) {
    const auto address = ParseRedisUrl(url);
    ASSERT_FALSE(address.has_value()) << url;
    EXPECT_EQ(address.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(address.error().reason, "redis_url");
    EXPECT_THAT(address.error().message, Not(HasSubstr("secret")));
  }
}

TEST(RedisUrlTest, SaysThatTlsIsNotSpoken) {
  const auto address = ParseRedisUrl("rediss://:secret@cache.farm.example");
  ASSERT_FALSE(address.has_value());
  EXPECT_EQ(address.error().reason, "redis_url");
  EXPECT_THAT(address.error().message, HasSubstr("TLS"));
}

}  // namespace
}  // namespace aqua::cache
