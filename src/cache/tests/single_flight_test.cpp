#include "aqua/cache/single_flight.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace aqua::cache {
namespace {

TEST(SingleFlightTest, ConcurrentLoadsOfOneKeyShareOneCall) {
  SingleFlight<std::string> flights;
  std::atomic<int> calls = 0;
  std::promise<void> gate;
  const std::shared_future<void> opened = gate.get_future().share();
  std::promise<void> started;
  const auto loader = [&]() -> Result<std::string> {
    if (++calls == 1) started.set_value();
    opened.wait();
    return std::string("value");
  };
  std::vector<std::future<Result<std::string>>> results;
  results.push_back(std::async(std::launch::async, [&] { return flights.Load("key", loader); }));
  started.get_future().wait();
  // While the first call is held, whoever comes joins it or comes after its end; it cannot call the loader beside it.
  std::atomic<int> coming = 0;
  for (int i = 0; i < 8; ++i) {
    results.push_back(std::async(std::launch::async, [&] {
      ++coming;
      return flights.Load("key", loader);
    }));
  }
  while (coming < 8) std::this_thread::yield();
  EXPECT_EQ(calls, 1);
  gate.set_value();
  for (auto& result : results) EXPECT_EQ(result.get().value(), "value");
}

TEST(SingleFlightTest, NeverTwoCallsForOneKeyAtOnce) {
  SingleFlight<int> flights;
  std::atomic<int> inside = 0;
  std::atomic<int> calls = 0;
  std::atomic<bool> crowded = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 2'000; ++round) {
        const auto value = flights.Load("key", [&]() -> Result<int> {
          if (++inside != 1) crowded = true;
          const int number = ++calls;
          --inside;
          return number;
        });
        if (!value || *value < 1) crowded = true;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(crowded);
  EXPECT_LE(calls, 8'000);
}

TEST(SingleFlightTest, KeysDoNotWaitForEachOther) {
  SingleFlight<int> flights;
  const auto outer = flights.Load("a", [&]() -> Result<int> { return flights.Load("b", []() -> Result<int> { return 2; }).value() + 1; });
  EXPECT_EQ(outer.value(), 3);
}

TEST(SingleFlightTest, ErrorsAreSharedAndThenForgotten) {
  SingleFlight<int> flights;
  std::promise<void> gate;
  std::promise<void> started;
  auto first = std::async(std::launch::async, [&] {
    return flights.Load("key", [&]() -> Result<int> {
      started.set_value();
      gate.get_future().wait();
      return MakeError(ErrorCode::kUnavailable, "away", "store_unavailable");
    });
  });
  started.get_future().wait();
  std::atomic<bool> called_again = false;
  auto second = std::async(std::launch::async, [&] {
    return flights.Load("key", [&]() -> Result<int> {
      called_again = true;
      return 1;
    });
  });
  gate.set_value();
  EXPECT_EQ(first.get().error().reason, "store_unavailable");
  const auto shared = second.get();
  EXPECT_EQ(shared.has_value(), called_again.load());
  if (!shared) {
    EXPECT_EQ(shared.error().reason, "store_unavailable");
  }
  EXPECT_EQ(flights.Load("key", []() -> Result<int> { return 2; }).value(), 2);
}

TEST(SingleFlightTest, AnExceptionOfTheLoaderReachesItsCallerAndFreesTheKey) {
  SingleFlight<int> flights;
  EXPECT_THROW(static_cast<void>(flights.Load("key", []() -> Result<int> { throw std::runtime_error("broken"); })), std::runtime_error);
  EXPECT_EQ(flights.Load("key", []() -> Result<int> { return 2; }).value(), 2);
}

}  // namespace
}  // namespace aqua::cache
