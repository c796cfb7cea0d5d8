#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "aqua/observe/log.hpp"

namespace aqua::observe {

using LogTime = std::chrono::system_clock::time_point;

/// One JSON object without a line end. A field that is named like one of ours is written as "field.<name>".
std::string JsonLine(LogTime time, LogLevel level, std::string_view message, std::span<const LogField> fields);

/// One line of text without a line end.
std::string TextLine(LogTime time, LogLevel level, std::string_view message, std::span<const LogField> fields);

}  // namespace aqua::observe
