#include "resize.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "image_builder.hpp"

namespace aqua::imaging {
namespace {

PreprocessSpec Spec(Interpolation interpolation, bool antialias) {
  PreprocessSpec spec;
  spec.interpolation = interpolation;
  spec.antialias = antialias;
  return spec;
}

Bytes ResizeWhole(const Image& image, int width, int height, const PreprocessSpec& spec) {
  Resizer resizer;
  resizer.Prepare(spec, {width, height, 0, 0}, image, image.width, image.height);
  Bytes out(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (int y = 0; y < height; ++y) resizer.Row(image, y, 0, width, out.data() + static_cast<std::ptrdiff_t>(y) * width * 3);
  return out;
}

/// Resizes one line of grey pixels along either axis.
std::vector<int> ResizeLine(const std::vector<int>& line, int output, const PreprocessSpec& spec, bool vertical) {
  const int length = static_cast<int>(line.size());
  Image image{vertical ? 1 : length, vertical ? length : 1, {}};
  for (const int value : line) image.pixels.insert(image.pixels.end(), 3, static_cast<std::uint8_t>(value));
  const Bytes out = ResizeWhole(image, vertical ? 1 : output, vertical ? output : 1, spec);
  std::vector<int> values;
  for (std::size_t i = 0; i < out.size(); i += 3) values.push_back(out[i]);
  return values;
}

/// Pillow's two passes over 8 bits in double precision, the horizontal one first.
std::vector<int> ReferenceAxis(const std::vector<int>& line, int output) {
  std::vector<int> out;
  const double scale = static_cast<double>(line.size()) / output;
  const double stretch = std::max(1.0, scale);
  for (int i = 0; i < output; ++i) {
    double sum = 0;
    double total = 0;
    for (std::size_t k = 0; k < line.size(); ++k) {
      const double weight = std::max(0.0, 1 - std::abs(static_cast<double>(k) + 0.5 - (i + 0.5) * scale) / stretch);
      sum += weight * line[k];
      total += weight;
    }
    out.push_back(static_cast<int>(std::floor(sum / total + 0.5)));
  }
  return out;
}

TEST(ResizeTest, AntialiasesWithATriangle) {
  for (const bool vertical : {false, true}) {
    // Weights 0.75 0.75 0.25 of 1.75.
    EXPECT_EQ(ResizeLine({0, 70, 140, 210}, 2, Spec(Interpolation::kBilinear, true), vertical), (std::vector{50, 160}));
    EXPECT_EQ(ResizeLine({0, 100}, 4, Spec(Interpolation::kBilinear, true), vertical), (std::vector{0, 25, 75, 100}));
    EXPECT_EQ(ResizeLine({3, 4}, 1, Spec(Interpolation::kBilinear, true), vertical), (std::vector{4}));
  }
}

TEST(ResizeTest, AveragesWithABox) {
  EXPECT_EQ(ResizeLine({0, 70, 140, 210}, 2, Spec(Interpolation::kArea, true), false), (std::vector{35, 175}));
  EXPECT_EQ(ResizeLine({10, 20, 30, 40, 50, 60}, 2, Spec(Interpolation::kArea, true), true), (std::vector{20, 50}));
}

TEST(ResizeTest, SamplesAtCentresWithoutAntialiasing) {
  EXPECT_EQ(ResizeLine({0, 0, 0, 0, 80, 0, 0, 0, 0}, 3, Spec(Interpolation::kBilinear, false), false), (std::vector{0, 80, 0}));
  EXPECT_EQ(ResizeLine({0, 70, 140, 210}, 2, Spec(Interpolation::kBilinear, false), true), (std::vector{35, 175}));
}

TEST(ResizeTest, KeepsTheSameSizeExact) {
  const Image image = testing::Gradient(50, 31);
  EXPECT_EQ(ResizeWhole(image, 50, 31, Spec(Interpolation::kBilinear, true)), image.pixels);
}

TEST(ResizeTest, StaysWithinOneOfTwoRoundedPasses) {
  constexpr int kWidth = 97;
  constexpr int kHeight = 61;
  Image image{kWidth, kHeight, {}};
  std::vector<std::vector<int>> grey(kHeight);
  std::uint32_t state = 7;
  for (auto& row : grey) {
    for (int x = 0; x < kWidth; ++x) {
      row.push_back(static_cast<int>((state = state * 1664525 + 1013904223) >> 24));
      image.pixels.insert(image.pixels.end(), 3, static_cast<std::uint8_t>(row.back()));
    }
  }
  const std::vector<std::pair<int, int>> sizes = {{32, 24}, {128, 100}, {97, 20}, {1, 1}};
  for (const auto& [width, height] : sizes) {
    const Bytes out = ResizeWhole(image, width, height, Spec(Interpolation::kBilinear, true));
    std::vector<std::vector<int>> rows;
    for (const auto& row : grey) rows.push_back(ReferenceAxis(row, width));
    for (int x = 0; x < width; ++x) {
      std::vector<int> column;
      for (const auto& row : rows) column.push_back(row[static_cast<std::size_t>(x)]);
      const std::vector<int> expected = ReferenceAxis(column, height);
      for (int y = 0; y < height; ++y)
        EXPECT_LE(std::abs(out[static_cast<std::size_t>((y * width + x) * 3)] - expected[static_cast<std::size_t>(y)]), 1) << x << "," << y;
    }
  }
}

}  // namespace
}  // namespace aqua::imaging
