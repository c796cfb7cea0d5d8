#include <gmock/gmock.h>

#include "refusal.hpp"

namespace aqua::imaging {
namespace {

using testing::Append;
using testing::EncodeWebp;
using testing::EncodeWebpRgba;
using testing::ExpectNear;
using testing::ExpectRefused;
using testing::ExtendedWebp;
using testing::Flat;
using testing::Gradient;
using testing::MustDecode;
using testing::RoomyLimits;

/// Two frames of 16 x 16.
Bytes AnimatedWebp() {
  constexpr std::uint8_t kAnimationFlag = 0x02;
  Bytes frame(6, 0);
  for (const int field : {15, 15, 100}) testing::AppendNumber(frame, static_cast<std::uint32_t>(field), 3, false);
  frame.push_back(0);
  Append(frame, testing::WebpChunks(EncodeWebp(Gradient(16, 16), true)));
  Bytes chunks = testing::Vp8x(kAnimationFlag, 16, 16);
  Append(chunks, testing::RiffChunk("ANIM", Bytes(6, 0)));
  for (int i = 0; i < 2; ++i) Append(chunks, testing::RiffChunk("ANMF", frame));
  return testing::WebpFile(chunks);
}

TEST(DecodeWebpTest, DecodesLossyAndLossless) {
  const Image source = Gradient(37, 23);
  EXPECT_EQ(MustDecode(EncodeWebp(source, true)).pixels, source.pixels);
  const Image lossy = MustDecode(EncodeWebp(source, false));
  ASSERT_EQ(lossy.width, 37);
  ASSERT_EQ(lossy.height, 23);
  ExpectNear(lossy, 18, 11, testing::PixelAt(source, 18, 11), 16);
}

TEST(DecodeWebpTest, DecodesFilesOfManySteps) {
  Image noise{300, 200, {}};
  std::uint32_t state = 1;
  for (int i = 0; i < 300 * 200 * 3; ++i) noise.pixels.push_back(static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24));
  EXPECT_EQ(MustDecode(EncodeWebp(noise, true)).pixels, noise.pixels);
}

TEST(DecodeWebpTest, LaysAlphaOverThePadColour) {
  PreprocessSpec fit;
  fit.width = fit.height = 8;
  fit.pad = {100, 0, 255};
  for (const bool lossless : {false, true}) {
    const Bytes webp = EncodeWebpRgba(16, 16, Flat(16, 16, {200, 200, 200, 128}).pixels, lossless);
    ExpectNear(MustDecode(webp, RoomyLimits(), &fit), 8, 8, {150, 100, 227}, 3);
    ExpectNear(MustDecode(webp), 8, 8, {100, 100, 100}, 3);
  }
}

TEST(DecodeWebpTest, TurnsUpright) {
  const Bytes webp = ExtendedWebp(Gradient(20, 10), true, {}, testing::ExifBlock(6));
  const Image image = MustDecode(webp);
  ASSERT_EQ(image.width, 10);
  EXPECT_EQ(testing::PixelAt(image, 0, 0), (std::array{0, 255, 60}));
  const auto info = ReadInfo(webp, RoomyLimits());
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->format, ImageFormat::kWebp);
  EXPECT_EQ(info->height, 20);
}

TEST(DecodeWebpTest, ConvertsEmbeddedProfiles) {
  const Image red = Flat(20, 20, {250, 10, 10});
  ExpectNear(MustDecode(ExtendedWebp(red, true, testing::SwappedProfile(), {})), 10, 10, {10, 250, 10}, 12);
  EXPECT_EQ(MustDecode(ExtendedWebp(red, true, testing::SrgbProfile(), {})).pixels, red.pixels);
  ExpectRefused(ExtendedWebp(red, true, Bytes(200, 9), {}), "invalid_colour_profile");
}

TEST(DecodeWebpTest, IgnoresWhatFollowsTheImage) {
  Bytes webp = EncodeWebp(Gradient(20, 20), true);
  Append(webp, "PK and more");
  EXPECT_EQ(MustDecode(webp).pixels, Gradient(20, 20).pixels);
}

TEST(DecodeWebpTest, RefusesAnimations) { ExpectRefused(AnimatedWebp(), "animated"); }

TEST(DecodeWebpTest, RefusesTruncatedFiles) {
  for (const bool lossless : {false, true}) testing::ExpectPrefixesRefused(EncodeWebp(Gradient(150, 120), lossless));
  testing::ExpectPrefixesRefused(ExtendedWebp(Gradient(60, 40), true, testing::SrgbProfile(), testing::ExifBlock(1)));
  testing::ExpectPrefixesRefused(EncodeWebpRgba(90, 90, Bytes(std::size_t{90} * 90 * 4, 77), false));
}

TEST(DecodeWebpTest, RefusesDamage) {
  Bytes webp = EncodeWebp(Gradient(60, 40), false);
  std::fill(webp.begin() + 23, webp.begin() + 26, std::uint8_t{0});
  ExpectRefused(webp, "corrupt");
}

TEST(DecodeWebpTest, RefusesSizesAndBombs) {
  ExpectRefused(EncodeWebp(Gradient(31, 40), true), "too_small", DecodeLimits{});
  ExpectRefused(EncodeWebp(Flat(8193, 32, {1, 2, 3}), true), "too_large", DecodeLimits{});
  const Bytes bomb = EncodeWebp(Flat(2000, 2000, {1, 2, 3}), true);
  EXPECT_LT(testing::CpuTime([&] { ExpectRefused(bomb, "suspicious_compression", DecodeLimits{}); }), std::chrono::milliseconds(50));
}

TEST(DecodeWebpTest, RefusesWhatCostsTooMuch) {
  const Bytes webp = EncodeWebp(Gradient(200, 200), true);
  DecodeLimits no_time = RoomyLimits();
  no_time.max_cpu = std::chrono::milliseconds(0);
  ExpectRefused(webp, "too_slow", no_time);
  DecodeLimits little_memory = RoomyLimits();
  little_memory.max_memory_bytes = 100'000;
  ExpectRefused(webp, "too_much_memory", little_memory);
}

}  // namespace
}  // namespace aqua::imaging
