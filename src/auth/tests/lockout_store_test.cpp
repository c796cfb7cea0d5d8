#include "aqua/auth/lockout_store.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

namespace aqua::auth {
namespace {

void SetFailures(MemoryLockoutStore& store, const std::string& key, std::uint32_t failures) {
  store.Update(std::array{key}, [&](std::span<FailureCount> counts) { counts[0].failures = failures; });
}

std::uint32_t Failures(MemoryLockoutStore& store, const std::string& key) {
  std::uint32_t failures = 0;
  store.Update(std::array{key}, [&](std::span<FailureCount> counts) { failures = counts[0].failures; });
  return failures;
}

TEST(LockoutStoreTest, KeepsCountersUntilTheyAreZero) {
  MemoryLockoutStore store;
  SetFailures(store, "a", 3);
  SetFailures(store, "b", 1);
  EXPECT_EQ(Failures(store, "a"), 3U);
  EXPECT_EQ(Failures(store, "c"), 0U);
  EXPECT_EQ(store.counters(), 2U);
  SetFailures(store, "a", 0);
  EXPECT_EQ(store.counters(), 1U);
}

TEST(LockoutStoreTest, IsBoundedAndKeepsTheCounterThatHasGrownUnderAFlood) {
  MemoryLockoutStore store(100);
  SetFailures(store, "guesser", 12);
  for (int i = 0; i < 10'000; ++i) SetFailures(store, "flood-" + std::to_string(i), 1);
  EXPECT_EQ(store.counters(), 100U);
  EXPECT_EQ(Failures(store, "guesser"), 12U);
  EXPECT_EQ(Failures(store, "flood-0"), 0U);
  EXPECT_EQ(Failures(store, "flood-9999"), 1U);
}

TEST(LockoutStoreTest, KnowsTheSourcesThatWereUsedLast) {
  MemoryLockoutStore store(100, 2, 2);
  store.Remember("user", "a");
  store.Remember("user", "b");
  store.Remember("user", "a");
  store.Remember("user", "c");
  EXPECT_TRUE(store.Knows("user", "a"));
  EXPECT_FALSE(store.Knows("user", "b"));
  EXPECT_TRUE(store.Knows("user", "c"));
  EXPECT_FALSE(store.Knows("other", "a"));
}

TEST(LockoutStoreTest, IsBoundedInUsers) {
  MemoryLockoutStore store(100, 2, 2);
  store.Remember("first", "a");
  store.Remember("second", "a");
  store.Remember("first", "a");
  store.Remember("third", "a");
  EXPECT_TRUE(store.Knows("first", "a"));
  EXPECT_FALSE(store.Knows("second", "a"));
  EXPECT_TRUE(store.Knows("third", "a"));
}

TEST(LockoutStoreTest, LosesNoFailureOfManyThreads) {
  MemoryLockoutStore store;
  const std::vector<std::string> keys = {"a", "b"};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i)
        store.Update(keys, [](std::span<FailureCount> counts) {
          for (FailureCount& count : counts) ++count.failures;
        });
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Failures(store, "a"), 2000U);
  EXPECT_EQ(Failures(store, "b"), 2000U);
}

}  // namespace
}  // namespace aqua::auth
