#include "aqua/observe/performance_window.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <ratio>

namespace aqua::observe {
namespace {

using Tick = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;

constexpr double kTicksPerMillisecond = 10'000;

std::uint32_t Ticks(std::chrono::nanoseconds latency) {
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(std::chrono::round<Tick>(latency).count(), 0, kMost));
}

bool IsServerError(std::uint16_t status) { return status >= 500; }
bool IsClientError(std::uint16_t status) { return status >= 400 && status < 500; }

double Milliseconds(double ticks) { return std::round(ticks / kTicksPerMillisecond * 100) / 100; }

double Share(std::size_t part, std::size_t whole) { return std::round(static_cast<double>(part) / static_cast<double>(whole) * 10'000) / 10'000; }

/// Sorts by three digits of 11 bits, lowest first. Its time hardly depends on the values, unlike that of std::nth_element.
void RadixSort(std::vector<std::uint32_t>& values, std::vector<std::uint32_t>& spare) {
  constexpr unsigned kDigitBits = 11;
  constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;
  const auto digit = [](std::uint32_t value, unsigned place) { return (value >> (kDigitBits * place)) & (kBuckets - 1); };
  std::array<std::array<std::uint32_t, kBuckets>, 3> places{};
  for (const std::uint32_t value : values)
    for (unsigned place = 0; place < places.size(); ++place) ++places.at(place)[digit(value, place)];
  spare.resize(values.size());
  for (unsigned place = 0; place < places.size(); ++place) {
    std::array<std::uint32_t, kBuckets>& begin = places.at(place);
    std::uint32_t sum = 0;
    for (std::uint32_t& bucket : begin) {
      sum += bucket;
      bucket = sum - bucket;
    }
    for (const std::uint32_t value : values) spare[begin[digit(value, place)]++] = value;
    values.swap(spare);
  }
}

/// Source: numpy.percentile, method "linear". Check: 95 % of 10, 20, 30, 40 is 38.5.
double Percentile(const std::vector<std::uint32_t>& sorted, double fraction) {
  const double rank = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (rank - static_cast<double>(below)) * (static_cast<double>(sorted[above]) - sorted[below]);
}

}  // namespace

PerformanceWindow::PerformanceWindow(Clock::time_point start) : start_(start) {
  latencies_.reserve(kCapacity);
  statuses_.reserve(kCapacity);
  ends_.reserve(kCapacity);
  sorted_.reserve(kCapacity);
  spare_.reserve(kCapacity);
}

void PerformanceWindow::Record(std::chrono::nanoseconds latency, int status, Clock::time_point now) {
  const std::uint32_t ticks = Ticks(latency);
  const auto code = static_cast<std::uint16_t>(status);
  const std::lock_guard lock(mutex_);
  if (latencies_.size() < kCapacity) {
    latencies_.push_back(ticks);
    statuses_.push_back(code);
    ends_.push_back(now);
  } else {
    Forget(next_);
    latencies_[next_] = ticks;
    statuses_[next_] = code;
    ends_[next_] = now;
  }
  next_ = next_ + 1 == kCapacity ? 0 : next_ + 1;
  sums_.latency += ticks;
  sums_.errors += IsServerError(code) ? 1U : 0U;
  sums_.client_errors += IsClientError(code) ? 1U : 0U;
  sums_.total_errors += IsServerError(code) ? 1U : 0U;
  ++sums_.total_requests;
}

void PerformanceWindow::Forget(std::size_t index) {
  sums_.latency -= latencies_[index];
  sums_.errors -= IsServerError(statuses_[index]) ? 1U : 0U;
  sums_.client_errors -= IsClientError(statuses_[index]) ? 1U : 0U;
}

PerformanceReport PerformanceWindow::Report(Clock::time_point now) const {
  const std::lock_guard report_lock(report_mutex_);
  Sums sums;
  Clock::time_point begin = now;
  {
    const std::lock_guard lock(mutex_);
    sorted_.assign(latencies_.begin(), latencies_.end());
    sums = sums_;
    // The oldest request stands where the next one goes, once the ring is full.
    const std::size_t oldest = latencies_.size() < kCapacity ? 0 : next_;
    if (!latencies_.empty()) begin = ends_[oldest] - std::chrono::duration_cast<Clock::duration>(Tick(latencies_[oldest]));
  }
  PerformanceReport report;
  report.total_requests = sums.total_requests;
  report.total_errors = sums.total_errors;
  report.uptime_seconds = std::round(std::chrono::duration<double>(now - start_).count() * 100) / 100;
  report.window_size = sorted_.size();
  if (sorted_.empty()) return report;
  RadixSort(sorted_, spare_);
  const auto count = static_cast<double>(sorted_.size());
  report.latency_mean_ms = Milliseconds(static_cast<double>(sums.latency) / count);
  report.latency_p50_ms = Milliseconds(Percentile(sorted_, 0.50));
  report.latency_p95_ms = Milliseconds(Percentile(sorted_, 0.95));
  report.latency_p99_ms = Milliseconds(Percentile(sorted_, 0.99));
  const double seconds = std::chrono::duration<double>(now - begin).count();
  report.throughput_rps = seconds > 0 ? std::round(count / seconds * 100) / 100 : 0;
  report.error_rate = Share(sums.errors, sorted_.size());
  report.client_error_rate = Share(sums.client_errors, sorted_.size());
  return report;
}

void PerformanceWindow::Reset() {
  const std::lock_guard lock(mutex_);
  latencies_.clear();
  statuses_.clear();
  ends_.clear();
  next_ = 0;
  sums_ = {};
}

}  // namespace aqua::observe
