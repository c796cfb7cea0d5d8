#include "aqua/base/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace aqua::base {
namespace {

using ::testing::ElementsAre;

TEST(TextTest, FormatsBytesInBinaryMultiples) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(1023), "1023 B");
  EXPECT_EQ(FormatBytes(1024), "1 KiB");
  EXPECT_EQ(FormatBytes(1536), "1.5 KiB");
  EXPECT_EQ(FormatBytes(12 * 1024 * 1024), "12 MiB");
  EXPECT_EQ(FormatBytes(5ULL << 40), "5 TiB");
}

TEST(TextTest, FormatsTheLargestNumberOfBytes) { EXPECT_EQ(FormatBytes(std::numeric_limits<std::uint64_t>::max()), "16777216 TiB"); }

TEST(TextTest, FormatsDurationsInTheUnitThatFits) {
  using std::chrono::duration;
  EXPECT_EQ(FormatDuration(duration<double>(0)), "0.0 s");
  EXPECT_EQ(FormatDuration(std::chrono::milliseconds(800)), "0.8 s");
  EXPECT_EQ(FormatDuration(duration<double>(42.4)), "42 s");
  EXPECT_EQ(FormatDuration(duration<double>(59.7)), "1 min 00 s");
  EXPECT_EQ(FormatDuration(std::chrono::seconds(185)), "3 min 05 s");
  EXPECT_EQ(FormatDuration(std::chrono::minutes(130)), "2 h 10 min");
}

TEST(TextTest, PrintableKeepsTextOfAnyScript) {
  for (const char* text : {"", "salmon.jpg", "Lachs – größer", "鮭の写真", "🐟"}) EXPECT_EQ(Printable(text), text);
}

TEST(TextTest, PrintableShowsControlBytes) {
  EXPECT_EQ(Printable("a\nb\x1b[31m\x7f"), "a\\x0ab\\x1b[31m\\x7f");
  EXPECT_EQ(Printable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Printable("\xC2\x85"), "\\x85");
}

TEST(TextTest, PrintableShowsWhatTurnsTheDirectionOfText) {
  EXPECT_EQ(Printable("a\u202Egpj.exe"), "a\\u202egpj.exe");
  EXPECT_EQ(Printable("\u2066x\u2069\u200E\u200F\u061C"), "\\u2066x\\u2069\\u200e\\u200f\\u061c");
}

TEST(TextTest, PrintableShowsLineSeparators) { EXPECT_EQ(Printable("\u2028\u2029"), "\\u2028\\u2029"); }

TEST(TextTest, PrintableReplacesBytesThatAreNotUtf8) {
  const std::string replacement = "\uFFFD";
  EXPECT_EQ(Printable("a\xFFz"), "a" + replacement + "z");
  EXPECT_EQ(Printable("\x80"), replacement);
  EXPECT_EQ(Printable("\xE2\x82"), replacement + replacement) << "cut short";
  EXPECT_EQ(Printable("\xC3("), replacement + "(") << "no continuation";
}

TEST(TextTest, PrintableRefusesOverlongFormsAndSurrogates) {
  EXPECT_EQ(Printable("\xC0\xAF").find('/'), std::string::npos);
  EXPECT_EQ(Printable("\xE0\x80\xAF").find('/'), std::string::npos);
  EXPECT_EQ(Printable("\xED\xA0\x80").find("\xED"), std::string::npos);
  EXPECT_EQ(Printable("\xF4\x90\x80\x80").find("\xF4"), std::string::npos);
}

TEST(TextTest, ValidUtf8ReplacesBadBytesOnly) {
  EXPECT_EQ(ValidUtf8("größe\n\x1b\u202E🐟"), "größe\n\x1b\u202E🐟");
  EXPECT_EQ(ValidUtf8("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(ValidUtf8("\xC0\xAF"), "\uFFFD\uFFFD");
}

TEST(TextTest, DisplayWidthCountsColumns) {
  EXPECT_EQ(DisplayWidth(""), 0U);
  EXPECT_EQ(DisplayWidth("salmon"), 6U);
  EXPECT_EQ(DisplayWidth("鮭"), 2U);
  EXPECT_EQ(DisplayWidth("🐟"), 2U);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1U);
}

TEST(TextTest, ShortenFrontKeepsTheEnd) {
  EXPECT_EQ(ShortenFront("salmon.jpg", 10), "salmon.jpg");
  EXPECT_EQ(ShortenFront("photos/salmon.jpg", 8), "…mon.jpg");
  EXPECT_EQ(ShortenFront("鮭鮭鮭", 4), "…鮭");
}

TEST(TextTest, ShortenFrontNeverTakesMoreColumnsThanAllowed) {
  for (std::size_t columns = 0; columns < 12; ++columns) EXPECT_LE(DisplayWidth(ShortenFront("a鮭b鮭c鮭d", columns)), columns) << columns;
}

TEST(TextTest, NearestFindsSlips) {
  const std::vector<std::string> known = {"imaging.max_side", "imaging.min_side", "log.level"};
  EXPECT_EQ(Nearest("log.levle", known), "log.level");
  EXPECT_EQ(Nearest("imaging.max_sides", known), "imaging.max_side");
  EXPECT_EQ(Nearest("log.level", known), "log.level");
}

TEST(TextTest, NearestDoesNotGuessWildly) {
  EXPECT_EQ(Nearest("kafka", {"imaging.max_side", "log.level"}), std::nullopt);
  EXPECT_EQ(Nearest("xy", {"ab"}), std::nullopt);
  EXPECT_EQ(Nearest("word", {}), std::nullopt);
}

TEST(TextTest, ToLowerChangesAsciiOnly) { EXPECT_EQ(ToLower("ÄBC-Z9"), "Äbc-z9"); }

TEST(TextTest, TrimRemovesWhiteSpaceAtBothEnds) {
  EXPECT_EQ(Trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(Trim(" \n "), "");
  EXPECT_EQ(Trim(""), "");
}

TEST(TextTest, SplitKeepsEmptyParts) {
  EXPECT_THAT(Split("a,b", ','), ElementsAre("a", "b"));
  EXPECT_THAT(Split(",a,", ','), ElementsAre("", "a", ""));
  EXPECT_THAT(Split("", ','), ElementsAre(""));
}

}  // namespace
}  // namespace aqua::base
