#include "decode_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string>

#include "aqua/base/text.hpp"

namespace aqua::imaging {
namespace {

constexpr std::int64_t kMegapixel = 1'000'000;
constexpr unsigned kStepsBetweenClockReads = 16;

std::int64_t ThreadCpuNanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

Error Refuse(std::string message, std::string reason) { return MakeError(ErrorCode::kInvalidArgument, std::move(message), std::move(reason)); }

}  // namespace

CpuBudget::CpuBudget(std::chrono::milliseconds allowance) : end_ns_(ThreadCpuNanoseconds() + std::chrono::nanoseconds(allowance).count()) {}

bool CpuBudget::Spend() { return ++steps_ % kStepsBetweenClockReads == 0 && Spent(); }

bool CpuBudget::Spent() const { return ThreadCpuNanoseconds() > end_ns_; }

Status CheckSize(const DecodeLimits& limits, std::int64_t width, std::int64_t height, std::size_t file_bytes) {
  const std::string size = fmt::format("is {}x{} pixels", width, height);
  if (std::min(width, height) < limits.min_side)
    return Refuse(fmt::format("{}; the smallest side must be at least {} (imaging.min_side); use a larger photo", size, limits.min_side), "too_small");
  if (std::max(width, height) > limits.max_side)
    return Refuse(fmt::format("{}; the longest side may be at most {} (imaging.max_side); make the photo smaller", size, limits.max_side), "too_large");
  if (width * height > limits.max_pixels) {
    return Refuse(fmt::format("{}, {} in all; at most {} are decoded (imaging.max_pixels); make the photo smaller", size, width * height, limits.max_pixels),
                  "too_many_pixels");
  }
  const std::int64_t expansion = width * height * 3 / static_cast<std::int64_t>(std::max<std::size_t>(file_bytes, 1));
  if (width * height > kMegapixel && expansion > limits.max_expansion) {
    return Refuse(fmt::format("{} in only {}, which no photo is; at most {} bytes are decoded from one (imaging.max_expansion); send the original photo", size,
                              base::FormatBytes(file_bytes), limits.max_expansion),
                  "suspicious_compression");
  }
  return {};
}

Error Corrupt(ImageFormat format, std::string_view library_text) {
  return Refuse(fmt::format("the {} is truncated or damaged ({}); copy it again from the camera", Name(format), base::Printable(library_text)), "corrupt");
}

Error UnsupportedVariant(ImageFormat format, std::string_view what) {
  return Refuse(fmt::format("the {} uses {}, which is not supported; save it again as an ordinary 8-bit sRGB JPEG or PNG", Name(format), what),
                "unsupported_variant");
}

Error Animated(ImageFormat format) { return Refuse(fmt::format("the {} is animated; save one frame of it as JPEG, PNG or WebP", Name(format)), "animated"); }

Error TooSlow(const DecodeLimits& limits) {
  return MakeError(
      ErrorCode::kResourceExhausted,
      fmt::format("takes more than {} ms to decode (imaging.max_decode_cpu); make the photo smaller or save it as an ordinary JPEG", limits.max_cpu.count()),
      "too_slow");
}

Error TooMuchMemory(const DecodeLimits& limits) {
  return MakeError(ErrorCode::kResourceExhausted,
                   fmt::format("needs more than {} to decode (imaging.max_memory_bytes); make the photo smaller or save it as an ordinary JPEG",
                               base::FormatBytes(limits.max_memory_bytes)),
                   "too_much_memory");
}

Error TooManyScans(const DecodeLimits& limits) {
  return Refuse(fmt::format("has more than {} progressive scans (imaging.max_scans); save it as an ordinary JPEG", limits.max_scans), "too_many_scans");
}

}  // namespace aqua::imaging
