#include "aqua/observe/trace.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace aqua::observe {
namespace {

/// 00-<trace id>-<span id>-<flags>
constexpr std::size_t kHeaderLength = 55;
constexpr std::size_t kTraceIdOffset = 3;
constexpr std::size_t kSpanIdOffset = 36;
constexpr std::size_t kFlagsOffset = 53;
constexpr std::uint8_t kSampledFlag = 0x01;

/// Value of a lower-case hexadecimal digit, or -1.
int Digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool ReadHex(std::string_view text, std::span<std::uint8_t> bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int high = Digit(text[2 * i]);
    const int low = Digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

bool IsZero(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

void FillId(const RandomBytes& random, std::span<std::uint8_t> id) {
  random(id);
  // All zero means "no id" in the standard.
  if (IsZero(id)) id.back() = 1;
}

std::string Hex(std::span<const std::uint8_t> bytes) { return fmt::format("{:02x}", fmt::join(bytes, "")); }

/// Checks the form around the fields: dashes, version, and length as far as the version fixes it.
bool HasForm(std::string_view header) {
  if (header.size() < kHeaderLength) return false;
  if (header[kTraceIdOffset - 1] != '-' || header[kSpanIdOffset - 1] != '-' || header[kFlagsOffset - 1] != '-') return false;
  std::array<std::uint8_t, 1> version{};
  if (!ReadHex(header, version) || version[0] == 0xff) return false;
  if (header.size() == kHeaderLength) return true;
  return version[0] != 0 && header[kHeaderLength] == '-';
}

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view header) {
  if (!HasForm(header)) return std::nullopt;
  TraceContext context;
  std::array<std::uint8_t, 1> flags{};
  if (!ReadHex(header.substr(kTraceIdOffset), context.trace_id) || !ReadHex(header.substr(kSpanIdOffset), context.span_id) ||
      !ReadHex(header.substr(kFlagsOffset), flags))
    return std::nullopt;
  if (IsZero(context.trace_id) || IsZero(context.span_id)) return std::nullopt;
  context.sampled = (flags[0] & kSampledFlag) != 0;
  return context;
}

std::string FormatTraceparent(const TraceContext& context) {
  return fmt::format("00-{}-{}-{:02x}", Hex(context.trace_id), Hex(context.span_id), context.sampled ? kSampledFlag : 0);
}

std::string FormatTraceId(const TraceContext& context) { return Hex(context.trace_id); }

TraceContext NewTrace(const RandomBytes& random, bool sampled) {
  TraceContext context;
  FillId(random, context.trace_id);
  FillId(random, context.span_id);
  context.sampled = sampled;
  return context;
}

TraceContext ChildOf(const TraceContext& parent, const RandomBytes& random) {
  TraceContext child = parent;
  FillId(random, child.span_id);
  return child;
}

}  // namespace aqua::observe
