#include "aqua/imaging/thumbnail.hpp"

#include <gtest/gtest.h>

#include <random>

#include "aqua/imaging/decode.hpp"
#include "jpeg_writer.hpp"

namespace aqua::imaging {
namespace {

/// Left half red, right half blue.
Image TwoColours(int width, int height) {
  Image picture{width, height, Bytes(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3)};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const std::size_t at = (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) * 3;
      picture.pixels[at + (x < width / 2 ? 0 : 2)] = 255;
    }
  return picture;
}

Image Decoded(const Bytes& jpeg) {
  DecodeLimits limits;
  limits.min_side = 1;
  Image out;
  EXPECT_TRUE(Decode(jpeg, limits, nullptr, out));
  return out;
}

TEST(ThumbnailTest, KeepsTheAspectRatioAndTheColours) {
  const Image small = Decoded(MakeThumbnail(TwoColours(800, 400), 160).value());
  EXPECT_EQ(small.width, 160);
  EXPECT_EQ(small.height, 80);
  const auto channel = [&](int x, int y, std::size_t c) {
    return int{small.pixels[(static_cast<std::size_t>(y) * 160 + static_cast<std::size_t>(x)) * 3 + c]};
  };
  EXPECT_GT(channel(20, 40, 0), 230);
  EXPECT_LT(channel(20, 40, 2), 25);
  EXPECT_GT(channel(140, 40, 2), 230);
  EXPECT_LT(channel(140, 40, 0), 25);
}

TEST(ThumbnailTest, ShrinksByTheLongerSide) {
  const Image small = Decoded(MakeThumbnail(TwoColours(100, 1000), 160).value());
  EXPECT_EQ(small.width, 16);
  EXPECT_EQ(small.height, 160);
}

TEST(ThumbnailTest, NeverEnlarges) {
  const Image small = Decoded(MakeThumbnail(TwoColours(40, 30), 160).value());
  EXPECT_EQ(small.width, 40);
  EXPECT_EQ(small.height, 30);
}

TEST(ThumbnailTest, KeepsAtLeastOnePixelOfAThinPicture) {
  const Image small = Decoded(MakeThumbnail(TwoColours(4000, 2), 160).value());
  EXPECT_EQ(small.width, 160);
  EXPECT_EQ(small.height, 1);
}

TEST(ThumbnailTest, HoldsPicturesThatCompressBadly) {
  std::mt19937 random(5);
  for (const int side : {1, 15, 16, 17, 160}) {
    Image noise{side, side, Bytes(static_cast<std::size_t>(side * side * 3))};
    for (std::uint8_t& value : noise.pixels) value = static_cast<std::uint8_t>(random());
    const auto jpeg = EncodeJpeg(noise, 100);
    ASSERT_TRUE(jpeg) << side;
    EXPECT_EQ(Decoded(*jpeg).width, side);
  }
}

TEST(ThumbnailTest, WritesChromaAtHalfTheSizeAndNoMetadata) {
  const Bytes jpeg = MakeThumbnail(TwoColours(64, 48), 160).value();
  // Segments up to the frame header: APP0 with JFIF and quantisation tables, no EXIF, no profile, no comment.
  std::size_t at = 2;
  while (at + 4 < jpeg.size() && jpeg[at + 1] != 0xC0) {
    EXPECT_TRUE(jpeg[at + 1] == 0xE0 || jpeg[at + 1] == 0xDB) << int{jpeg[at + 1]};
    at += 2 + (std::size_t{jpeg[at + 2]} << 8U) + jpeg[at + 3];
  }
  ASSERT_LT(at + 17, jpeg.size());
  EXPECT_EQ(jpeg[at + 11], 0x22);  // sampling of Y, then of Cb and Cr
  EXPECT_EQ(jpeg[at + 14], 0x11);
  EXPECT_EQ(jpeg[at + 17], 0x11);
}

TEST(ThumbnailTest, RefusesAPictureWithoutItsPixels) {
  for (const Image& picture : {Image{}, Image{10, 10, Bytes(299)}, Image{-1, 10, {}}}) {
    const auto thumbnail = MakeThumbnail(picture, 160);
    ASSERT_FALSE(thumbnail);
    EXPECT_EQ(thumbnail.error().reason, "bad_image");
  }
}

}  // namespace
}  // namespace aqua::imaging
