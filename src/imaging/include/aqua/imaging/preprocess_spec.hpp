#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace aqua::imaging {

/// How a picture of any shape is brought to the fixed size of a model input.
enum class ResizeRule {
  kStretch,              ///< both sides to the canvas; the aspect ratio changes
  kLetterbox,            ///< keeps the aspect ratio a = w/h, centred, the rest padded
  kShortSideCrop,        ///< keeps the aspect ratio, covers the canvas, the overhang cut off evenly
  kSqrtAspectLetterbox,  ///< as kLetterbox, with the aspect ratio sqrt(a): long fish keep more of their height
};

enum class Interpolation {
  kBilinear,  ///< triangle filter
  kArea,      ///< box filter
};

/// How pictures become the input tensor of a model, as model.json states it. The tensor is [3, height, width] float32,
/// channels R G B, each (value / 255 - mean) / std.
/// Requires: height and width in 1..8192, every std not 0.
struct PreprocessSpec {
  std::string id;  ///< names the rule in every answer, for example "sqrt-letterbox-128-v1"
  ResizeRule resize = ResizeRule::kStretch;
  int height = 0;
  int width = 0;
  Interpolation interpolation = Interpolation::kBilinear;
  bool antialias = true;  ///< widens the filter when shrinking; off: samples at the pixel centres only
  std::array<float, 3> mean{};
  std::array<float, 3> std{1, 1, 1};
  std::array<std::uint8_t, 3> pad{};  ///< RGB of the canvas beside the picture and beneath transparent pixels
};

/// Size of the resized picture and where its top left pixel lies in the canvas of spec.width x spec.height.
/// left and top are negative when the picture is larger than the canvas and cropped (kShortSideCrop).
struct Placement {
  int width = 0;
  int height = 0;
  int left = 0;
  int top = 0;

  bool operator==(const Placement&) const = default;
};

/// Places an upright picture of width x height. Sides round half up and are at least 1; offsets round towards the top left.
/// Requires: width >= 1, height >= 1.
Placement Place(const PreprocessSpec& spec, int width, int height);

}  // namespace aqua::imaging
