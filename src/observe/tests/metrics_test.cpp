#include "aqua/observe/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

namespace aqua::observe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(MetricsTest, CountersCount) {
  MetricsRegistry registry;
  Counter& counter = registry.AddCounter("aqua_serving_requests_total", "Requests.", {{"model", "fish_species"}});
  counter.Increment();
  counter.Increment(2.5);
  const std::string text = registry.Text();
  EXPECT_THAT(text, HasSubstr("# HELP aqua_serving_requests_total Requests.\n# TYPE aqua_serving_requests_total counter\n"));
  EXPECT_THAT(text, HasSubstr("aqua_serving_requests_total{model=\"fish_species\"} 3.5\n"));
}

TEST(MetricsTest, CountersNeverShrink) {
  MetricsRegistry registry;
  Counter& counter = registry.AddCounter("aqua_serving_requests_total", "Requests.");
  counter.Increment(2);
  counter.Increment(-1);
  counter.Increment(std::nan(""));
  EXPECT_THAT(registry.Text(), HasSubstr("aqua_serving_requests_total 2\n"));
}

TEST(MetricsTest, GaugesGoUpAndDown) {
  MetricsRegistry registry;
  Gauge& gauge = registry.AddGauge("queue_size", "Jobs waiting.");
  gauge.Set(5);
  gauge.Add(-2);
  EXPECT_THAT(registry.Text(), HasSubstr("queue_size 3\n"));
}

TEST(MetricsTest, HistogramsCountIntoBuckets) {
  MetricsRegistry registry;
  Histogram& histogram = registry.AddHistogram("aqua_serving_queue_wait_seconds", "Wait.", {0.1, 1});
  for (const double value : {0.05, 0.1, 0.5, 9.0, std::nan("")}) histogram.Observe(value);
  const std::string text = registry.Text();
  EXPECT_THAT(text, HasSubstr("aqua_serving_queue_wait_seconds_bucket{le=\"0.1\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("aqua_serving_queue_wait_seconds_bucket{le=\"1\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("aqua_serving_queue_wait_seconds_bucket{le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("aqua_serving_queue_wait_seconds_count 4\n"));
}

TEST(MetricsTest, SameNameAndLabelsGiveTheSameHandle) {
  MetricsRegistry registry;
  Counter& first = registry.AddCounter("aqua_serving_requests_total", "Requests.", {{"model", "a"}});
  EXPECT_EQ(&registry.AddCounter("aqua_serving_requests_total", "Requests.", {{"model", "a"}}), &first);
  EXPECT_NE(&registry.AddCounter("aqua_serving_requests_total", "Requests.", {{"model", "b"}}), &first);
}

TEST(MetricsTest, LabelValuesAreMadeHarmless) {
  MetricsRegistry registry;
  registry.AddGauge("aqua_test_value", "Value.", {{"name", "a\"b\\c\nd\xff"}}).Set(1);
  EXPECT_THAT(registry.Text(), HasSubstr("aqua_test_value{name=\"a\\\"b\\\\c\\\\x0ad\uFFFD\"} 1\n"));
}

TEST(MetricsTest, SeriesBeyondTheBoundHaveNoEffectAndAreCounted) {
  MetricsRegistry registry;
  // The counter of dropped series is the first of 2,000.
  for (int i = 0; i < 1997; ++i) registry.AddGauge("aqua_test_value", "Value.", {{"number", std::to_string(i)}});
  registry.AddHistogram("aqua_test_wait_seconds", "Needs 4 of the 2 that are left.", {1}).Observe(1);
  registry.AddGauge("aqua_test_value", "Value.", {{"number", "next"}}).Set(7);
  registry.AddCounter("aqua_test_last_total", "The last one.").Increment();
  registry.AddCounter("aqua_test_dropped_total", "No room.").Increment();
  registry.AddGauge("aqua_test_dropped", "No room.").Add(1);
  registry.AddGauge("aqua_test_value", "Value.", {{"number", "0"}}).Set(42);

  const std::string text = registry.Text();
  EXPECT_THAT(text, HasSubstr("aqua_observe_dropped_series_total 6\n"));
  EXPECT_THAT(text, HasSubstr("aqua_test_value{number=\"next\"} 7\n"));
  EXPECT_THAT(text, HasSubstr("aqua_test_value{number=\"0\"} 42\n"));
  EXPECT_THAT(text, HasSubstr("aqua_test_last_total 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("aqua_test_wait_seconds")));
  EXPECT_THAT(text, Not(HasSubstr("aqua_test_dropped")));
}

TEST(MetricsTest, MayBeUsedFromManyThreads) {
  MetricsRegistry registry;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&registry, thread] {
      for (int i = 0; i < 200; ++i) {
        registry.AddCounter("aqua_test_events_total", "Events.").Increment();
        registry.AddGauge("aqua_test_value", "Value.", {{"thread", std::to_string(thread)}}).Set(i);
        registry.AddHistogram("aqua_test_wait_seconds", "Wait.", {0.1}).Observe(0.05);
        EXPECT_TRUE(i % 50 != 0 || !registry.Text().empty());
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(registry.Text(), HasSubstr("aqua_test_events_total 800\n"));
  EXPECT_THAT(registry.Text(), HasSubstr("aqua_test_wait_seconds_count 800\n"));
}

TEST(MetricsTest, NamesAreOursOrThoseOfOldDashboards) {
  for (const char* name : {"aqua_serving_queue_wait_seconds", "aqua_observe_dropped_series_total", "nv_inference_count", "http_requests_total",
                           "business_fish_mortality_rate", "cache_hit_rate", "queue_size"})
    EXPECT_TRUE(IsMetricName(name)) << name;
  for (const char* name :
       {"", "aqua_", "aqua_serving", "aqua_Serving_x", "aqua__x_y", "aqua_x_y_", "aqua_x-y_z", "requests_total", "nv_inference_", "queue_size_total"})
    EXPECT_FALSE(IsMetricName(name)) << name;
}

TEST(MetricsDeathTest, SlipsOfTheProgramEndTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  MetricsRegistry registry;
  registry.AddGauge("aqua_test_value", "Value.");
  EXPECT_DEATH(registry.AddGauge("requests", "Unknown name."), "internal error");
  EXPECT_DEATH(registry.AddCounter("aqua_test_requests", "No _total."), "internal error");
  EXPECT_DEATH(registry.AddHistogram("aqua_test_value", "Two kinds.", {1}), "internal error");
  EXPECT_DEATH(registry.AddHistogram("aqua_test_wait_seconds", "Not increasing.", {1, 1}), "internal error");
  EXPECT_DEATH(registry.AddGauge("aqua_test_other", "Bad label.", {{"a-b", "x"}}), "internal error");
}

}  // namespace
}  // namespace aqua::observe
