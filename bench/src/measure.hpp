#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace aqua::bench {

/// One side of a pair: does one unit of work (one image).
using Work = std::function<void()>;

/// What was measured in pairs; ratios are ours ÷ limit, so that 1 means "at the limit".
struct PairedRatio {
  std::size_t pairs = 0;
  std::size_t voided = 0;       ///< pairs whose limit side was more than 10 % off its best
  double throughput_ratio = 0;  ///< median over the pairs that count
  double low = 0;               ///< 95 % bootstrap interval of that median
  double high = 0;
  double cpu_ratio = 0;  ///< limit CPU time ÷ our CPU time for one unit; median over all pairs
  double ours_ms = 0;    ///< medians, for orientation
  double limit_ms = 0;
};

/// Runs both sides in turn, ABBA ABBA …, each for `seconds`, in the calling thread; the first two seconds warm up.
PairedRatio MeasurePairs(const Work& ours, const Work& limit, std::size_t pairs, double seconds);

/// Wall milliseconds of one unit, over `seconds` in the calling thread.
double MeasureAlone(const Work& work, double seconds);

double Median(std::vector<double> values);

/// 95 % percentile-bootstrap interval of the median, with a fixed seed.
std::pair<double, double> BootstrapMedian(const std::vector<double>& values);

/// Keeps the calling thread on one core.
void PinToCore(int core);

}  // namespace aqua::bench
