#include "breaker.hpp"

#include <gtest/gtest.h>

#include "aqua/cache/testing/manual_steady_clock.hpp"

namespace aqua::cache {
namespace {

using Kind = Breaker::Pass::Kind;
using std::chrono::milliseconds;

class BreakerTest : public ::testing::Test {
 protected:
  testing::ManualSteadyClock clock_;
  Breaker breaker_{milliseconds(1'000), clock_.clock()};
};

TEST_F(BreakerTest, LetsEveryoneInAsLongAsNothingFails) {
  for (int i = 0; i < 3; ++i) {
    const Breaker::Pass pass = breaker_.Ask();
    EXPECT_EQ(pass.kind, Kind::kNormal);
    breaker_.Succeeded(pass);
  }
}

TEST_F(BreakerTest, AfterAFailureLetsOneTryInEachInterval) {
  breaker_.Failed(breaker_.Ask());
  EXPECT_FALSE(breaker_.closed());
  clock_.Advance(milliseconds(999));
  EXPECT_EQ(breaker_.Ask().kind, Kind::kRefused);
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(breaker_.Ask().kind, Kind::kTry);
  EXPECT_EQ(breaker_.Ask().kind, Kind::kRefused);
  // A try that never ends does not keep the others out for ever.
  clock_.Advance(milliseconds(1'000));
  EXPECT_EQ(breaker_.Ask().kind, Kind::kTry);
}

TEST_F(BreakerTest, ATryThatFailsWaitsForAnotherInterval) {
  breaker_.Failed(breaker_.Ask());
  clock_.Advance(milliseconds(1'000));
  const Breaker::Pass attempt = breaker_.Ask();
  clock_.Advance(milliseconds(500));
  breaker_.Failed(attempt);
  clock_.Advance(milliseconds(999));
  EXPECT_EQ(breaker_.Ask().kind, Kind::kRefused);
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(breaker_.Ask().kind, Kind::kTry);
}

TEST_F(BreakerTest, OnlyATryThatSucceedsLetsTheOthersIn) {
  const Breaker::Pass early = breaker_.Ask();
  breaker_.Failed(breaker_.Ask());
  breaker_.Succeeded(early);
  EXPECT_FALSE(breaker_.closed());
  clock_.Advance(milliseconds(1'000));
  breaker_.Succeeded(breaker_.Ask());
  EXPECT_TRUE(breaker_.closed());
  EXPECT_EQ(breaker_.Ask().kind, Kind::kNormal);
}

TEST_F(BreakerTest, AFailureFromBeforeTheRecoveryDoesNotCount) {
  const Breaker::Pass early = breaker_.Ask();
  breaker_.Failed(breaker_.Ask());
  clock_.Advance(milliseconds(1'000));
  breaker_.Succeeded(breaker_.Ask());
  breaker_.Failed(early);
  EXPECT_TRUE(breaker_.closed());
}

}  // namespace
}  // namespace aqua::cache
