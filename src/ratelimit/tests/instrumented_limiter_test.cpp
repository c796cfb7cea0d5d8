#include "aqua/ratelimit/instrumented_limiter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "aqua/cache/testing/manual_steady_clock.hpp"
#include "aqua/ratelimit/memory_limiter.hpp"

namespace aqua::ratelimit {
namespace {

using ::testing::HasSubstr;

TEST(InstrumentedLimiterTest, CountsBothOutcomes) {
  observe::MetricsRegistry metrics;
  cache::testing::ManualSteadyClock clock;
  InstrumentedLimiter limiter(std::make_unique<MemoryLimiter>(MemoryLimiterConfig{.limit = {60, 2}}, clock.clock()), "login", metrics);
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(limiter.TryAdmit("user").admitted());
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limiter.Admit("user").admitted());
  EXPECT_THAT(metrics.Text(), HasSubstr("aqua_ratelimit_decisions_total{class=\"login\",outcome=\"admitted\"} 2\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("aqua_ratelimit_decisions_total{class=\"login\",outcome=\"refused\"} 3\n"));
}

}  // namespace
}  // namespace aqua::ratelimit
