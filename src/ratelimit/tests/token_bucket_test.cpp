#include "token_bucket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace aqua::ratelimit {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{std::chrono::hours(1)};

int TakeAll(TokenBucket& bucket, const BucketRule& rule) {
  int taken = 0;
  while (bucket.Take(rule)) ++taken;
  return taken;
}

TEST(TokenBucketTest, HundredAMinuteAndBurstTwenty) {
  const BucketRule rule = BucketRule::Of({100, 20});
  TokenBucket bucket = TokenBucket::Full(rule, kStart);
  EXPECT_EQ(TakeAll(bucket, rule), 20);
  EXPECT_EQ(bucket.Until(rule, 1), milliseconds(600));
  EXPECT_EQ(bucket.Until(rule, 20), seconds(12));
  bucket.Refill(rule, kStart + milliseconds(600) - nanoseconds(1));
  EXPECT_FALSE(bucket.Take(rule));
  EXPECT_EQ(bucket.Until(rule, 1), nanoseconds(1));
  bucket.Refill(rule, kStart + milliseconds(600));
  EXPECT_TRUE(bucket.Take(rule));
  EXPECT_FALSE(bucket.Take(rule));
  bucket.Refill(rule, kStart + seconds(12));
  EXPECT_EQ(bucket.tokens(rule), 19);
  bucket.Refill(rule, kStart + std::chrono::hours(24 * 365 * 50));
  EXPECT_EQ(TakeAll(bucket, rule), 20);
}

TEST(TokenBucketTest, NothingIsLostHoweverOftenItIsLookedAt) {
  // 7 a minute: a token each 8.571428… s, which no clock can tell exactly.
  const BucketRule rule = BucketRule::Of({7, 2});
  TokenBucket bucket = TokenBucket::Full(rule, kStart);
  EXPECT_EQ(TakeAll(bucket, rule), 2);
  std::int64_t taken = 0;
  std::mt19937_64 random(1);
  TimePoint now = kStart;
  const TimePoint end = kStart + seconds(600);
  while (now < end) {
    now = std::min(end, now + nanoseconds(random() % 3'000'000));
    bucket.Refill(rule, now);
    taken += bucket.Take(rule) ? 1 : 0;
  }
  EXPECT_EQ(taken, 70);
  EXPECT_EQ(bucket.level(), 0);
}

TEST(TokenBucketTest, ATimeThatGoesBackBringsNothing) {
  const BucketRule rule = BucketRule::Of({60, 1});
  TokenBucket bucket = TokenBucket::Full(rule, kStart);
  EXPECT_TRUE(bucket.Take(rule));
  bucket.Refill(rule, kStart - seconds(100));
  EXPECT_FALSE(bucket.Take(rule));
  bucket.Refill(rule, kStart + seconds(1));
  EXPECT_TRUE(bucket.Take(rule));
}

TEST(TokenBucketTest, TheLargestLimitsFit) {
  const RateLimit largest{RateLimit::kMaxPerMinute, RateLimit::kMaxBurst};
  ASSERT_TRUE(largest.valid());
  for (const std::int64_t instances : {1, 3, 1'000'000}) {
    const BucketRule rule = BucketRule::Of(largest, instances);
    TokenBucket bucket = TokenBucket::Full(rule, kStart);
    EXPECT_EQ(bucket.tokens(rule), RateLimit::kMaxBurst / instances);
    EXPECT_GE(TokenBucket(0, kStart).Until(rule, rule.capacity), milliseconds(9'999));
    EXPECT_LE(TokenBucket(0, kStart).Until(rule, rule.capacity), seconds(10));
    EXPECT_TRUE(bucket.Take(rule));
    bucket.Refill(rule, kStart + std::chrono::hours(24 * 365 * 100));
    EXPECT_EQ(bucket.level(), rule.full());
  }
}

TEST(TokenBucketTest, APartOfALimitIsExactToo) {
  const BucketRule rule = BucketRule::Of({100, 20}, 3);
  TokenBucket bucket = TokenBucket::Full(rule, kStart);
  EXPECT_EQ(TakeAll(bucket, rule), 6);
  EXPECT_EQ(bucket.Until(rule, 1), milliseconds(1'800));
  EXPECT_EQ(BucketRule::Of({100, 2}, 3).capacity, 1);
}

TEST(TokenBucketTest, SecondsAreRoundedUp) {
  EXPECT_EQ(WholeSeconds(nanoseconds(0)), seconds(0));
  EXPECT_EQ(WholeSeconds(nanoseconds(1)), seconds(1));
  EXPECT_EQ(WholeSeconds(seconds(12)), seconds(12));
  EXPECT_EQ(WholeSeconds(seconds(12) + nanoseconds(1)), seconds(13));
}

}  // namespace
}  // namespace aqua::ratelimit
