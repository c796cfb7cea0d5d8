#include "lease.hpp"

#include <gtest/gtest.h>

namespace aqua::ratelimit {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kStart{std::chrono::hours(1)};
constexpr RateLimit kLarge{6'000'000, 100'000};  // 100,000/s
constexpr milliseconds kTime{100};

class LeaseTest : public ::testing::Test {
 protected:
  Lease Make() const { return {rule_, sizes_, kStart}; }
  void Apply(Lease& lease, std::int64_t wanted, std::int64_t granted, std::int64_t left, TimePoint now) const {
    lease.Apply({granted, left * rule_.token}, wanted, rule_, sizes_, kTime, now);
  }
  static std::int64_t UseUp(Lease& lease, TimePoint now) {
    std::int64_t used = 0;
    while (lease.Take(now)) ++used;
    return used;
  }

  const BucketRule rule_ = BucketRule::Of(kLarge);
  const LeaseSizes sizes_ = LeaseSizes::Of(kLarge, 3);
};

TEST_F(LeaseTest, SizesFollowTheRateAndStayAPartOfTheBucket) {
  EXPECT_EQ(sizes_.smallest, 200);
  EXPECT_EQ(sizes_.largest, 5'000);
  const LeaseSizes small = LeaseSizes::Of({100, 20}, 3);
  EXPECT_EQ(small.smallest, 1);
  EXPECT_EQ(small.largest, 1);
  const LeaseSizes shallow = LeaseSizes::Of({6'000'000, 20}, 3);
  EXPECT_EQ(shallow.smallest, 1);
  EXPECT_EQ(shallow.largest, 3);
}

TEST_F(LeaseTest, GrowsWhileItIsUsedUpFast) {
  Lease lease = Make();
  TimePoint now = kStart;
  std::int64_t wanted = lease.Want(1, now);
  EXPECT_EQ(wanted, 200);
  for (const std::int64_t next : {200, 400, 800, 1'600, 3'200, 5'000, 5'000}) {
    Apply(lease, wanted, wanted, 50'000, now);
    EXPECT_EQ(UseUp(lease, now), wanted);
    wanted = lease.Want(1, now);
    EXPECT_EQ(wanted, next);
    now += milliseconds(1);
  }
  Apply(lease, wanted, wanted, 50'000, now + milliseconds(10));
  EXPECT_EQ(lease.Want(1, now), 5'000);
}

TEST_F(LeaseTest, ShrinksWhenItIsNotUsedOrThereIsNoMore) {
  Lease lease = Make();
  Apply(lease, 200, 200, 50'000, kStart);
  EXPECT_EQ(lease.TakeLeftover(kStart + kTime - milliseconds(1)), 0);
  EXPECT_EQ(lease.Want(1, kStart + kTime), 100);
  EXPECT_EQ(lease.TakeLeftover(kStart + kTime), 200);
  EXPECT_EQ(lease.TakeLeftover(kStart + kTime), 0);
  EXPECT_FALSE(lease.Take(kStart + kTime));
  Apply(lease, 100, 30, 0, kStart + kTime);
  EXPECT_EQ(lease.Want(1, kStart + kTime), 200);
}

TEST_F(LeaseTest, WantsOneForEachThatWaits) {
  EXPECT_EQ(Make().Want(300, kStart), 300);
  EXPECT_EQ(Make().Want(3, kStart), 200);
}

TEST_F(LeaseTest, AnEmptyBucketIsNotAskedBeforeItHoldsASmallLease) {
  Lease lease = Make();
  EXPECT_FALSE(lease.exhausted(kStart));
  Apply(lease, 200, 50, 0, kStart);
  EXPECT_TRUE(lease.exhausted(kStart + milliseconds(2) - std::chrono::nanoseconds(1)));
  EXPECT_FALSE(lease.exhausted(kStart + milliseconds(2)));
  Apply(lease, 200, 200, 200, kStart);
  EXPECT_FALSE(lease.exhausted(kStart));
}

TEST_F(LeaseTest, KnowsWhatIsLeft) {
  Lease lease = Make();
  Apply(lease, 200, 200, 40'000, kStart);
  EXPECT_EQ(lease.remaining(rule_, kStart), 40'200);
  EXPECT_EQ(lease.remaining(rule_, kStart + milliseconds(10)), 41'200);
  EXPECT_EQ(lease.until_full(rule_, kStart), milliseconds(600));
  EXPECT_EQ(lease.remaining(rule_, kStart + seconds(1)), 100'000);
  EXPECT_FALSE(lease.worthless(rule_, kStart + milliseconds(599)));
  EXPECT_TRUE(lease.worthless(rule_, kStart + milliseconds(600)));
}

}  // namespace
}  // namespace aqua::ratelimit
