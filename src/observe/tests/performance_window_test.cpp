#include "aqua/observe/performance_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <thread>
#include <vector>

namespace aqua::observe {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

const PerformanceWindow::Clock::time_point kStart = PerformanceWindow::Clock::now();

/// Linear interpolation over a sorted copy, as numpy.percentile does by default.
double Expected(std::vector<double> values, double fraction) {
  std::sort(values.begin(), values.end());
  const double rank = fraction * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(rank));
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (rank - std::floor(rank)) * (values[above] - values[below]);
}

TEST(PerformanceWindowTest, IsAllZeroWhileEmpty) {
  const PerformanceReport report = PerformanceWindow().Report();
  EXPECT_EQ(report.window_size, 0U);
  EXPECT_EQ(report.latency_p99_ms, 0);
  EXPECT_EQ(report.throughput_rps, 0);
  EXPECT_EQ(report.error_rate, 0);
}

TEST(PerformanceWindowTest, InterpolatesPercentilesLinearly) {
  PerformanceWindow window;
  for (const int latency : {40, 10, 30, 20}) window.Record(milliseconds(latency), 200);
  const PerformanceReport report = window.Report();
  EXPECT_DOUBLE_EQ(report.latency_mean_ms, 25);
  EXPECT_DOUBLE_EQ(report.latency_p50_ms, 25);
  EXPECT_DOUBLE_EQ(report.latency_p95_ms, 38.5);
  EXPECT_DOUBLE_EQ(report.latency_p99_ms, 39.7);
}

TEST(PerformanceWindowTest, AgreesWithASortOverRandomWindows) {
  std::mt19937 random(7);
  std::lognormal_distribution<double> latency(1, 1);
  for (const std::size_t count : {1U, 2U, 3U, 99U, 100U, 101U, 9'999U, 10'000U}) {
    PerformanceWindow window;
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) {
      values.push_back(latency(random));
      window.Record(nanoseconds(static_cast<std::int64_t>(values.back() * 1e6)), 200);
    }
    const PerformanceReport report = window.Report();
    EXPECT_NEAR(report.latency_p50_ms, Expected(values, 0.50), 0.006) << count;
    EXPECT_NEAR(report.latency_p95_ms, Expected(values, 0.95), 0.006) << count;
    EXPECT_NEAR(report.latency_p99_ms, Expected(values, 0.99), 0.006) << count;
  }
}

TEST(PerformanceWindowTest, KeepsTheLastTenThousandAndCountsAll) {
  PerformanceWindow window;
  for (int i = 0; i < 5'000; ++i) window.Record(milliseconds(1'000), 500, kStart);
  for (int i = 0; i < 10'000; ++i) window.Record(milliseconds(1), 200, kStart + seconds(10));
  const PerformanceReport report = window.Report(kStart + seconds(12));
  EXPECT_EQ(report.window_size, 10'000U);
  EXPECT_EQ(report.total_requests, 15'000U);
  EXPECT_EQ(report.total_errors, 5'000U);
  EXPECT_DOUBLE_EQ(report.latency_p99_ms, 1);
  EXPECT_DOUBLE_EQ(report.error_rate, 0);
  EXPECT_DOUBLE_EQ(report.throughput_rps, 4'997.5);  // 10,000 in the 2.001 s since the first of them began
  EXPECT_DOUBLE_EQ(report.latency_mean_ms, 1);
}

TEST(PerformanceWindowTest, MeasuresTheRateOfOneRequestByItsOwnLength) {
  PerformanceWindow window;
  window.Record(milliseconds(20), 200, kStart);
  EXPECT_DOUBLE_EQ(window.Report(kStart).throughput_rps, 50);
}

TEST(PerformanceWindowTest, ForgetsTheErrorsThatLeaveTheWindowOneByOne) {
  PerformanceWindow window;
  for (int i = 0; i < 10'000; ++i) window.Record(milliseconds(1), i < 2'000 ? 500 : 404);
  for (int i = 0; i < 500; ++i) window.Record(milliseconds(1), 200);
  const PerformanceReport report = window.Report();
  EXPECT_DOUBLE_EQ(report.error_rate, 0.15);
  EXPECT_DOUBLE_EQ(report.client_error_rate, 0.8);
  EXPECT_EQ(report.total_errors, 2'000U);
}

TEST(PerformanceWindowTest, TakesLatenciesOfAnySize) {
  PerformanceWindow window;
  for (const nanoseconds latency : {nanoseconds(-5), nanoseconds(0), nanoseconds(std::chrono::hours(1))}) window.Record(latency, 200);
  const PerformanceReport report = window.Report();
  EXPECT_DOUBLE_EQ(report.latency_p50_ms, 0);
  EXPECT_NEAR(report.latency_p99_ms, 0.98 * 429'496.73, 0.1);
}

TEST(PerformanceWindowTest, TheUptimeGoesOnWhenItIsReset) {
  PerformanceWindow window(kStart);
  window.Reset();
  EXPECT_DOUBLE_EQ(window.Report(kStart + milliseconds(90'250)).uptime_seconds, 90.25);
}

TEST(PerformanceWindowTest, CountsServerAndClientErrorsApart) {
  PerformanceWindow window;
  for (const int status : {200, 201, 404, 422, 429, 500, 503, 304}) window.Record(milliseconds(1), status);
  const PerformanceReport report = window.Report();
  EXPECT_DOUBLE_EQ(report.error_rate, 0.25);
  EXPECT_DOUBLE_EQ(report.client_error_rate, 0.375);
}

TEST(PerformanceWindowTest, ForgetsOnReset) {
  PerformanceWindow window;
  window.Record(milliseconds(1), 500);
  window.Reset();
  const PerformanceReport report = window.Report();
  EXPECT_EQ(report.window_size, 0U);
  EXPECT_EQ(report.total_requests, 0U);
  EXPECT_EQ(report.total_errors, 0U);
}

TEST(PerformanceWindowTest, LosesNothingAmongManyThreads) {
  PerformanceWindow window;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&window] {
      for (int i = 0; i < 2'000; ++i) {
        window.Record(milliseconds(1), 200);
        if (i % 500 == 0) static_cast<void>(window.Report());
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(window.Report().total_requests, 8'000U);
  EXPECT_EQ(window.Report().window_size, 8'000U);
}

}  // namespace
}  // namespace aqua::observe
