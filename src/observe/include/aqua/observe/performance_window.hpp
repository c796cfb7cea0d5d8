#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace aqua::observe {

/// Figures over the requests in a window. Milliseconds are rounded to two decimals, fractions to four; zeros while nothing
/// was recorded.
struct PerformanceReport {
  double latency_mean_ms = 0;
  double latency_p50_ms = 0;  ///< percentiles are interpolated linearly between the sorted latencies
  double latency_p95_ms = 0;
  double latency_p99_ms = 0;
  double throughput_rps = 0;         ///< requests of the window by the time from when the first of them began to now
  double error_rate = 0;             ///< share of 5xx
  double client_error_rate = 0;      ///< share of 4xx
  std::uint64_t total_requests = 0;  ///< since start or reset
  std::uint64_t total_errors = 0;    ///< 5xx since start or reset
  double uptime_seconds = 0;         ///< since start
  std::size_t window_size = 0;       ///< requests in the window now
};

/// Remembers the last 10,000 requests. Thread-safe. Recording takes one short lock and allocates nothing; a report sorts a
/// copy and keeps recorders waiting only while it copies 40 KB. Latencies are kept to 100 ns and up to 429 s; longer ones
/// count as that. Runs on the steady clock: a wall clock that jumps does not matter.
class PerformanceWindow {
 public:
  static constexpr std::size_t kCapacity = 10'000;
  using Clock = std::chrono::steady_clock;

  PerformanceWindow() : PerformanceWindow(Clock::now()) {}
  /// start: when the uptime begins.
  explicit PerformanceWindow(Clock::time_point start);

  /// now: when the request ended.
  void Record(std::chrono::nanoseconds latency, int status, Clock::time_point now = Clock::now());
  [[nodiscard]] PerformanceReport Report(Clock::time_point now = Clock::now()) const;
  /// Forgets all requests; the uptime goes on.
  void Reset();

 private:
  /// Sums over the requests in the window and since the start, kept up to date by Record().
  struct Sums {
    std::uint64_t latency = 0;
    std::size_t errors = 0;
    std::size_t client_errors = 0;
    std::uint64_t total_requests = 0;
    std::uint64_t total_errors = 0;
  };

  void Forget(std::size_t index);

  const Clock::time_point start_;
  mutable std::mutex mutex_;              // guards the members down to sums_
  std::vector<std::uint32_t> latencies_;  ///< in units of 100 ns; with the two below a ring once it is full
  std::vector<std::uint16_t> statuses_;
  std::vector<Clock::time_point> ends_;
  std::size_t next_ = 0;
  Sums sums_;
  mutable std::mutex report_mutex_;  // guards the two below
  mutable std::vector<std::uint32_t> sorted_;
  mutable std::vector<std::uint32_t> spare_;
};

}  // namespace aqua::observe
