#include "aqua/base/ordered_work.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>

namespace aqua::base {
namespace {

TEST(OrderedWorkTest, DeliversEveryResultInOrderWhateverOrderTheyFinishIn) {
  // Even items wait for the odd one after them, so results finish out of order.
  constexpr std::size_t kCount = 200;
  std::vector<std::unique_ptr<std::latch>> done;
  for (std::size_t i = 0; i < kCount; ++i) done.push_back(std::make_unique<std::latch>(1));
  std::vector<std::size_t> seen;
  const auto delivered = RunOrdered<std::string>(
      kCount, 2, 8,
      [&](std::size_t, std::size_t index) {
        if (index % 2 == 0 && index + 1 < kCount) done[index + 1]->wait();
        done[index]->count_down();
        return std::to_string(index);
      },
      [&](std::size_t index, std::string value) {
        EXPECT_EQ(value, std::to_string(index));
        seen.push_back(index);
        return true;
      });
  EXPECT_EQ(delivered, kCount);
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], i);
}

TEST(OrderedWorkTest, NeverRunsFurtherAheadThanTheWindow) {
  std::atomic<std::size_t> started = 0;
  std::size_t delivered = 0;
  RunOrdered<int>(
      100, 3, 4, [&](std::size_t, std::size_t) { return static_cast<int>(++started); },
      [&](std::size_t, int) {
        EXPECT_LE(started.load(), delivered + 4);
        ++delivered;
        return true;
      });
  EXPECT_EQ(delivered, 100U);
}

TEST(OrderedWorkTest, StopsWhenDeliveryRefuses) {
  std::atomic<std::size_t> started = 0;
  const auto delivered = RunOrdered<int>(
      1'000'000, 2, 4, [&](std::size_t, std::size_t) { return static_cast<int>(++started); }, [](std::size_t index, int) { return index < 10; });
  EXPECT_EQ(delivered, 10U);
  EXPECT_LE(started.load(), 15U);
}

TEST(OrderedWorkTest, EndsItsThreadsAndPassesOnWhatDeliveryThrows) {
  const auto run = [] {
    RunOrdered<int>(
        1'000, 3, 6, [](std::size_t, std::size_t) { return 1; },
        [](std::size_t index, int) { return index < 20 ? true : throw std::runtime_error("no room"); });
  };
  EXPECT_THROW(run(), std::runtime_error);
}

TEST(OrderedWorkTest, DoesNothingForNothing) {
  EXPECT_EQ(RunOrdered<int>(
                0, 2, 4, [](std::size_t, std::size_t) { return 1; }, [](std::size_t, int) { return true; }),
            0U);
}

}  // namespace
}  // namespace aqua::base
