#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace aqua::base {

/// Writes a time as "2026-01-02T03:04:05.678901Z": UTC, always six digits, so that texts sort as times do.
/// Requires: a year from 0 to 9999.
std::string FormatTime(std::chrono::system_clock::time_point time);

/// Reads RFC 3339: "2026-01-02T03:04:05Z", with 0 to 9 digits of a fraction (cut to microseconds) and Z or an offset such
/// as +02:00. Nothing for dates that do not exist or that the clock cannot hold (before late 1677, after early 2262), leap
/// seconds, and any other form.
std::optional<std::chrono::system_clock::time_point> ParseTime(std::string_view text);

}  // namespace aqua::base
