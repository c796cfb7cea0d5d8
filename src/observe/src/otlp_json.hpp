#pragma once

#include <span>
#include <string>

#include "aqua/observe/trace_exporter.hpp"

namespace aqua::observe {

/// The body of an export request.
std::string OtlpJson(std::span<const Span> spans, const std::string& service_name, const std::string& service_version);

}  // namespace aqua::observe
