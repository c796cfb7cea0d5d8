#include "aqua/ratelimit/limiter.hpp"

#include <gtest/gtest.h>

namespace aqua::ratelimit {
namespace {

TEST(LimiterTest, TheBurstIsTheCapacityAndWithoutOneTheMinuteIs) {
  EXPECT_EQ((RateLimit{100, 20}.capacity()), 20);
  EXPECT_EQ((RateLimit{100, 0}.capacity()), 100);
  EXPECT_EQ((RateLimit{RateLimit::kMaxPerMinute, 0}.capacity()), RateLimit::kMaxBurst);
}

TEST(LimiterTest, LimitsHaveBounds) {
  EXPECT_TRUE((RateLimit{0, 0}.valid()));
  EXPECT_TRUE((RateLimit{0, 0}.off()));
  EXPECT_FALSE((RateLimit{-1, 0}.valid()));
  EXPECT_FALSE((RateLimit{1, -1}.valid()));
  EXPECT_FALSE((RateLimit{RateLimit::kMaxPerMinute + 1, 1}.valid()));
  EXPECT_FALSE((RateLimit{1, RateLimit::kMaxBurst + 1}.valid()));
}

}  // namespace
}  // namespace aqua::ratelimit
