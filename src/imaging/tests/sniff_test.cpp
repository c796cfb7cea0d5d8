#include "sniff.hpp"

#include <gmock/gmock.h>

#include "refusal.hpp"

namespace aqua::imaging {
namespace {

using namespace std::string_view_literals;
using testing::EncodeJpeg;
using testing::ExpectRefused;
using testing::Gradient;
using testing::ToBytes;

TEST(SniffTest, NamesForeignFormats) {
  const std::vector<std::pair<std::string_view, std::string>> cases = {
      {"GIF89a\x10\0\x10\0"sv, "GIF"},
      {"GIF87a\x10\0\x10\0"sv, "GIF"},
      {"<svg xmlns='http://www.w3.org/2000/svg'/>"sv, "SVG"},
      {"\xEF\xBB\xBF  <?xml version='1.0'?>\n<!-- fish -->\n<SVG>"sv, "SVG"},
      {"\0\0\0\x18"
       "ftypheic\0\0\0\0"sv,
       "HEIC"},
      {"\0\0\0\x18"
       "ftypmif1\0\0\0\0"sv,
       "HEIF"},
      {"\0\0\0\x1C"
       "ftypavif\0\0\0\0"sv,
       "AVIF"},
      {"\0\0\0\x18"
       "ftypcrx \0\0\0\0"sv,
       "Canon raw"},
      {"\0\0\0\x18"
       "ftypisom\0\0\0\0"sv,
       "video"},
      {"II*\0\x08\0\0\0"sv, "TIFF"},
      {"MM\0*\0\0\0\x08"sv, "TIFF"},
      {"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"sv, "BMP"},
      {"%PDF-1.7"sv, "PDF"},
      {"\xFF\x0A\xFA\x1F"sv, "JPEG XL"},
      {"\0\0\0\x0CJXL \r\n\x87\n"sv, "JPEG XL"},
      {"\0\0\0\x0CjP  \r\n\x87\n"sv, "JPEG 2000"},
      {"\xFF\x4F\xFF\x51\0\x29"sv, "JPEG 2000"},
      {"\0\0\1\0\1\0\x10\x10"sv, "ICO"},
      {"8BPS\0\1"sv, "Photoshop"},
  };
  for (const auto& [bytes, name] : cases) {
    const Error error = ExpectRefused(ToBytes(bytes), "unsupported_format");
    EXPECT_THAT(error.message, ::testing::StartsWith(name));
    EXPECT_THAT(error.message, ::testing::HasSubstr("save or export the photo as JPEG, PNG or WebP"));
  }
}

TEST(SniffTest, RefusesWhatIsNoImage) {
  ExpectRefused({}, "empty");
  for (const std::string_view bytes :
       {"\xFF\xD8"sv, "RIFF\x04\0\0\0WAVE"sv, "hello, fish"sv, "<html><body>404</body></html>"sv, "PK\3\4"sv, "\0\0\0\0\0\0\0\0"sv, "BMW"sv})
    ExpectRefused(ToBytes(bytes), "not_an_image");
}

TEST(SniffTest, TellsPolyglotsByTheirFirstBytes) {
  const Bytes jpeg = EncodeJpeg(Gradient(40, 30));
  Bytes gif_first = ToBytes("GIF89a");
  testing::Append(gif_first, jpeg);
  ExpectRefused(gif_first, "unsupported_format");
  Bytes png_first = ToBytes("\x89PNG\r\n\x1A\n");
  testing::Append(png_first, jpeg);
  ExpectRefused(png_first, "corrupt");
}

TEST(SniffTest, ReadInfoRefusesAlike) {
  EXPECT_EQ(ReadInfo({}, {}).error().reason, "empty");
  EXPECT_EQ(ReadInfo(AsBytes("GIF89a"), {}).error().reason, "unsupported_format");
}

}  // namespace
}  // namespace aqua::imaging
