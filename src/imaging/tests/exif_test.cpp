#include "exif.hpp"

#include <gtest/gtest.h>

#include "image_builder.hpp"
#include "orient.hpp"

namespace aqua::imaging {
namespace {

using testing::ExifBlock;

TEST(ExifTest, ReadsBothByteOrdersWithAndWithoutPrefix) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    EXPECT_EQ(ExifOrientation(ExifBlock(orientation, true)), orientation);
    Bytes prefixed = testing::ToBytes(std::string_view("Exif\0\0", 6));
    testing::Append(prefixed, ExifBlock(orientation, false));
    EXPECT_EQ(ExifOrientation(prefixed), orientation);
  }
}

TEST(ExifTest, TreatsMalformedBlocksAsUpright) {
  EXPECT_EQ(ExifOrientation({}), 1);
  EXPECT_EQ(ExifOrientation(ExifBlock(0)), 1);
  EXPECT_EQ(ExifOrientation(ExifBlock(9)), 1);
  EXPECT_EQ(ExifOrientation(testing::ToBytes("Exif and then text")), 1);
  Bytes wrong_type = ExifBlock(6);
  wrong_type[13] = 4;
  EXPECT_EQ(ExifOrientation(wrong_type), 1);
  Bytes far_directory = ExifBlock(6);
  far_directory[4] = 0xFF;
  EXPECT_EQ(ExifOrientation(far_directory), 1);
  const Bytes whole = ExifBlock(6);
  for (std::size_t length = 0; length < 20; ++length) EXPECT_EQ(ExifOrientation(ByteView(whole).first(length)), 1);
}

/// Stored 3 x 2 pictures, numbered row by row, and what each orientation shows. Source: Exif 2.32, tag 0x0112.
TEST(OrientTest, TurnsEveryOrientationUpright) {
  const Image stored = [] {
    Image image{3, 2, {}};
    for (std::uint8_t value = 1; value <= 6; ++value) image.pixels.insert(image.pixels.end(), {value, 0, 0});
    return image;
  }();
  const std::array<std::array<int, 6>, 8> expected = {{{1, 2, 3, 4, 5, 6},
                                                       {3, 2, 1, 6, 5, 4},
                                                       {6, 5, 4, 3, 2, 1},
                                                       {4, 5, 6, 1, 2, 3},
                                                       {1, 4, 2, 5, 3, 6},
                                                       {4, 1, 5, 2, 6, 3},
                                                       {6, 3, 5, 2, 4, 1},
                                                       {3, 6, 2, 5, 1, 4}}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Image upright;
    Orient(stored, orientation, upright);
    ASSERT_EQ(upright.width, orientation >= 5 ? 2 : 3);
    ASSERT_EQ(upright.height, orientation >= 5 ? 3 : 2);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(upright.pixels[i * 3], expected[static_cast<std::size_t>(orientation - 1)][i]) << orientation;
  }
}

TEST(OrientTest, TurnsPicturesLargerThanOneTile) {
  const Image stored = testing::Gradient(75, 40);
  Image turned;
  Orient(stored, 6, turned);
  Image back;
  Orient(turned, 8, back);
  EXPECT_EQ(back.pixels, stored.pixels);
}

}  // namespace
}  // namespace aqua::imaging
