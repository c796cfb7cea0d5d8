#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>

#include "aqua/api/application.hpp"

namespace aqua::api {
namespace {

/// Requests that nobody waits for: they stay out of the performance window, and of the log unless they fail.
bool IsProbe(std::string_view route) {
  constexpr std::array<std::string_view, 4> kProbes = {"/live", "/ready", "/metrics", "/health"};
  return std::find(kProbes.begin(), kProbes.end(), route) != kProbes.end();
}

bool IsMeasured(std::string_view route) { return route.starts_with("/api/") && route != "/api/v1/openapi.json" && !route.starts_with("/api/v1/metrics/"); }

/// Finds the metrics of a request without going through the registry each time. Thread-safe. Labels come from the routes
/// and the statuses of this program, so their number is bounded.
class RequestMetrics {
 public:
  explicit RequestMetrics(observe::MetricsRegistry& registry) : registry_(registry) {}

  void Record(const std::string& method, const std::string& endpoint, int status, double seconds) {
    const Handles handles = Find(method, endpoint, status);
    handles.count->Increment();
    handles.duration->Observe(seconds);
  }

 private:
  struct Handles {
    observe::Counter* count;
    observe::Histogram* duration;
  };

  Handles Find(const std::string& method, const std::string& endpoint, int status) {
    const std::lock_guard lock(mutex_);
    auto [found, added] = handles_.try_emplace({method, endpoint, status});
    if (added) {
      found->second.count = &registry_.AddCounter("http_requests_total", "Requests by route and status",
                                                  {{"method", method}, {"endpoint", endpoint}, {"status", std::to_string(status)}});
      found->second.duration = &registry_.AddHistogram("http_request_duration_seconds", "Time from the first byte of a request to the last of its answer",
                                                       {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
                                                       {{"method", method}, {"endpoint", endpoint}});
    }
    return found->second;
  }

  observe::MetricsRegistry& registry_;
  std::mutex mutex_;  // guards handles_
  std::map<std::tuple<std::string, std::string, int>, Handles> handles_;
};

void LogRequest(observe::Logger& logger, const http::AccessRecord& record) {
  const http::Request& request = *record.request;
  const std::string trace_id = observe::FormatTraceId(request.trace);
  const observe::LogLevel level = record.status >= 500 ? observe::LogLevel::kWarning : observe::LogLevel::kInfo;
  logger.Log(level, "request",
             {{"trace_id", std::string_view(trace_id)},
              {"request_id", std::string_view(request.request_id)},
              {"method", http::Name(request.method)},
              {"path", std::string_view(request.path)},
              {"status", record.status},
              {"duration_ms", std::chrono::duration<double, std::milli>(record.duration).count()},
              {"request_bytes", record.request_bytes},
              {"response_bytes", record.response_bytes},
              {"peer", std::string_view(request.peer)}});
}

}  // namespace

std::function<void(const http::AccessRecord&)> MakeAccessObserver(Services& services, bool log_requests) {
  auto metrics = std::make_shared<RequestMetrics>(services.metrics);
  return [&services, metrics, log_requests](const http::AccessRecord& record) {
    const std::string endpoint = record.request->route.empty() ? "unmatched" : record.request->route;
    metrics->Record(std::string(http::Name(record.request->method)), endpoint, record.status, std::chrono::duration<double>(record.duration).count());
    if (IsMeasured(endpoint)) services.performance.Record(record.duration, record.status);
    if (log_requests && (!IsProbe(endpoint) || record.status >= 500)) LogRequest(services.logger, record);
  };
}

}  // namespace aqua::api
