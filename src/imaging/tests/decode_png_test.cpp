#include <gmock/gmock.h>

#include "refusal.hpp"

namespace aqua::imaging {
namespace {

using testing::Append;
using testing::EncodePng;
using testing::ExpectNear;
using testing::ExpectRefused;
using testing::Flat;
using testing::Gradient;
using testing::MustDecode;
using testing::PngChunk;
using testing::PngOptions;
using testing::RoomyLimits;
using testing::ToBytes;

TEST(DecodePngTest, DecodesRgbExactly) {
  const Image source = Gradient(37, 23);
  EXPECT_EQ(MustDecode(EncodePng(source)).pixels, source.pixels);
  EXPECT_EQ(MustDecode(EncodePng(source, {.interlaced = true})).pixels, source.pixels);
}

TEST(DecodePngTest, DecodesGreyOfAnyDepth) {
  EXPECT_EQ(testing::PixelAt(MustDecode(EncodePng(2, 1, {70, 200}, {.colour = testing::kPngGrey})), 1, 0), (std::array{200, 200, 200}));
  const Image bits = MustDecode(EncodePng(8, 1, {0b10100000}, {.depth = 1, .colour = testing::kPngGrey}));
  EXPECT_EQ(testing::PixelAt(bits, 2, 0), (std::array{255, 255, 255}));
  EXPECT_EQ(testing::PixelAt(bits, 3, 0), (std::array{0, 0, 0}));
}

TEST(DecodePngTest, ScalesSixteenBitsByRounding) {
  // Sample / 257: 33024 is 128.498, 33025 is 128.502.
  const Bytes samples = {0xFF, 0xFF, 0x81, 0x00, 0x81, 0x01};
  EXPECT_EQ(testing::PixelAt(MustDecode(EncodePng(1, 1, samples, {.depth = 16})), 0, 0), (std::array{255, 128, 129}));
}

TEST(DecodePngTest, DecodesPalettesWithTransparency) {
  PngOptions options{.colour = testing::kPngPalette, .before_data = PngChunk("PLTE", {10, 20, 30, 200, 100, 50})};
  EXPECT_EQ(testing::PixelAt(MustDecode(EncodePng(2, 1, {0, 1}, options)), 1, 0), (std::array{200, 100, 50}));
  Append(options.before_data, PngChunk("tRNS", {255, 128}));
  // 200 * 128 / 255 = 100.4 over black.
  EXPECT_EQ(testing::PixelAt(MustDecode(EncodePng(2, 1, {0, 1}, options)), 1, 0), (std::array{100, 50, 25}));
  EXPECT_EQ(testing::PixelAt(MustDecode(EncodePng(2, 1, {0, 1}, options)), 0, 0), (std::array{10, 20, 30}));
}

TEST(DecodePngTest, LaysAlphaOverThePadColour) {
  PreprocessSpec fit;
  fit.width = fit.height = 8;
  fit.pad = {100, 0, 255};
  for (const bool interlaced : {false, true}) {
    const Bytes png = EncodePng(9, 9, Flat(9, 9, {200, 200, 200, 128}).pixels, {.colour = testing::kPngRgba, .interlaced = interlaced});
    // (200 * 128 + pad * 127) / 255
    EXPECT_EQ(testing::PixelAt(MustDecode(png, RoomyLimits(), &fit), 8, 8), (std::array{150, 100, 227}));
    EXPECT_EQ(testing::PixelAt(MustDecode(png), 8, 8), (std::array{100, 100, 100}));
  }
  const Bytes grey = EncodePng(1, 1, {90, 0}, {.colour = testing::kPngGreyAlpha});
  EXPECT_EQ(testing::PixelAt(MustDecode(grey, RoomyLimits(), &fit), 0, 0), (std::array{100, 0, 255}));
}

TEST(DecodePngTest, TurnsUprightWhereverExifIs) {
  const Bytes exif = PngChunk("eXIf", testing::ExifBlock(3));
  for (const PngOptions& options : {PngOptions{.before_data = exif}, PngOptions{.after_data = exif}}) {
    const Image image = MustDecode(EncodePng(Gradient(20, 10), options));
    EXPECT_EQ(testing::PixelAt(image, 0, 0), (std::array{255, 255, 60}));
  }
  const auto info = ReadInfo(EncodePng(Gradient(20, 10), {.before_data = PngChunk("eXIf", testing::ExifBlock(5))}), RoomyLimits());
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->width, 10);
}

TEST(DecodePngTest, ConvertsEmbeddedProfiles) {
  const Bytes profile = PngChunk("iCCP", testing::PngProfile(testing::SwappedProfile()));
  ExpectNear(MustDecode(EncodePng(Flat(4, 4, {250, 10, 10}), {.before_data = profile})), 1, 1, {10, 250, 10}, 12);
  const Bytes rgba = EncodePng(4, 4, Flat(4, 4, {250, 10, 10, 128}).pixels, {.colour = testing::kPngRgba, .before_data = profile});
  ExpectNear(MustDecode(rgba), 1, 1, {5, 125, 5}, 6);
  ExpectNear(MustDecode(EncodePng(4, 4, Bytes(16, 128), {.colour = testing::kPngGrey, .before_data = profile})), 1, 1, {128, 128, 128}, 3);
  const Bytes grey_profile = PngChunk("iCCP", testing::PngProfile(testing::LinearGreyProfile()));
  ExpectNear(MustDecode(EncodePng(4, 4, Bytes(16, 128), {.colour = testing::kPngGrey, .before_data = grey_profile})), 1, 1, {188, 188, 188}, 3);
}

TEST(DecodePngTest, LetsCodingPointsOverruleTheProfile) {
  Bytes chunks = PngChunk("cICP", {1, 13, 0, 1});
  Append(chunks, PngChunk("iCCP", testing::PngProfile(testing::SwappedProfile())));
  EXPECT_EQ(testing::PixelAt(MustDecode(EncodePng(Flat(4, 4, {250, 10, 10}), {.before_data = chunks})), 1, 1), (std::array{250, 10, 10}));
  ExpectRefused(EncodePng(Gradient(4, 4), {.before_data = PngChunk("cICP", {9, 16, 0, 1})}), "unsupported_variant");
}

TEST(DecodePngTest, IgnoresOtherChunks) {
  Bytes chunks = PngChunk("gAMA", {0, 1, 0, 0});
  Append(chunks, PngChunk("zTXt", Bytes(50, 0x55)));
  Append(chunks, PngChunk("prVt", Bytes(50, 1)));
  const Image source = Gradient(8, 8);
  EXPECT_EQ(MustDecode(EncodePng(source, {.before_data = chunks})).pixels, source.pixels);
}

TEST(DecodePngTest, RefusesBadProfiles) {
  const auto refuse = [](const Bytes& payload) {
    ExpectRefused(EncodePng(Gradient(4, 4), {.before_data = PngChunk("iCCP", payload)}), "invalid_colour_profile");
  };
  refuse({});
  refuse(ToBytes("no terminator"));
  refuse(testing::PngProfile(Bytes(500, 7)));
  refuse(testing::PngProfile(testing::LinearGreyProfile()));
  Bytes cut = testing::PngProfile(testing::SrgbProfile());
  cut.resize(cut.size() / 2);
  refuse(cut);
}

TEST(DecodePngTest, RefusesAProfileThatIsAZipBomb) {
  const Bytes bomb = EncodePng(Gradient(4, 4), {.before_data = PngChunk("iCCP", testing::PngProfile(Bytes(std::size_t{64} << 20, 0)))});
  EXPECT_LT(bomb.size(), 100'000U);
  EXPECT_LT(testing::CpuTime([&] { ExpectRefused(bomb, "invalid_colour_profile"); }), std::chrono::milliseconds(50));
}

TEST(DecodePngTest, RefusesTruncatedFiles) {
  testing::ExpectPrefixesRefused(EncodePng(Gradient(60, 40)));
  testing::ExpectPrefixesRefused(EncodePng(Gradient(60, 40), {.interlaced = true}));
  Bytes without_end = EncodePng(Gradient(60, 40));
  without_end.resize(without_end.size() - 12);
  EXPECT_THAT(ExpectRefused(without_end, "corrupt").message, ::testing::StartsWith("the PNG is truncated or damaged ("));
}

TEST(DecodePngTest, RefusesWrongChecksums) {
  const Bytes text = PngChunk("tEXt", ToBytes("fish"));
  const Bytes png = EncodePng(Gradient(20, 20), {.before_data = text});
  // Flips a bit of the payload, or of the checksum where there is none.
  for (const auto& [type, offset] : std::vector<std::pair<std::string_view, int>>{{"IHDR", 4 + 8}, {"tEXt", 4}, {"IDAT", 6}, {"IEND", 4}}) {
    Bytes damaged = png;
    *(std::ranges::search(damaged, type).begin() + offset) ^= std::uint8_t{1};
    ExpectRefused(damaged, "corrupt");
  }
}

TEST(DecodePngTest, RefusesAnimations) {
  EXPECT_THAT(ExpectRefused(EncodePng(Gradient(20, 20), {.before_data = PngChunk("acTL", {0, 0, 0, 2, 0, 0, 0, 0})}), "animated").message,
              ::testing::HasSubstr("save one frame"));
}

TEST(DecodePngTest, RefusesSizesAndBombs) {
  DecodeLimits limits;
  ExpectRefused(EncodePng(Gradient(31, 40)), "too_small", limits);
  ExpectRefused(EncodePng(8193, 32, Bytes(std::size_t{8193} * 32 * 3)), "too_large", limits);
  const Bytes bomb = EncodePng(4000, 4000, Bytes(std::size_t{4000} * 4000 * 3));
  EXPECT_LT(testing::CpuTime([&] { ExpectRefused(bomb, "suspicious_compression", limits); }), std::chrono::milliseconds(50));
}

TEST(DecodePngTest, RefusesWhatCostsTooMuch) {
  DecodeLimits no_time = RoomyLimits();
  no_time.max_cpu = std::chrono::milliseconds(0);
  ExpectRefused(EncodePng(Gradient(100, 100)), "too_slow", no_time);
  DecodeLimits little_memory = RoomyLimits();
  little_memory.max_memory_bytes = 10'000;
  ExpectRefused(EncodePng(60, 60, Bytes(std::size_t{60} * 60 * 4), {.colour = testing::kPngRgba, .interlaced = true}), "too_much_memory", little_memory);
}

}  // namespace
}  // namespace aqua::imaging
