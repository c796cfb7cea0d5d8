#include "measure.hpp"

#include <sched.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <tuple>

namespace aqua::bench {
namespace {

struct Cost {
  double wall_seconds;  ///< for one unit
  double cpu_seconds;
};

double ThreadCpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Cost Run(const Work& work, double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const double cpu_start = ThreadCpuSeconds();
  std::size_t units = 0;
  std::chrono::duration<double> elapsed{};
  do {
    work();
    ++units;
    elapsed = Clock::now() - start;
  } while (elapsed.count() < seconds);
  const auto count = static_cast<double>(units);
  return {elapsed.count() / count, (ThreadCpuSeconds() - cpu_start) / count};
}

}  // namespace

double MeasureAlone(const Work& work, double seconds) { return 1e3 * Run(work, seconds).wall_seconds; }

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::pair<double, double> BootstrapMedian(const std::vector<double>& values) {
  constexpr std::size_t kDraws = 2000;
  if (values.empty()) return {0, 0};
  std::mt19937 random(20261125);
  std::uniform_int_distribution<std::size_t> pick(0, values.size() - 1);
  std::vector<double> medians;
  for (std::size_t draw = 0; draw < kDraws; ++draw) {
    std::vector<double> sample;
    for (std::size_t i = 0; i < values.size(); ++i) sample.push_back(values[pick(random)]);
    medians.push_back(Median(std::move(sample)));
  }
  std::sort(medians.begin(), medians.end());
  return {medians[kDraws * 25 / 1000], medians[kDraws * 975 / 1000]};
}

PairedRatio MeasurePairs(const Work& ours, const Work& limit, std::size_t pairs, double seconds) {
  Run(ours, 1);
  Run(limit, 1);
  std::vector<Cost> our_costs;
  std::vector<Cost> limit_costs;
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    const bool ours_first = pair % 2 == 0;
    if (ours_first) our_costs.push_back(Run(ours, seconds));
    limit_costs.push_back(Run(limit, seconds));
    if (!ours_first) our_costs.push_back(Run(ours, seconds));
  }
  const double best_limit =
      std::min_element(limit_costs.begin(), limit_costs.end(), [](const Cost& a, const Cost& b) { return a.wall_seconds < b.wall_seconds; })->wall_seconds;
  PairedRatio result;
  result.pairs = pairs;
  std::vector<double> ratios;
  std::vector<double> cpu_ratios;
  std::vector<double> our_ms;
  std::vector<double> limit_ms;
  for (std::size_t i = 0; i < pairs; ++i) {
    cpu_ratios.push_back(limit_costs[i].cpu_seconds / our_costs[i].cpu_seconds);
    our_ms.push_back(1e3 * our_costs[i].wall_seconds);
    limit_ms.push_back(1e3 * limit_costs[i].wall_seconds);
    if (limit_costs[i].wall_seconds > 1.1 * best_limit)
      ++result.voided;
    else
      ratios.push_back(limit_costs[i].wall_seconds / our_costs[i].wall_seconds);
  }
  result.throughput_ratio = Median(ratios);
  std::tie(result.low, result.high) = BootstrapMedian(ratios);
  result.cpu_ratio = Median(cpu_ratios);
  result.ours_ms = Median(our_ms);
  result.limit_ms = Median(limit_ms);
  return result;
}

void PinToCore(int core) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  CPU_SET(core, &mask);
  sched_setaffinity(0, sizeof mask, &mask);
}

}  // namespace aqua::bench
