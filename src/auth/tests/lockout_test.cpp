#include "aqua/auth/lockout.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "aqua/base/testing/manual_clock.hpp"

namespace aqua::auth {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class LockoutTest : public ::testing::Test {
 protected:
  /// A wrong password; returns how long the attempt was told to wait, 0 when it was let through.
  std::int64_t Fail(const std::string& user, const std::string& source) { return lockout_.Begin(user, source).retry_after.count(); }

  /// The right password; false when the attempt was not let through.
  bool SignIn(const std::string& user, const std::string& source) {
    const Lockout::Attempt attempt = lockout_.Begin(user, source);
    if (attempt.allowed) lockout_.Succeeded(user, source, attempt);
    return attempt.allowed;
  }

  /// How many guesses somebody gets through in that time who tries again as soon as is allowed, each time from the next source.
  int GuessesWithin(seconds time, const std::vector<std::string>& users, const std::vector<std::string>& sources) {
    const auto end = clock_.Now() + time;
    int guesses = 0;
    std::size_t turn = 0;
    while (clock_.Now() < end) {
      bool any = false;
      for (std::size_t i = 0; i < sources.size(); ++i, ++turn) {
        const bool allowed = Fail(users[turn % users.size()], sources[turn % sources.size()]) == 0;
        guesses += allowed ? 1 : 0;
        any = any || allowed;
      }
      if (!any) clock_.Advance(seconds(1));
    }
    return guesses;
  }

  static std::vector<std::string> Names(const std::string& stem, int count) {
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.push_back(stem + std::to_string(i));
    return names;
  }

  base::testing::ManualClock clock_{std::chrono::system_clock::time_point(seconds(1'800'000'000))};
  MemoryLockoutStore store_;
  Lockout lockout_{LockoutPolicy{}, store_, clock_};
};

TEST_F(LockoutTest, DelaysAGuesserTwiceAsLongEachTimeUpToTheMost) {
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Fail("user", "a"), 0) << i;
  for (const int delay : {1, 2, 4, 8, 16, 32, 64, 128}) {
    EXPECT_EQ(Fail("user", "a"), delay);
    clock_.Advance(seconds(delay) - std::chrono::nanoseconds(1));
    EXPECT_EQ(Fail("user", "a"), 1);
    clock_.Advance(std::chrono::nanoseconds(1));
    EXPECT_EQ(Fail("user", "a"), 0);
  }
  for (int i = 0; i < 20; ++i) {
    const std::int64_t wait = Fail("user", "a");
    EXPECT_GT(wait, 0);
    EXPECT_LE(wait, 900);
    clock_.Advance(seconds(900));
    EXPECT_EQ(Fail("user", "a"), 0);
  }
}

TEST_F(LockoutTest, IsNeverPermanentAndRefusedAttemptsDoNotLengthenIt) {
  for (int i = 0; i < 100; ++i) {
    Fail("user", "a");
    clock_.Advance(minutes(1));
  }
  const std::int64_t wait = Fail("user", "a");
  ASSERT_GT(wait, 0);
  for (std::int64_t i = 0; i < wait - 1; ++i) {
    clock_.Advance(seconds(1));
    EXPECT_GT(Fail("user", "a"), 0);
  }
  clock_.Advance(seconds(1));
  EXPECT_TRUE(SignIn("user", "a"));
}

TEST_F(LockoutTest, ForgetsEverythingWithTime) {
  GuessesWithin(hours(2), {"user"}, {"a"});
  clock_.Advance(hours(6));
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Fail("user", "a"), 0) << i;
  clock_.Advance(hours(6));
  EXPECT_TRUE(SignIn("user", "a"));
  EXPECT_EQ(store_.counters(), 0U);
}

TEST_F(LockoutTest, TakesNoLongerToForgetALongAttackThanAShortOne) {
  LockoutPolicy policy;
  policy.pair = {2, seconds(1), seconds(8), hours(1)};
  policy.source = policy.pair;
  policy.user = policy.pair;
  Lockout lockout(policy, store_, clock_);
  for (int i = 0; i < 200; ++i) {
    EXPECT_TRUE(lockout.Begin("user", "a").allowed) << i;
    clock_.Advance(seconds(8));
  }
  clock_.Advance(hours(6));  // one for each of the two that are free, and for 1, 2, 4 and 8 s
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(lockout.Begin("user", "a").allowed) << i;
  EXPECT_EQ(lockout.Begin("user", "a").retry_after, seconds(1));
}

TEST_F(LockoutTest, ForgetsTheFailuresOfWhoeverSignsIn) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Fail("user", "a"), 0);
  EXPECT_TRUE(SignIn("user", "a"));
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Fail("user", "a"), 0) << i;
  EXPECT_EQ(Fail("user", "a"), 1);
}

TEST_F(LockoutTest, BoundsTheGuessesOfOneSourceAtOneUser) {
  const int guesses = GuessesWithin(hours(24), {"user"}, {"a"});
  EXPECT_GE(guesses, 40);   // a person who forgot gets on
  EXPECT_LE(guesses, 200);  // one in 10 minutes or so, after the first
}

TEST_F(LockoutTest, BoundsTheGuessesOfOneSourceAtAllUsers) {
  const int guesses = GuessesWithin(hours(24), Names("user", 1000), {"a"});
  EXPECT_LE(guesses, 30 + 11 + 24 * 12 + 24 * 4);
}

TEST_F(LockoutTest, BoundsTheGuessesOfManySourcesAtOneUser) {
  const int guesses = GuessesWithin(hours(2), {"victim"}, Names("bot", 100));
  EXPECT_LE(guesses, 20 + 7 + 2 * 2 * 60);  // not five for each
}

TEST_F(LockoutTest, DoesNotDelayAKnownSourceHoweverManyOthersGuess) {
  ASSERT_TRUE(SignIn("victim", "home"));
  const std::vector<std::string> bots = Names("bot", 2000);
  for (int round = 0; round < 50; ++round) {
    for (std::size_t i = 0; i < 40; ++i) Fail("victim", bots[(static_cast<std::size_t>(round) * 40 + i) % bots.size()]);
    // In the middle of the attack, at any moment: at once, and also after a few slips of one's own.
    EXPECT_EQ(Fail("victim", "home"), 0);
    EXPECT_TRUE(SignIn("victim", "home"));
    clock_.Advance(seconds(7));
  }
  EXPECT_GT(Fail("victim", "new-source"), 0);  // the attack does slow unknown sources down
}

TEST_F(LockoutTest, CannotBeUsedToLockAKnownUserOutFromOneSource) {
  ASSERT_TRUE(SignIn("victim", "home"));
  GuessesWithin(hours(1), {"victim"}, {"attacker"});
  Fail("victim", "attacker");
  EXPECT_GT(Fail("victim", "attacker"), 0);
  EXPECT_TRUE(SignIn("victim", "home"));
}

TEST_F(LockoutTest, DoesNotDelayAKnownPairForWhatItsNeighboursDo) {
  // Many people behind one address: one of them sprays passwords over all users.
  ASSERT_TRUE(SignIn("colleague", "office"));
  GuessesWithin(hours(1), Names("user", 1000), {"office"});
  Fail("somebody", "office");
  EXPECT_GT(Fail("somebody", "office"), 0);
  EXPECT_TRUE(SignIn("colleague", "office"));
}

TEST_F(LockoutTest, DelaysAnUnknownSourceUnderAttackAMinuteAtMost) {
  GuessesWithin(hours(1), {"victim"}, Names("bot", 100));
  Fail("victim", "the last bot");
  const std::int64_t wait = Fail("victim", "new-source");
  EXPECT_GT(wait, 0);
  EXPECT_LE(wait, 60);
  clock_.Advance(seconds(wait));
  EXPECT_TRUE(SignIn("victim", "new-source"));
  EXPECT_TRUE(SignIn("victim", "new-source"));
}

TEST_F(LockoutTest, CannotBeResetBySigningInToAnAccountOfOnesOwn) {
  ASSERT_TRUE(SignIn("mallory", "a"));
  int guesses = 0;
  const std::vector<std::string> victims = Names("victim", 1000);
  const auto end = clock_.Now() + hours(1);
  for (std::size_t turn = 0; clock_.Now() < end; ++turn) {
    EXPECT_TRUE(SignIn("mallory", "a"));
    if (Fail(victims[turn % victims.size()], "a") == 0) {
      ++guesses;
    } else {
      clock_.Advance(seconds(1));
    }
  }
  EXPECT_LE(guesses, 30 + 11 + 12 + 4);
}

TEST_F(LockoutTest, LetsNoMoreThroughWhenManyGuessAtTheSameTime) {
  std::atomic<int> allowed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) allowed += lockout_.Begin("user", "a").allowed ? 1 : 0;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(allowed.load(), 6);
}

TEST_F(LockoutTest, CountsNothingForAnAttemptThatIsWithdrawnOrSucceeds) {
  for (int i = 0; i < 100; ++i) {
    const Lockout::Attempt attempt = lockout_.Begin("user", "a");
    ASSERT_TRUE(attempt.allowed) << i;
    lockout_.Withdraw("user", "a", attempt);
    clock_.Advance(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(store_.counters(), 0U);
  // A first sign-in from a source where others failed leaves their delay as it was, neither longer nor shorter.
  for (int i = 0; i < 31; ++i) EXPECT_EQ(Fail("user" + std::to_string(i), "office"), 0);
  EXPECT_EQ(Fail("next", "office"), 1);
  clock_.Advance(seconds(1));
  EXPECT_TRUE(SignIn("colleague", "office"));
  EXPECT_EQ(Fail("next", "office"), 0);
  EXPECT_EQ(Fail("next", "office"), 2);
}

TEST_F(LockoutTest, TreatsUsersThatDoNotExistAsOthers) {
  for (int i = 0; i < 6; ++i) EXPECT_EQ(Fail(std::string(100'000, 'x'), "a"), 0);
  EXPECT_EQ(Fail(std::string(100'000, 'x'), "a"), 1);
}

TEST_F(LockoutTest, EndsAlsoWhenTheClockIsSetBack) {
  for (int i = 0; i < 12; ++i) {
    clock_.Advance(seconds(Fail("user", "a")));
    Fail("user", "a");
  }
  clock_.Advance(-hours(24 * 365));
  const std::int64_t wait = Fail("user", "a");
  EXPECT_LE(wait, 900);
  clock_.Advance(seconds(wait));
  EXPECT_TRUE(SignIn("user", "a"));
}

TEST(SourceOfAddressTest, IsOneCustomerAndNotOneAddress) {
  EXPECT_EQ(SourceOfAddress("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(SourceOfAddress("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(SourceOfAddress("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(SourceOfAddress("2001:db8:1:2::1"), SourceOfAddress("2001:0DB8:1:2:ffff::9"));
  EXPECT_NE(SourceOfAddress("2001:db8:1:2::1"), SourceOfAddress("2001:db8:1:3::1"));
  EXPECT_EQ(SourceOfAddress("fe80::1%eth0"), "fe80::/64");
  EXPECT_EQ(SourceOfAddress("unix"), "unix");
}

}  // namespace
}  // namespace aqua::auth
