// Feeds bytes to the image decoder and the preprocessor. One target for JPEG, PNG and WebP, which are told by content;
// seeds/jpeg, seeds/png and seeds/webp start it in each.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "aqua/imaging/decode.hpp"
#include "aqua/imaging/preprocessor.hpp"

namespace {

constexpr int kSide = 32;

aqua::imaging::PreprocessSpec Spec() {
  aqua::imaging::PreprocessSpec spec;
  spec.id = "fuzz";
  spec.resize = aqua::imaging::ResizeRule::kSqrtAspectLetterbox;
  spec.height = kSide;
  spec.width = kSide;
  spec.mean = {0.5F, 0.5F, 0.5F};
  spec.std = {0.25F, 0.25F, 0.25F};
  return spec;
}

/// Small enough that no input is slow under the sanitizers; the clock is not part of it, so that runs repeat exactly.
aqua::imaging::DecodeLimits Limits() {
  aqua::imaging::DecodeLimits limits;
  limits.min_side = 1;
  limits.max_side = 2048;
  limits.max_pixels = 1'000'000;
  limits.max_memory_bytes = std::size_t{16} << 20;
  limits.max_scans = 20;
  limits.max_cpu = std::chrono::hours(1);
  return limits;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static aqua::imaging::Preprocessor preprocessor(Spec(), Limits());
  static std::vector<float> tensor(std::size_t{3} * kSide * kSide);
  const aqua::ByteView encoded(data, size);
  const auto info = aqua::imaging::ReadInfo(encoded, Limits());
  const auto status = preprocessor.Run(encoded, tensor);
  // Whatever decodes has a readable header, and every refusal explains itself.
  if (status.has_value() && !info.has_value()) __builtin_trap();
  if (!status.has_value() && (status.error().message.empty() || status.error().reason.empty())) __builtin_trap();
  return 0;
}
