#include "gzip.hpp"

#include <gtest/gtest.h>

#include <string>

namespace aqua::http {
namespace {

constexpr InflateLimits kLimits{.max_bytes = 1 << 20, .max_ratio = 2'000};

std::string Zip(std::string_view text) { return Deflate(text).value(); }

std::string Reason(ByteView input, const InflateLimits& limits = kLimits) {
  const Result<Bytes> result = Inflate(input, limits);
  return result ? "" : result.error().reason;
}

TEST(GzipTest, ReadsBackWhatItWrote) {
  for (const std::size_t size : {100U, 65'535U, 65'536U, 65'537U, 300'000U}) {
    std::string text;
    while (text.size() < size) text += "temperature 12.5 °C; ";
    text.resize(size);
    const Result<Bytes> back = Inflate(AsBytes(Zip(text)), kLimits);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(AsText(*back), text);
  }
}

TEST(GzipTest, LeavesTextAloneThatDoesNotShrink) { EXPECT_EQ(Deflate("abc"), std::nullopt); }

TEST(GzipTest, RefusesWhatIsNotGzip) {
  EXPECT_EQ(Reason({}), "gzip_malformed");
  EXPECT_EQ(Reason(AsBytes("{\"a\":1}")), "gzip_malformed");
  // zlib's own frame and raw deflate data are not gzip.
  EXPECT_EQ(Reason(AsBytes(std::string_view("\x78\x9c\x4b\x04\x00\x00\x62\x00\x62", 9))), "gzip_malformed");
}

TEST(GzipTest, RefusesEveryTruncation) {
  const std::string whole = Zip(std::string(500, 'a') + std::string(500, 'b'));
  for (std::size_t length = 0; length < whole.size(); ++length) EXPECT_EQ(Reason(AsBytes(whole.substr(0, length))), "gzip_malformed") << length;
  EXPECT_EQ(Reason(AsBytes(whole)), "");
}

TEST(GzipTest, RefusesDamagedDataAndWhatFollowsIt) {
  const std::string whole = Zip(std::string(1'000, 'a'));
  std::string damaged = whole;
  damaged[damaged.size() - 6] ^= 1;  // in the checksum
  EXPECT_EQ(Reason(AsBytes(damaged)), "gzip_malformed");
  EXPECT_EQ(Reason(AsBytes(whole + "x")), "gzip_malformed");
  EXPECT_EQ(Reason(AsBytes(whole + whole)), "gzip_malformed");
}

TEST(GzipTest, StopsAtTheSizeLimit) {
  const std::string whole = Zip(std::string(1'000, 'a'));
  EXPECT_EQ(Reason(AsBytes(whole), {.max_bytes = 1'000, .max_ratio = 2'000}), "");
  EXPECT_EQ(Reason(AsBytes(whole), {.max_bytes = 999, .max_ratio = 2'000}), "body_too_large");
}

TEST(GzipTest, StopsAtTheRatioLimit) {
  const std::string bomb = Zip(std::string(10 << 20, 'a'));
  EXPECT_EQ(Reason(AsBytes(bomb), {.max_bytes = 64 << 20, .max_ratio = 20}), "gzip_ratio");
  EXPECT_EQ(Reason(AsBytes(bomb), {.max_bytes = 64 << 20, .max_ratio = 2'000}), "");
}

TEST(GzipTest, KnowsWhichTypesShrink) {
  for (const std::string_view type : {"text/plain", "text/html; charset=utf-8", "application/json", "APPLICATION/JSON", "text/csv", "image/svg+xml",
                                      "application/javascript", "text/javascript"})
    EXPECT_TRUE(IsCompressible(type)) << type;
  for (const std::string_view type : {"", "image/jpeg", "application/octet-stream", "font/woff2", "textual/plain"}) EXPECT_FALSE(IsCompressible(type)) << type;
}

}  // namespace
}  // namespace aqua::http
