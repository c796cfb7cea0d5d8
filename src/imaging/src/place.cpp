#include <algorithm>
#include <cmath>

#include "aqua/imaging/preprocess_spec.hpp"

namespace aqua::imaging {
namespace {

int RoundHalfUp(double value) { return static_cast<int>(std::floor(value + 0.5)); }

/// Largest size of the aspect ratio that fits the canvas; `wide` says which side is the full one.
Placement Fit(const PreprocessSpec& spec, double aspect, bool wide) {
  Placement placement;
  placement.width = wide ? spec.width : std::clamp(RoundHalfUp(spec.height * aspect), 1, spec.width);
  placement.height = wide ? std::clamp(RoundHalfUp(spec.width / aspect), 1, spec.height) : spec.height;
  placement.left = (spec.width - placement.width) / 2;
  placement.top = (spec.height - placement.height) / 2;
  return placement;
}

/// Smallest size of the aspect ratio that covers the canvas.
Placement Cover(const PreprocessSpec& spec, int width, int height) {
  const double scale = std::max(spec.width / static_cast<double>(width), spec.height / static_cast<double>(height));
  Placement placement;
  placement.width = std::max(spec.width, RoundHalfUp(width * scale));
  placement.height = std::max(spec.height, RoundHalfUp(height * scale));
  placement.left = -((placement.width - spec.width) / 2);
  placement.top = -((placement.height - spec.height) / 2);
  return placement;
}

}  // namespace

Placement Place(const PreprocessSpec& spec, int width, int height) {
  const double aspect = static_cast<double>(width) / height;
  switch (spec.resize) {
    case ResizeRule::kLetterbox: return Fit(spec, aspect, aspect >= static_cast<double>(spec.width) / spec.height);
    case ResizeRule::kShortSideCrop: return Cover(spec, width, height);
    case ResizeRule::kSqrtAspectLetterbox: return Fit(spec, std::sqrt(aspect), aspect >= 1);
    case ResizeRule::kStretch: break;
  }
  return {spec.width, spec.height, 0, 0};
}

}  // namespace aqua::imaging
