#include "aqua/observe/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <sstream>
#include <utility>

#include "aqua/base/assert.hpp"
#include "aqua/base/text.hpp"

namespace aqua::observe {
namespace {

constexpr std::size_t kMaxSeries = 2000;
/// Series of a histogram beside its buckets: +Inf, sum, count.
constexpr std::size_t kHistogramExtraSeries = 3;

class LiveCounter : public Counter {
 public:
  explicit LiveCounter(prometheus::Counter& counter) : counter_(counter) {}
  void Increment(double amount) override {
    if (amount >= 0) counter_.Increment(amount);
  }

 private:
  prometheus::Counter& counter_;
};

class LiveGauge : public Gauge {
 public:
  explicit LiveGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void Set(double value) override { gauge_.Set(value); }
  void Add(double amount) override { gauge_.Increment(amount); }

 private:
  prometheus::Gauge& gauge_;
};

class LiveHistogram : public Histogram {
 public:
  explicit LiveHistogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void Observe(double value) override {
    if (!std::isnan(value)) histogram_.Observe(value);
  }

 private:
  prometheus::Histogram& histogram_;
};

class IdleCounter : public Counter {
 public:
  void Increment(double) override {}
};

class IdleGauge : public Gauge {
 public:
  void Set(double) override {}
  void Add(double) override {}
};

class IdleHistogram : public Histogram {
 public:
  void Observe(double) override {}
};

bool IsLabelName(std::string_view name) {
  if (name.empty() || name.starts_with("__") || name == "le" || (name[0] >= '0' && name[0] <= '9')) return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

MetricLabels Checked(const MetricLabels& labels) {
  MetricLabels checked;
  for (const auto& [name, value] : labels) {
    AQUA_ASSERT(IsLabelName(name));
    checked.emplace(name, base::Printable(value));
  }
  return checked;
}

bool IsIncreasing(const std::vector<double>& bounds) {
  const bool finite = std::ranges::all_of(bounds, [](double bound) { return std::isfinite(bound); });
  return finite && std::ranges::adjacent_find(bounds, std::greater_equal<>()) == bounds.end();
}

}  // namespace

/// Keeps the handles beside the series they write to. The mutex guards everything but the values.
class MetricsRegistry::Implementation {
 public:
  Implementation()
      : dropped_(prometheus::BuildCounter()
                     .Name("aqua_observe_dropped_series_total")
                     .Help("Series refused because the process has too many.")
                     .Register(registry_)
                     .Add({})) {
    kinds_["aqua_observe_dropped_series_total"] = Kind::kCounter;
  }

  Counter& AddCounter(const std::string& name, const std::string& help, const MetricLabels& labels) {
    AQUA_ASSERT(name.ends_with("_total"));
    return Add<Counter>(name, labels, Kind::kCounter, 1, idle_counter_, [&](const MetricLabels& checked) {
      return std::make_unique<LiveCounter>(prometheus::BuildCounter().Name(name).Help(help).Register(registry_).Add(checked));
    });
  }

  Gauge& AddGauge(const std::string& name, const std::string& help, const MetricLabels& labels) {
    return Add<Gauge>(name, labels, Kind::kGauge, 1, idle_gauge_, [&](const MetricLabels& checked) {
      return std::make_unique<LiveGauge>(prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add(checked));
    });
  }

  Histogram& AddHistogram(const std::string& name, const std::string& help, const std::vector<double>& buckets, const MetricLabels& labels) {
    AQUA_ASSERT(IsIncreasing(buckets));
    return Add<Histogram>(name, labels, Kind::kHistogram, buckets.size() + kHistogramExtraSeries, idle_histogram_, [&](const MetricLabels& checked) {
      return std::make_unique<LiveHistogram>(prometheus::BuildHistogram().Name(name).Help(help).Register(registry_).Add(checked, buckets));
    });
  }

  [[nodiscard]] std::string Text() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

 private:
  enum class Kind { kCounter, kGauge, kHistogram };

  template <typename Metric>
  using Handles = std::map<std::pair<std::string, MetricLabels>, std::unique_ptr<Metric>>;

  /// Returns the handle of a series: the present one, a new one that `make` makes, or the idle one when there is no room.
  template <typename Metric, typename Make>
  Metric& Add(const std::string& name, const MetricLabels& labels, Kind kind, std::size_t series, Metric& idle, Make make) {
    AQUA_ASSERT(IsMetricName(name));
    const MetricLabels checked = Checked(labels);
    const std::lock_guard lock(mutex_);
    AQUA_ASSERT(kinds_.try_emplace(name, kind).first->second == kind);
    auto& handles = std::get<Handles<Metric>>(handles_);
    if (const auto present = handles.find({name, checked}); present != handles.end()) return *present->second;
    if (series_ + series > kMaxSeries) {
      dropped_.Increment(static_cast<double>(series));
      return idle;
    }
    series_ += series;
    return *handles.emplace(std::pair(name, checked), make(checked)).first->second;
  }

  prometheus::Registry registry_;
  prometheus::Counter& dropped_;
  IdleCounter idle_counter_;
  IdleGauge idle_gauge_;
  IdleHistogram idle_histogram_;
  std::mutex mutex_;
  std::map<std::string, Kind> kinds_;
  std::tuple<Handles<Counter>, Handles<Gauge>, Handles<Histogram>> handles_;
  /// The counter of dropped series is the first.
  std::size_t series_ = 1;
};

MetricsRegistry::MetricsRegistry() : implementation_(std::make_unique<Implementation>()) {}
MetricsRegistry::~MetricsRegistry() = default;

Counter& MetricsRegistry::AddCounter(const std::string& name, const std::string& help, const MetricLabels& labels) {
  return implementation_->AddCounter(name, help, labels);
}

Gauge& MetricsRegistry::AddGauge(const std::string& name, const std::string& help, const MetricLabels& labels) {
  return implementation_->AddGauge(name, help, labels);
}

Histogram& MetricsRegistry::AddHistogram(const std::string& name, const std::string& help, const std::vector<double>& buckets, const MetricLabels& labels) {
  return implementation_->AddHistogram(name, help, buckets, labels);
}

std::string MetricsRegistry::Text() const { return implementation_->Text(); }

}  // namespace aqua::observe
