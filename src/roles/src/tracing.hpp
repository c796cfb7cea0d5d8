#pragma once

#include <memory>

#include "aqua/config/settings.hpp"
#include "aqua/http/server.hpp"
#include "aqua/observe/log.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/observe/trace_exporter.hpp"

namespace aqua::roles {

/// The exporter of trace.otlp_endpoint; null when none is set.
std::unique_ptr<observe::SpanExporter> MakeSpanExporter(const config::Settings& settings, observe::MetricsRegistry& metrics, observe::Logger& logger);

/// Exports the span of one request when it is sampled: as the caller's traceparent says, else the given fraction of all,
/// told by the trace id so that every service decides alike.
void ExportRequestSpan(const http::AccessRecord& record, double sampled_fraction, observe::SpanExporter& exporter);

}  // namespace aqua::roles
