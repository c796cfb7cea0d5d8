#include "aqua/observe/health.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>
namespace aqua::observe {
namespace {

Status Broken() { return MakeError(ErrorCode::kUnavailable, "password=secret was refused by 10.0.0.7", "database_unavailable"); }

TEST(HealthTest, IsReadyWhenEverythingRequiredIsWell) {
  HealthRegistry health;
  health.Add("database", true, [] { return Status(); });
  health.Add("disk", false, Broken);
  const HealthReport report = health.Report();
  EXPECT_TRUE(report.ready);
  ASSERT_EQ(report.checks.size(), 2U);
  EXPECT_FALSE(report.checks[1].ok);
}

TEST(HealthTest, IsNotReadyWhenSomethingRequiredFailsAndSaysOnlyTheReason) {
  HealthRegistry health;
  health.Add("database", true, Broken);
  const HealthReport report = health.Report();
  EXPECT_FALSE(report.ready);
  EXPECT_EQ(report.checks[0].reason, "database_unavailable");
}

TEST(HealthTest, GivesTheCodeWhereThereIsNoReason) {
  HealthRegistry health;
  health.Add("x", true, [] { return Status(MakeError(ErrorCode::kInternal, "words")); });
  EXPECT_EQ(health.Report().checks[0].reason, "internal");
}

TEST(HealthTest, RunsChecksOnceASecondAndThenSeesWhatChanged) {
  std::chrono::steady_clock::time_point now{};
  HealthRegistry health([&now] { return now; });
  int runs = 0;
  health.Add("x", true, [&runs] { return ++runs == 1 ? Status() : Broken(); });
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(health.Report().ready);
  now += std::chrono::milliseconds(1'000);
  EXPECT_TRUE(health.Report().ready);
  EXPECT_EQ(runs, 1);
  now += std::chrono::milliseconds(1);
  EXPECT_FALSE(health.Report().ready);
  EXPECT_EQ(runs, 2);
}

TEST(HealthTest, AnswersWithTheLastReportWhileAnotherThreadChecks) {
  std::atomic<std::chrono::steady_clock::time_point> now{};
  HealthRegistry health([&now] { return now.load(); });
  std::promise<void> entered;
  std::promise<void> leave;
  int runs = 0;
  health.Add("slow", true, [&] {
    if (++runs == 1) return Status();
    entered.set_value();
    leave.get_future().wait();
    return Broken();
  });
  EXPECT_TRUE(health.Report().ready);
  now = now.load() + std::chrono::seconds(2);
  std::thread checker([&health] { EXPECT_FALSE(health.Report().ready); });
  entered.get_future().wait();
  EXPECT_TRUE(health.Report().ready);
  leave.set_value();
  checker.join();
  EXPECT_FALSE(health.Report().ready);
}

TEST(HealthTest, ThreadsThatAskBeforeThereIsAReportShareOne) {
  std::atomic<int> runs = 0;
  HealthRegistry health([] { return std::chrono::steady_clock::time_point(); });
  health.Add("x", true, [&runs] {
    ++runs;
    return Status();
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([&health] { EXPECT_TRUE(health.Report().ready); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace aqua::observe
