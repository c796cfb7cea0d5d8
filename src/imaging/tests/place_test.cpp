#include <gtest/gtest.h>

#include "aqua/imaging/preprocess_spec.hpp"

namespace aqua::imaging {
namespace {

PreprocessSpec Spec(ResizeRule rule, int width, int height) {
  PreprocessSpec spec;
  spec.resize = rule;
  spec.width = width;
  spec.height = height;
  return spec;
}

TEST(PlaceTest, StretchFillsTheCanvas) { EXPECT_EQ(Place(Spec(ResizeRule::kStretch, 128, 96), 1000, 10), (Placement{128, 96, 0, 0})); }

TEST(PlaceTest, LetterboxKeepsTheAspectRatioInTheMiddle) {
  const PreprocessSpec square = Spec(ResizeRule::kLetterbox, 128, 128);
  EXPECT_EQ(Place(square, 640, 480), (Placement{128, 96, 0, 16}));
  EXPECT_EQ(Place(square, 480, 640), (Placement{96, 128, 16, 0}));
  EXPECT_EQ(Place(square, 500, 500), (Placement{128, 128, 0, 0}));
  // 128 / (300 / 100) = 42.67 rounds to 43; (128 - 43) / 2 = 42.5 rounds down.
  EXPECT_EQ(Place(square, 300, 100), (Placement{128, 43, 0, 42}));
}

TEST(PlaceTest, LetterboxOfAWideCanvasComparesWithItsOwnShape) {
  const PreprocessSpec wide = Spec(ResizeRule::kLetterbox, 200, 100);
  EXPECT_EQ(Place(wide, 300, 200), (Placement{150, 100, 25, 0}));
  EXPECT_EQ(Place(wide, 400, 100), (Placement{200, 50, 0, 25}));
}

TEST(PlaceTest, SqrtAspectLetterboxTakesTheRoot) {
  const PreprocessSpec spec = Spec(ResizeRule::kSqrtAspectLetterbox, 128, 128);
  EXPECT_EQ(Place(spec, 400, 100), (Placement{128, 64, 0, 32}));
  EXPECT_EQ(Place(spec, 100, 400), (Placement{64, 128, 32, 0}));
  EXPECT_EQ(Place(spec, 256, 256), (Placement{128, 128, 0, 0}));
  // 128 / sqrt(256 / 202) = 113.7
  EXPECT_EQ(Place(spec, 256, 202), (Placement{128, 114, 0, 7}));
}

TEST(PlaceTest, ExtremeShapesKeepOnePixel) {
  EXPECT_EQ(Place(Spec(ResizeRule::kLetterbox, 128, 128), 8192, 1), (Placement{128, 1, 0, 63}));
  EXPECT_EQ(Place(Spec(ResizeRule::kSqrtAspectLetterbox, 16, 16), 1, 8192), (Placement{1, 16, 7, 0}));
}

TEST(PlaceTest, ShortSideCropCoversTheCanvas) {
  const PreprocessSpec spec = Spec(ResizeRule::kShortSideCrop, 100, 100);
  EXPECT_EQ(Place(spec, 640, 480), (Placement{133, 100, -16, 0}));
  EXPECT_EQ(Place(spec, 480, 640), (Placement{100, 133, 0, -16}));
  EXPECT_EQ(Place(Spec(ResizeRule::kShortSideCrop, 200, 100), 300, 300), (Placement{200, 200, 0, -50}));
}

}  // namespace
}  // namespace aqua::imaging
