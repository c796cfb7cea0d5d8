#include <gmock/gmock.h>

#include "refusal.hpp"

namespace aqua::imaging {
namespace {

using testing::EncodeJpeg;
using testing::ExpectNear;
using testing::ExpectRefused;
using testing::Flat;
using testing::Gradient;
using testing::MarkerOffset;
using testing::MustDecode;
using testing::RoomyLimits;
using testing::WithClaimedSize;

TEST(DecodeJpegTest, DecodesBaselineAndProgressive) {
  for (const bool progressive : {false, true}) {
    const Bytes jpeg = EncodeJpeg(Gradient(64, 48), {.progressive = progressive});
    const Image image = MustDecode(jpeg);
    ASSERT_EQ(image.width, 64);
    ASSERT_EQ(image.height, 48);
    ExpectNear(image, 0, 0, {0, 0, 60}, 8);
    ExpectNear(image, 63, 47, {255, 255, 60}, 8);
  }
}

TEST(DecodeJpegTest, ReadsInfoUpright) {
  const auto info = ReadInfo(EncodeJpeg(Gradient(64, 48), {.orientation = 6}), RoomyLimits());
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->format, ImageFormat::kJpeg);
  EXPECT_EQ(info->width, 48);
  EXPECT_EQ(info->height, 64);
  EXPECT_EQ(info->orientation, 6);
}

TEST(DecodeJpegTest, TurnsUpright) {
  const Image image = MustDecode(EncodeJpeg(Gradient(64, 48), {.orientation = 6}));
  ASSERT_EQ(image.width, 48);
  ASSERT_EQ(image.height, 64);
  // Turned clockwise: the stored bottom left comes to the top left.
  ExpectNear(image, 0, 0, {0, 255, 60}, 8);
  ExpectNear(image, 47, 63, {255, 0, 60}, 8);
}

TEST(DecodeJpegTest, DecodesGrey) { ExpectNear(MustDecode(EncodeJpeg(Flat(40, 40, {90}), {.components = 1})), 20, 20, {90, 90, 90}, 2); }

TEST(DecodeJpegTest, DecodesInvertedCmyk) {
  // Stored 255 - ink. Cyan 55, no magenta, yellow 255, black 55: (200 * 200, 255 * 200, 0) / 255.
  ExpectNear(MustDecode(EncodeJpeg(Flat(40, 40, {200, 255, 0, 200}), {.components = 4})), 20, 20, {157, 200, 0}, 3);
}

TEST(DecodeJpegTest, ConvertsAnEmbeddedProfileInOneOrManyChunks) {
  for (const std::size_t chunk : {std::size_t{60000}, std::size_t{100}}) {
    const Bytes jpeg = EncodeJpeg(Flat(40, 40, {250, 10, 10}), {.profile = testing::SwappedProfile(), .profile_chunk = chunk});
    ExpectNear(MustDecode(jpeg), 20, 20, {10, 250, 10}, 12);
  }
}

TEST(DecodeJpegTest, LeavesSrgbUntouched) {
  const Image plain = MustDecode(EncodeJpeg(Gradient(64, 48)));
  EXPECT_EQ(MustDecode(EncodeJpeg(Gradient(64, 48), {.profile = testing::SrgbProfile()})).pixels, plain.pixels);
}

TEST(DecodeJpegTest, ConvertsGreyAndCmykProfiles) {
  // Linear 0.5 is 188 in sRGB.
  ExpectNear(MustDecode(EncodeJpeg(Flat(40, 40, {128}), {.components = 1, .profile = testing::LinearGreyProfile()})), 20, 20, {188, 188, 188}, 4);
  ExpectNear(MustDecode(EncodeJpeg(Flat(40, 40, {128}), {.components = 1, .profile = testing::SrgbProfile()})), 20, 20, {128, 128, 128}, 2);
  const Image red = MustDecode(EncodeJpeg(Flat(40, 40, {0, 255, 255, 255}), {.components = 4, .profile = testing::RedCyanProfile()}));
  ExpectNear(red, 20, 20, {255, 0, 0}, 30);
}

TEST(DecodeJpegTest, RefusesProfilesThatDoNotFit) {
  const Image image = Flat(40, 40, {250, 10, 10});
  ExpectRefused(EncodeJpeg(image, {.profile = Bytes(500, 7)}), "invalid_colour_profile");
  ExpectRefused(EncodeJpeg(image, {.profile = testing::RedCyanProfile()}), "invalid_colour_profile");
  ExpectRefused(EncodeJpeg(image, {.profile = testing::LinearGreyProfile()}), "invalid_colour_profile");
  Bytes incomplete = EncodeJpeg(image, {.profile = testing::SrgbProfile(), .profile_chunk = 300});
  incomplete[MarkerOffset(incomplete, 0xE2) + 4 + 12] = 200;
  ExpectRefused(incomplete, "invalid_colour_profile");
}

TEST(DecodeJpegTest, ScalesToTheSmallestSizeThatSuffices) {
  PreprocessSpec fit;
  fit.resize = ResizeRule::kStretch;
  fit.width = fit.height = 100;
  const std::vector<std::pair<int, int>> expected_of_side = {{99, 99}, {199, 199}, {200, 100}, {399, 200}, {400, 100}, {799, 200}, {800, 100}, {1001, 126}};
  for (const auto& [side, expected] : expected_of_side) EXPECT_EQ(MustDecode(EncodeJpeg(Gradient(side, side)), RoomyLimits(), &fit).width, expected) << side;
  EXPECT_EQ(MustDecode(EncodeJpeg(Gradient(800, 400)), RoomyLimits(), &fit).width, 200);
  EXPECT_EQ(MustDecode(EncodeJpeg(Gradient(800, 400))).width, 800);
}

TEST(DecodeJpegTest, ScalesByTheUprightSize) {
  PreprocessSpec fit;
  fit.resize = ResizeRule::kStretch;
  fit.width = 50;
  fit.height = 200;
  const Image image = MustDecode(EncodeJpeg(Gradient(400, 100), {.orientation = 6}), RoomyLimits(), &fit);
  EXPECT_EQ(image.width, 50);
  EXPECT_EQ(image.height, 200);
}

TEST(DecodeJpegTest, IgnoresWhatFollowsTheImage) {
  const Bytes jpeg = EncodeJpeg(Gradient(64, 48));
  Bytes followed = jpeg;
  testing::Append(followed, "PK\3\4 a zip, or the video of a motion photo \xFF\xD8\xFF");
  EXPECT_EQ(MustDecode(followed).pixels, MustDecode(jpeg).pixels);
}

TEST(DecodeJpegTest, RefusesTruncatedFiles) {
  testing::ExpectPrefixesRefused(EncodeJpeg(Gradient(120, 90)));
  testing::ExpectPrefixesRefused(EncodeJpeg(Gradient(120, 90), {.progressive = true}));
  Bytes without_end = EncodeJpeg(Gradient(64, 48));
  without_end.resize(without_end.size() - 2);
  EXPECT_THAT(ExpectRefused(without_end, "corrupt").message, ::testing::StartsWith("the JPEG is truncated or damaged ("));
}

TEST(DecodeJpegTest, RefusesDamage) {
  Bytes jpeg = EncodeJpeg(Gradient(120, 90));
  const std::size_t middle = jpeg.size() - 100;
  std::fill_n(jpeg.begin() + static_cast<std::ptrdiff_t>(middle), 20, std::uint8_t{0xFF});
  ExpectRefused(jpeg, "corrupt");
}

TEST(DecodeJpegTest, RefusesUnsupportedVariants) {
  ExpectRefused(EncodeJpeg(Gradient(64, 48), {.arithmetic = true}), "unsupported_variant");
  const Bytes jpeg = EncodeJpeg(Gradient(64, 48));
  Bytes twelve_bits = jpeg;
  twelve_bits[MarkerOffset(jpeg, 0xC0) + 4] = 12;
  ExpectRefused(twelve_bits, "unsupported_variant");
  Bytes lossless = jpeg;
  lossless[MarkerOffset(jpeg, 0xC0) + 1] = 0xC3;
  ExpectRefused(lossless, "unsupported_variant");
}

TEST(DecodeJpegTest, RefusesSizesOutsideTheLimits) {
  const Bytes jpeg = EncodeJpeg(Gradient(40, 40));
  DecodeLimits limits;
  limits.min_side = 16;
  EXPECT_THAT(ExpectRefused(EncodeJpeg(Gradient(12, 9)), "too_small", limits).message,
              ::testing::StartsWith("is 12x9 pixels; the smallest side must be at least 16 (imaging.min_side)"));
  EXPECT_THAT(ExpectRefused(WithClaimedSize(jpeg, 65500, 65500), "too_large").message, ::testing::HasSubstr("at most 8192 (imaging.max_side)"));
  EXPECT_THAT(ExpectRefused(WithClaimedSize(jpeg, 6000, 6000), "too_many_pixels").message, ::testing::HasSubstr("25000000"));
  EXPECT_EQ(ReadInfo(WithClaimedSize(jpeg, 6000, 6000), RoomyLimits()).error().reason, "too_many_pixels");
}

TEST(DecodeJpegTest, RefusesBombsFast) {
  const Bytes bomb = WithClaimedSize(EncodeJpeg(Gradient(40, 40)), 5000, 5000);
  EXPECT_LT(testing::CpuTime([&] { ExpectRefused(bomb, "suspicious_compression"); }), std::chrono::milliseconds(50));
}

TEST(DecodeJpegTest, RefusesManyScans) {
  Bytes jpeg = EncodeJpeg(Gradient(64, 48), {.progressive = true});
  // Repeats the first scan: DC of all components, which libjpeg takes again as it is not a refinement.
  const std::size_t first = MarkerOffset(jpeg, 0xDA);
  const std::size_t second = MarkerOffset(jpeg, 0xC4, first);
  const ByteView bytes(jpeg);
  Bytes many(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(second));
  for (int i = 0; i < 500; ++i) testing::Append(many, AsText(bytes.subspan(first, second - first)));
  testing::Append(many, AsText(bytes.subspan(second)));
  EXPECT_THAT(ExpectRefused(many, "too_many_scans").message, ::testing::HasSubstr("100 progressive scans (imaging.max_scans)"));
}

TEST(DecodeJpegTest, RefusesWhatCostsTooMuch) {
  const Bytes progressive = EncodeJpeg(Gradient(256, 256), {.progressive = true});
  DecodeLimits little_memory = RoomyLimits();
  little_memory.max_memory_bytes = 10'000;
  ExpectRefused(progressive, "too_much_memory", little_memory);
  DecodeLimits no_time = RoomyLimits();
  no_time.max_cpu = std::chrono::milliseconds(0);
  ExpectRefused(progressive, "too_slow", no_time);
  ExpectRefused(EncodeJpeg(Gradient(256, 256)), "too_slow", no_time);
}

TEST(DecodeJpegTest, ReusesTheBufferOfTheCaller) {
  Image image = MustDecode(EncodeJpeg(Gradient(200, 200)));
  const auto* buffer = image.pixels.data();
  ASSERT_TRUE(Decode(EncodeJpeg(Gradient(100, 150)), RoomyLimits(), nullptr, image).has_value());
  EXPECT_EQ(image.pixels.data(), buffer);
  EXPECT_EQ(image.pixels.size(), std::size_t{100} * 150 * 3);
}

}  // namespace
}  // namespace aqua::imaging
