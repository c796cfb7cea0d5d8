#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aqua::observe {

/// A count that only grows. Thread-safe.
class Counter {
 public:
  virtual ~Counter() = default;
  /// Adds an amount; a negative one or NaN is ignored.
  virtual void Increment(double amount) = 0;
  void Increment() { Increment(1); }
};

/// A value that goes up and down. Thread-safe.
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Set(double value) = 0;
  virtual void Add(double amount) = 0;
};

/// Counts observations by size. Thread-safe.
class Histogram {
 public:
  virtual ~Histogram() = default;
  /// Counts a value into the first bucket whose bound is not below it; NaN is ignored.
  virtual void Observe(double value) = 0;
};

/// Label names and values. Values come from configuration or a fixed set, never from users, images or tanks.
using MetricLabels = std::map<std::string, std::string>;

/// Owns the metrics of a process and writes them for Prometheus. Passed by reference; there is no global one.
/// Thread-safe. Handles live as long as the registry; adding the same name and labels again returns the same handle.
/// A wrong name, label name or bucket list, and one name for two kinds of metric, end the process: slips of the program.
/// At most 2,000 series are kept (a histogram takes one for each bucket and three more). Beyond that a handle without
/// effect is returned, and aqua_observe_dropped_series_total counts the series refused.
class MetricsRegistry {
 public:
  MetricsRegistry();
  ~MetricsRegistry();
  MetricsRegistry(const MetricsRegistry&) = delete;
  MetricsRegistry& operator=(const MetricsRegistry&) = delete;

  /// Requires: IsMetricName(name) and a name that ends in "_total".
  Counter& AddCounter(const std::string& name, const std::string& help, const MetricLabels& labels = {});
  /// Requires: IsMetricName(name).
  Gauge& AddGauge(const std::string& name, const std::string& help, const MetricLabels& labels = {});
  /// buckets: upper bounds, increasing; seconds where the name ends in "_seconds".
  /// Requires: IsMetricName(name).
  Histogram& AddHistogram(const std::string& name, const std::string& help, const std::vector<double>& buckets, const MetricLabels& labels = {});

  /// Writes all metrics in the Prometheus text format 0.0.4.
  [[nodiscard]] std::string Text() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// Tells whether a metric may have this name: aqua_<module>_<what>, nv_inference_<what>, or one of the names that old
/// dashboards use.
bool IsMetricName(std::string_view name);

}  // namespace aqua::observe
