#include "tracing.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "version.hpp"

namespace aqua::roles {
namespace {

bool IsSampled(const http::Request& request, double fraction) {
  if (request.remote_parent) return request.remote_parent->sampled;
  std::uint64_t low = 0;
  for (std::size_t i = 8; i < 16; ++i) low = (low << 8U) | request.trace.trace_id.at(i);
  return static_cast<double>(low >> 11U) * 0x1p-53 < fraction;
}

}  // namespace

std::unique_ptr<observe::SpanExporter> MakeSpanExporter(const config::Settings& settings, observe::MetricsRegistry& metrics, observe::Logger& logger) {
  if (settings.Text("trace.otlp_endpoint").empty()) return nullptr;
  observe::OtlpConfig config;
  config.endpoint = settings.Text("trace.otlp_endpoint");
  config.service_name = "aqua-api";
  config.service_version = Version();
  return observe::MakeOtlpExporter(config, metrics, logger);
}

void ExportRequestSpan(const http::AccessRecord& record, double sampled_fraction, observe::SpanExporter& exporter) {
  const http::Request& request = *record.request;
  if (!IsSampled(request, sampled_fraction)) return;
  observe::Span span;
  span.context = request.trace;
  if (request.remote_parent) span.parent = request.remote_parent->span_id;
  span.name = std::string(http::Name(request.method)) + " " + (request.route.empty() ? "unmatched" : request.route);
  span.end = std::chrono::system_clock::now();
  span.start = span.end - std::chrono::duration_cast<std::chrono::system_clock::duration>(record.duration);
  span.attributes = {{"http.request.method", std::string(http::Name(request.method))},
                     {"http.route", request.route},
                     {"http.response.status_code", std::int64_t{record.status}},
                     {"aqua.request_id", request.request_id}};
  span.error = record.status >= 500;
  exporter.Export(std::move(span));
}

}  // namespace aqua::roles
