#include "aqua/base/uuid.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "aqua/base/testing/manual_clock.hpp"

namespace aqua::base {
namespace {

using testing::ManualClock;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::milliseconds(0x017F22E279B0)};

void FillWithOnes(std::span<std::uint8_t> bytes) { std::fill(bytes.begin(), bytes.end(), std::uint8_t{0xFF}); }

TEST(UuidTest, HoldsTimeVersionAndVariant) {
  // The time of the example in RFC 9562, appendix A.6.
  const ManualClock clock(kNow);
  UuidSource source(clock, FillWithOnes);
  EXPECT_EQ(source.Next(), "017f22e2-79b0-7000-bfff-ffffffffffff");
}

TEST(UuidTest, GrowsWithinAMillisecondAndWhenTheClockStepsBack) {
  ManualClock clock(kNow);
  UuidSource source(clock, FillWithOnes);
  std::string last = source.Next();
  for (int i = 0; i < 10'000; ++i) {
    if (i == 5'000) clock.Advance(-std::chrono::hours(1));
    std::string next = source.Next();
    ASSERT_LT(last, next);
    ASSERT_TRUE(IsUuid(next));
    last = std::move(next);
  }
}

TEST(UuidTest, DiffersAcrossThreads) {
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (auto& list : made)
    threads.emplace_back([&list] {
      for (int i = 0; i < 1'000; ++i) list.push_back(NewUuidV7());
    });
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& list : made) all.insert(list.begin(), list.end());
  EXPECT_EQ(all.size(), 4'000U);
}

TEST(UuidTest, TellsUuidsFromOtherText) {
  EXPECT_TRUE(IsUuid("017F22e2-79b0-7000-bfff-ffffffffffff"));
  for (const char* text : {"", "017f22e2-79b0-7000-bfff-fffffffffff", "017f22e279b07000bfffffffffffffff", "017f22e2-79b0-7000-bfff-fffffffffffg",
                           "{17f22e2-79b0-7000-bfff-ffffffffffff", "017f22e2_79b0-7000-bfff-ffffffffffff"})
    EXPECT_FALSE(IsUuid(text)) << text;
}

}  // namespace
}  // namespace aqua::base
