#include <string>
#include <utility>

#include "aqua/base/time.hpp"
#include "caller.hpp"
#include "endpoint.hpp"
#include "input.hpp"
#include "messages.hpp"

namespace aqua::api {
namespace {

constexpr std::string_view kMetricsInfo =
    "Sliding window of the last 10,000 requests of the API, without probes, metrics and files of the page. error_rate is the fraction of 5xx, "
    "client_error_rate that of 4xx.";

void Performance(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const observe::PerformanceReport report = services.performance.Report();
  PerformanceAnswer answer;
  answer.latency_mean_ms = report.latency_mean_ms;
  answer.latency_p50_ms = report.latency_p50_ms;
  answer.latency_p95_ms = report.latency_p95_ms;
  answer.latency_p99_ms = report.latency_p99_ms;
  answer.throughput_rps = report.throughput_rps;
  answer.error_rate = report.error_rate;
  answer.client_error_rate = report.client_error_rate;
  answer.total_requests = static_cast<std::int64_t>(report.total_requests);
  answer.total_errors = static_cast<std::int64_t>(report.total_errors);
  answer.uptime_seconds = report.uptime_seconds;
  answer.window_size = static_cast<std::int64_t>(report.window_size);
  answer.metrics_info = kMetricsInfo;
  exchange->Respond(JsonResponseOf(200, answer));
}

void Reset(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const auto audited = Audit(services, exchange->request(), "performance.reset", "performance_window", "");
  if (!audited) return exchange->Respond(ErrorResponse(services, exchange->request(), audited.error()));
  services.performance.Reset();
  exchange->Respond(JsonResponseOf(200, MessageAnswer{"the performance window is empty again", base::FormatTime(services.clock.Now())}));
}

}  // namespace

std::vector<Endpoint> PerformanceEndpoints() {
  Endpoint report = ReadingEndpoint("/api/v1/metrics/performance", "getPerformance", "Latency, throughput and errors of the last requests", "metrics",
                                    http::Execution::kInline, &Performance);
  report.operation.description = "Percentiles are interpolated linearly; milliseconds are rounded to two decimals, fractions to four.";
  report.operation.rate_class = "read";
  report.operation.roles = ReaderRoles();
  report.operation.answers = {JsonAnswer<PerformanceAnswer>(200, "The figures; zeros while nothing was measured")};
  AddErrors(report.operation, {400, 403, 422, 500});
  Endpoint reset = report;
  reset.operation.method = "POST";
  reset.operation.path = "/api/v1/metrics/performance/reset";
  reset.operation.operation_id = "resetPerformance";
  reset.operation.summary = "Empties the performance window";
  reset.operation.description.clear();
  reset.operation.rate_class = "write";
  reset.operation.roles = {"admin"};
  reset.operation.answers = {JsonAnswer<MessageAnswer>(200, "Done")};
  AddErrors(reset.operation, {400, 403, 408, 413, 422, 500});
  reset.execution = http::Execution::kBlocking;
  reset.handler = &Reset;
  return {report, reset};
}

}  // namespace aqua::api
