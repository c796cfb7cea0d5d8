#include <string>
#include <utility>

#include "endpoint.hpp"
#include "input.hpp"
#include "messages.hpp"

namespace aqua::api {
namespace {

constexpr std::string_view kService = "aqua-api";

void Health(Services& services, const ExchangePtr& exchange) {
  exchange->Respond(JsonResponseOf(
      200, HealthAnswer{services.draining ? "draining" : "healthy", std::string(kService), services.options.version, services.options.environment}));
}

/// Runs the checks of everything that the role uses.
DetailedHealthAnswer Check(Services& services) {
  const observe::HealthReport report = services.health.Report();
  DetailedHealthAnswer answer{report.ready ? "healthy" : "degraded", std::string(kService), services.options.version, services.options.environment, {}};
  for (const observe::CheckResult& check : report.checks)
    answer.checks[check.name] = {check.ok ? "ok" : "failed", check.required, check.ok ? std::nullopt : std::optional(check.reason)};
  return answer;
}

void DetailedHealth(Services& services, const ExchangePtr& exchange) {
  const DetailedHealthAnswer answer = Check(services);
  exchange->Respond(JsonResponseOf(answer.status == "healthy" ? 200 : 503, answer));
}

void Ready(Services& services, const ExchangePtr& exchange) {
  const bool draining = services.draining;
  const bool ready = !draining && Check(services).status == "healthy";
  http::Response response = JsonResponseOf(ready ? 200 : 503, StatusAnswer{ready ? "ready" : draining ? "draining" : "not ready"});
  if (!ready) response.headers.Set("Retry-After", "1");
  exchange->Respond(std::move(response));
}

void Live(Services& services, const ExchangePtr& exchange) {
  static_cast<void>(services);
  exchange->Respond(JsonResponseOf(200, StatusAnswer{"alive"}));
}

void Metrics(Services& services, const ExchangePtr& exchange) {
  if (!services.options.metrics)
    return exchange->Respond(EnvelopeResponse(services, exchange->request(), 404, "not_found", "metrics are switched off (setting metrics.enabled)"));
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = services.metrics.Text();
  exchange->Respond(std::move(response));
}

template <typename Answer>
Endpoint SystemEndpoint(std::string path, std::string id, std::string summary, std::string answer, void (*handler)(Services&, const ExchangePtr&)) {
  Endpoint endpoint = ReadingEndpoint(std::move(path), std::move(id), std::move(summary), "system", http::Execution::kInline, handler);
  endpoint.operation.answers = {JsonAnswer<Answer>(200, std::move(answer))};
  AddErrors(endpoint.operation, {400, 403, 500});
  return endpoint;
}

}  // namespace

std::vector<Endpoint> SystemEndpoints() {
  Endpoint detailed = SystemEndpoint<DetailedHealthAnswer>("/health/detailed", "getDetailedHealth", "What the server uses, and whether it works",
                                                           "All that is required works", &DetailedHealth);
  detailed.operation.answers.push_back(JsonAnswer<DetailedHealthAnswer>(503, "Something required does not work"));
  detailed.execution = http::Execution::kBlocking;
  Endpoint ready = SystemEndpoint<StatusAnswer>("/ready", "getReady", "Whether requests should be sent here", "Yes", &Ready);
  ready.operation.answers.push_back(JsonAnswer<StatusAnswer>(503, "No: starting, draining, or something required does not work"));
  ready.execution = http::Execution::kBlocking;
  Endpoint metrics = SystemEndpoint<StatusAnswer>("/metrics", "getMetrics", "Counts and times for Prometheus", "", &Metrics);
  metrics.operation.answers.front() = {200, "Prometheus text format 0.0.4", "text/plain", nullptr, {}};
  AddErrors(metrics.operation, {404});
  return {SystemEndpoint<HealthAnswer>("/health", "getHealth", "That the server runs, and which one it is", "It runs", &Health), detailed, ready,
          SystemEndpoint<StatusAnswer>("/live", "getLive", "That the process runs; touches nothing else", "It runs", &Live), metrics};
}

}  // namespace aqua::api
