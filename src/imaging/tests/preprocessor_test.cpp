#include "aqua/imaging/preprocessor.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "refusal.hpp"

namespace aqua::imaging {
namespace {

using testing::Flat;
using testing::RoomyLimits;

PreprocessSpec Spec(ResizeRule rule, int width, int height) {
  PreprocessSpec spec;
  spec.id = "test-v1";
  spec.resize = rule;
  spec.width = width;
  spec.height = height;
  spec.mean = {0.5F, 0.25F, 0};
  spec.std = {0.25F, 0.5F, 1};
  spec.pad = {0, 255, 51};
  return spec;
}

std::vector<float> TensorFor(const PreprocessSpec& spec) {
  return std::vector<float>(std::size_t{3} * static_cast<std::size_t>(spec.width * spec.height), -99.0F);
}

TEST(PreprocessorTest, NormalisesPlaneByPlaneAndPads) {
  const PreprocessSpec spec = Spec(ResizeRule::kLetterbox, 4, 4);
  Preprocessor preprocessor(spec, RoomyLimits());
  std::vector<float> tensor = TensorFor(spec);
  ASSERT_TRUE(preprocessor.Run(Flat(8, 4, {255, 51, 102}), tensor).has_value());
  for (std::size_t i = 0; i < 16; ++i) {
    const bool covered = i / 4 == 1 || i / 4 == 2;
    EXPECT_FLOAT_EQ(tensor[i], covered ? (1 - 0.5F) / 0.25F : -0.5F / 0.25F) << i;
    EXPECT_FLOAT_EQ(tensor[16 + i], covered ? (0.2F - 0.25F) / 0.5F : 0.75F / 0.5F) << i;
    EXPECT_FLOAT_EQ(tensor[32 + i], covered ? 0.4F : 0.2F) << i;
  }
}

TEST(PreprocessorTest, PadsLeftAndRightOfTallPictures) {
  const PreprocessSpec spec = Spec(ResizeRule::kLetterbox, 4, 4);
  Preprocessor preprocessor(spec, RoomyLimits());
  std::vector<float> tensor = TensorFor(spec);
  ASSERT_TRUE(preprocessor.Run(Flat(4, 8, {255, 51, 102}), tensor).has_value());
  EXPECT_FLOAT_EQ(tensor[0], -2);
  EXPECT_FLOAT_EQ(tensor[1], 2);
  EXPECT_FLOAT_EQ(tensor[2], 2);
  EXPECT_FLOAT_EQ(tensor[3], -2);
}

TEST(PreprocessorTest, CropsTheMiddle) {
  PreprocessSpec spec = Spec(ResizeRule::kShortSideCrop, 2, 2);
  spec.mean = {};
  spec.std = {1, 1, 1};
  Preprocessor preprocessor(spec, RoomyLimits());
  Image image{6, 2, {}};
  for (int i = 0; i < 12; ++i) image.pixels.insert(image.pixels.end(), 3, static_cast<std::uint8_t>(i % 6 * 51));
  std::vector<float> tensor = TensorFor(spec);
  ASSERT_TRUE(preprocessor.Run(image, tensor).has_value());
  EXPECT_FLOAT_EQ(tensor[0], 0.4F);
  EXPECT_FLOAT_EQ(tensor[1], 0.6F);
}

TEST(PreprocessorTest, RunsEncodedImagesOneAfterAnother) {
  const PreprocessSpec spec = Spec(ResizeRule::kStretch, 16, 16);
  Preprocessor preprocessor(spec, RoomyLimits());
  std::vector<float> tensor = TensorFor(spec);
  ASSERT_TRUE(preprocessor.Run(testing::EncodeJpeg(Flat(200, 100, {255, 255, 255}), {.orientation = 6}), tensor).has_value());
  EXPECT_NEAR(tensor[0], 2, 0.05);
  EXPECT_EQ(preprocessor.Run(AsBytes("no image"), tensor).error().reason, "not_an_image");
  ASSERT_TRUE(preprocessor.Run(testing::EncodePng(Flat(20, 30, {0, 0, 0})), tensor).has_value());
  EXPECT_FLOAT_EQ(tensor[0], -2);
  ASSERT_TRUE(preprocessor.Run(testing::EncodeWebp(Flat(20, 30, {255, 0, 0}), true), tensor).has_value());
  EXPECT_FLOAT_EQ(tensor[0], 2);
}

TEST(PreprocessorTest, ShowsTheLastPictureUprightAndTheSizeOfItsFile) {
  const PreprocessSpec spec = Spec(ResizeRule::kStretch, 16, 16);
  Preprocessor preprocessor(spec, RoomyLimits());
  std::vector<float> tensor = TensorFor(spec);
  // On its side; 16 pixels are enough for the model, so it is decoded at an eighth.
  ASSERT_TRUE(preprocessor.Run(testing::EncodeJpeg(Flat(400, 200, {255, 0, 0}), {.orientation = 6}), tensor).has_value());
  EXPECT_EQ(preprocessor.info().format, ImageFormat::kJpeg);
  EXPECT_EQ(preprocessor.info().width, 200);
  EXPECT_EQ(preprocessor.info().height, 400);
  EXPECT_EQ(preprocessor.decoded().width, 25);
  EXPECT_EQ(preprocessor.decoded().height, 50);
  ASSERT_TRUE(preprocessor.Run(testing::EncodePng(Flat(20, 30, {7, 8, 9})), tensor).has_value());
  EXPECT_EQ(preprocessor.info().format, ImageFormat::kPng);
  EXPECT_EQ(preprocessor.decoded().width, 20);
  EXPECT_EQ(preprocessor.decoded().height, 30);
  EXPECT_EQ(preprocessor.decoded().pixels.at(2), 9);
}

TEST(PreprocessorTest, SwitchesColourProfilesBetweenImages) {
  const PreprocessSpec spec = Spec(ResizeRule::kStretch, 8, 8);
  Preprocessor preprocessor(spec, RoomyLimits());
  std::vector<float> tensor = TensorFor(spec);
  const Image red = Flat(40, 40, {255, 0, 0});
  const Bytes swapped = testing::EncodeJpeg(red, {.profile = testing::SwappedProfile()});
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(preprocessor.Run(testing::EncodeJpeg(red), tensor).has_value());
    EXPECT_NEAR(tensor[0], 2, 0.1);
    for (int repeat = 0; repeat < 2; ++repeat) {
      ASSERT_TRUE(preprocessor.Run(swapped, tensor).has_value());
      EXPECT_NEAR(tensor[0], -2, 0.2);
    }
  }
}

TEST(PreprocessorTest, DctScalingChangesLittle) {
  const PreprocessSpec spec = Spec(ResizeRule::kSqrtAspectLetterbox, 64, 64);
  Preprocessor preprocessor(spec, RoomyLimits());
  const Image image = testing::Gradient(603, 401);
  std::vector<float> scaled = TensorFor(spec);
  std::vector<float> full = TensorFor(spec);
  ASSERT_TRUE(preprocessor.Run(testing::EncodeJpeg(image), scaled).has_value());
  ASSERT_TRUE(preprocessor.Run(image, full).has_value());
  for (std::size_t i = 0; i < full.size(); ++i) EXPECT_NEAR(scaled[i], full[i], 6 * 4 / 255.0) << i;
}

TEST(PreprocessorTest, RefusesPicturesWithoutPixels) {
  const PreprocessSpec spec = Spec(ResizeRule::kStretch, 8, 8);
  Preprocessor preprocessor(spec, RoomyLimits());
  std::vector<float> tensor = TensorFor(spec);
  EXPECT_EQ(preprocessor.Run(Image{}, tensor).error().reason, "bad_image");
  EXPECT_EQ(preprocessor.Run(Image{4, 4, Bytes(47)}, tensor).error().reason, "bad_image");
  EXPECT_EQ(preprocessor.Run(Image{-4, -4, Bytes(48)}, tensor).error().reason, "bad_image");
  EXPECT_EQ(preprocessor.spec().id, "test-v1");
}

}  // namespace
}  // namespace aqua::imaging
