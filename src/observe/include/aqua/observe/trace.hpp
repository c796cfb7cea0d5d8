#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aqua::observe {

/// Where a piece of work stands in a distributed trace. Neither id is all zero.
struct TraceContext {
  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  bool sampled = false;

  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

/// Fills bytes at random. Ids need not be secret, only different.
using RandomBytes = std::function<void(std::span<std::uint8_t>)>;

/// Reads a traceparent header: 00-<32 hex>-<16 hex>-<2 hex>, lower case. Later versions are read as far as version 00
/// goes. Returns nothing for version ff, ids of zero and any other deviation: the caller then starts a new trace.
/// Source: W3C Trace Context, 2021-11-23. Check: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 is sampled.
std::optional<TraceContext> ParseTraceparent(std::string_view header);

/// Writes a traceparent header of version 00.
std::string FormatTraceparent(const TraceContext& context);

/// Writes the trace id as 32 hexadecimal digits, for log lines.
std::string FormatTraceId(const TraceContext& context);

/// Starts a trace.
TraceContext NewTrace(const RandomBytes& random, bool sampled);

/// Returns a new span of the same trace, sampled as its parent is.
TraceContext ChildOf(const TraceContext& parent, const RandomBytes& random);

}  // namespace aqua::observe
