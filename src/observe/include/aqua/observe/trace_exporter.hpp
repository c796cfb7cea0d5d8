#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "aqua/observe/log.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/observe/trace.hpp"

namespace aqua::observe {

/// A piece of work that is done.
struct Span {
  TraceContext context;
  std::optional<std::array<std::uint8_t, 8>> parent;  ///< span id
  std::string name;
  std::chrono::system_clock::time_point start;
  std::chrono::system_clock::time_point end;
  std::vector<std::pair<std::string, std::variant<std::string, std::int64_t>>> attributes;
  bool error = false;
};

/// Takes spans away. Thread-safe; never waits.
class SpanExporter {
 public:
  virtual ~SpanExporter() = default;
  virtual void Export(Span span) = 0;
};

struct OtlpConfig {
  std::string endpoint;  ///< http://127.0.0.1:4318/v1/traces
  std::string service_name;
  std::string service_version;
  std::size_t max_queue = 2048;  ///< spans that wait; more are dropped and counted
  std::size_t max_batch = 256;
  std::chrono::milliseconds interval{1'000};  ///< longest wait of a span
  std::chrono::milliseconds timeout{2'000};   ///< of one request to the collector, and of all that are sent at the end
};

/// Sends spans to a collector as OTLP/HTTP in JSON, from a thread of its own; what waits at the end is still sent, for one
/// timeout at most. A collector that is away costs the spans, nothing else: one warning a minute is logged. registry and logger
/// must outlive the exporter.
/// Metrics: aqua_observe_spans_total{outcome="exported|dropped"}.
/// Source: OpenTelemetry protocol 1.5, JSON encoding (ids in hexadecimal, 64-bit integers as text).
std::unique_ptr<SpanExporter> MakeOtlpExporter(const OtlpConfig& config, MetricsRegistry& registry, Logger& logger);

}  // namespace aqua::observe
