#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "aqua/imaging/image.hpp"
#include "aqua/imaging/preprocess_spec.hpp"

namespace aqua::imaging {

/// Along one axis: which input samples make up each output sample, and their weights, which sum to 1.
/// Source: Pillow 9.4, Resample.c, precompute_coeffs().
class FilterTable {
 public:
  /// Does nothing when asked for the same as before. `extent` of the `input` samples is resized, the last one in part.
  void Prepare(double extent, int input, int output, Interpolation interpolation, bool antialias);

  [[nodiscard]] int first(int index) const { return taps_[static_cast<std::size_t>(index)].first; }
  [[nodiscard]] int count(int index) const { return taps_[static_cast<std::size_t>(index)].count; }
  [[nodiscard]] const float* weights(int index) const { return weights_.data() + static_cast<std::size_t>(index) * stride_; }

 private:
  struct Taps {
    int first;
    int count;
  };
  struct Key {
    double extent = 0;
    int input = 0;
    int output = 0;
    Interpolation interpolation = Interpolation::kBilinear;
    bool antialias = true;
    bool operator==(const Key&) const = default;
  };

  void AddTaps(const Key& key, int index);

  Key key_;
  std::size_t stride_ = 0;
  std::vector<Taps> taps_;
  std::vector<float> weights_;
};

/// Resizes row by row: vertically into one row of floats, then horizontally to 8 bits. Within 1 of Pillow, which goes
/// horizontally first and rounds in between. Keeps its tables and the row; one object a thread.
class Resizer {
 public:
  /// Prepares to resize the top left extent_width x extent_height of the image to the size of the placement.
  void Prepare(const PreprocessSpec& spec, const Placement& placement, const Image& image, double extent_width, double extent_height);

  /// Writes columns [begin, end) of resized row y as RGB. Requires: Prepare() for this image; begin < end.
  void Row(const Image& image, int y, int begin, int end, std::uint8_t* rgb);

 private:
  FilterTable columns_;
  FilterTable rows_;
  std::vector<float> sums_;
};

}  // namespace aqua::imaging
