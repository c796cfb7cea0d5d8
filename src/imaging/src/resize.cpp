#include "resize.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

// Picks the AVX2 version at load time. Sanitizers cannot run the resolver that does so, as it comes before their start.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define AQUA_VECTOR_CLONES __attribute__((target_clones("arch=haswell", "default")))
#else
#define AQUA_VECTOR_CLONES
#endif

namespace aqua::imaging {
namespace {

using Float4 = float __attribute__((vector_size(16)));
using Int4 = std::int32_t __attribute__((vector_size(16)));

constexpr std::size_t kBlock = 32;

int RoundHalfUp(double value) { return static_cast<int>(std::floor(value + 0.5)); }

double Weight(Interpolation interpolation, double x) {
  if (interpolation == Interpolation::kArea) return x > -0.5 && x <= 0.5 ? 1 : 0;
  return std::max(0.0, 1 - std::abs(x));
}

/// sums[i] = sum over k of weights[k] * rows[k * stride + i]
AQUA_VECTOR_CLONES void SumRows(const std::uint8_t* rows, std::size_t stride, const float* weights, int count, float* sums, std::size_t length) {
  std::size_t i = 0;
  for (; i + kBlock <= length; i += kBlock) {
    float block[kBlock];
    for (std::size_t j = 0; j < kBlock; ++j) block[j] = weights[0] * static_cast<float>(rows[i + j]);
    for (int k = 1; k < count; ++k) {
      const std::uint8_t* row = rows + stride * static_cast<std::size_t>(k) + i;
      for (std::size_t j = 0; j < kBlock; ++j) block[j] += weights[k] * static_cast<float>(row[j]);
    }
    std::memcpy(sums + i, block, sizeof block);
  }
  for (; i < length; ++i) {
    float sum = 0;
    for (int k = 0; k < count; ++k) sum += weights[k] * static_cast<float>(rows[stride * static_cast<std::size_t>(k) + i]);
    sums[i] = sum;
  }
}

/// Sums `count` RGB pixels; the fourth lane is of the next pixel and means nothing.
Float4 SumPixels(const float* pixels, const float* weights, int count) {
  Float4 sum = {};
  for (int k = 0; k < count; ++k) {
    Float4 pixel;
    std::memcpy(&pixel, pixels + 3 * k, sizeof pixel);
    sum += pixel * weights[k];
  }
  return sum;
}

}  // namespace

void FilterTable::Prepare(double extent, int input, int output, Interpolation interpolation, bool antialias) {
  const Key key{extent, input, output, interpolation, antialias};
  if (key == key_) return;
  key_ = key;
  const double support = (interpolation == Interpolation::kArea ? 0.5 : 1) * (antialias ? std::max(1.0, extent / output) : 1.0);
  stride_ = static_cast<std::size_t>(std::ceil(support)) * 2 + 1;
  taps_.assign(static_cast<std::size_t>(output), {});
  weights_.assign(stride_ * static_cast<std::size_t>(output), 0);
  for (int i = 0; i < output; ++i) AddTaps(key, i);
}

void FilterTable::AddTaps(const Key& key, int index) {
  const double scale = key.extent / key.output;
  const double stretch = key.antialias ? std::max(1.0, scale) : 1.0;
  const double support = (key.interpolation == Interpolation::kArea ? 0.5 : 1) * stretch;
  const double center = (index + 0.5) * scale;
  const int first = std::clamp(RoundHalfUp(center - support), 0, key.input - 1);
  const int end = std::clamp(RoundHalfUp(center + support), first + 1, key.input);
  float* weights = weights_.data() + static_cast<std::size_t>(index) * stride_;
  double total = 0;
  for (int i = first; i < end; ++i) total += Weight(key.interpolation, (i - center + 0.5) / stretch);
  for (int i = first; i < end; ++i) weights[i - first] = static_cast<float>(Weight(key.interpolation, (i - center + 0.5) / stretch) / total);
  taps_[static_cast<std::size_t>(index)] = {first, end - first};
}

void Resizer::Prepare(const PreprocessSpec& spec, const Placement& placement, const Image& image, double extent_width, double extent_height) {
  columns_.Prepare(extent_width, image.width, placement.width, spec.interpolation, spec.antialias);
  rows_.Prepare(extent_height, image.height, placement.height, spec.interpolation, spec.antialias);
  sums_.resize(static_cast<std::size_t>(image.width) * 3 + 1);
}

void Resizer::Row(const Image& image, int y, int begin, int end, std::uint8_t* rgb) {
  const std::size_t stride = static_cast<std::size_t>(image.width) * 3;
  const std::size_t from = static_cast<std::size_t>(columns_.first(begin)) * 3;
  const std::size_t to = static_cast<std::size_t>(columns_.first(end - 1) + columns_.count(end - 1)) * 3;
  const std::uint8_t* rows = image.pixels.data() + stride * static_cast<std::size_t>(rows_.first(y));
  SumRows(rows + from, stride, rows_.weights(y), rows_.count(y), sums_.data() + from, to - from);
  for (int x = begin; x < end; ++x, rgb += 3) {
    const Float4 sum = SumPixels(sums_.data() + columns_.first(x) * 3, columns_.weights(x), columns_.count(x));
    const Int4 rounded = __builtin_convertvector(sum + 0.5F, Int4);
    for (int channel = 0; channel < 3; ++channel) rgb[channel] = static_cast<std::uint8_t>(rounded[channel]);
  }
}

}  // namespace aqua::imaging
