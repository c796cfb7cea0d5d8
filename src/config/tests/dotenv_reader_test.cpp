#include "dotenv_reader.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aqua::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string ValueOf(std::string_view line) {
  const Reading reading = ReadDotenv(".env", line);
  if (reading.entries.size() == 1 && reading.faults.empty()) return *reading.entries[0].value;
  return reading.faults.empty() ? "nothing" : reading.faults[0];
}

TEST(DotenvReaderTest, ReadsNamesValuesAndLines) {
  const Reading reading = ReadDotenv(".env", "# settings\n\nA=1\r\nexport B_2 = two words \n");
  EXPECT_THAT(reading.faults, IsEmpty());
  ASSERT_EQ(reading.entries.size(), 2U);
  EXPECT_EQ(reading.entries[0].name, "A");
  EXPECT_EQ(*reading.entries[0].value, "1");
  EXPECT_EQ(reading.entries[0].origin, ".env:3");
  EXPECT_EQ(reading.entries[1].name, "B_2");
  EXPECT_EQ(*reading.entries[1].value, "two words");
  EXPECT_EQ(reading.entries[1].origin, ".env:4");
}

TEST(DotenvReaderTest, BareValuesEndAtAComment) {
  EXPECT_EQ(ValueOf("A=b # c"), "b");
  EXPECT_EQ(ValueOf("A=b#c"), "b#c");
  EXPECT_EQ(ValueOf("A=#c"), "");
  EXPECT_EQ(ValueOf("A="), "");
  EXPECT_EQ(ValueOf("A=a=b"), "a=b");
}

TEST(DotenvReaderTest, SingleQuotesKeepEverything) {
  EXPECT_EQ(ValueOf(R"(A='b # "c" \n $D')"), R"(b # "c" \n $D)");
  EXPECT_EQ(ValueOf("A=''  # none"), "");
}

TEST(DotenvReaderTest, DoubleQuotesKnowEscapes) {
  EXPECT_EQ(ValueOf(R"(A="b # \"c\" \\ \n\t" # d)"), "b # \"c\" \\ \n\t");
  EXPECT_EQ(ValueOf(R"(A="\x")"), R"(.env:1: A: only \n, \t, \" and \\ are allowed after a backslash in double quotes)");
}

TEST(DotenvReaderTest, RefusesWhatIsNotClosedOrGoesOn) {
  EXPECT_EQ(ValueOf("A=\"b"), ".env:1: A: the quote is not closed on its line");
  EXPECT_EQ(ValueOf("A=\"b\\"), R"(.env:1: A: only \n, \t, \" and \\ are allowed after a backslash in double quotes)");
  EXPECT_EQ(ValueOf("A='b"), ".env:1: A: the quote is not closed on its line");
  EXPECT_EQ(ValueOf("A='b'c"), ".env:1: A: text after the closing quote");
}

TEST(DotenvReaderTest, RefusesLinesWithoutAName) {
  for (const char* line : {"A", "=b", "A B=c", "1A=b", "A-B=c", "export"}) EXPECT_EQ(ValueOf(line), ".env:1: expected NAME=VALUE") << line;
}

TEST(DotenvReaderTest, RefusesANameGivenTwice) {
  EXPECT_THAT(ReadDotenv(".env", "A=1\nB=2\nA=3").faults, ElementsAre(".env:3: A is given twice, first on line 1"));
}

TEST(DotenvReaderTest, GoesOnAfterAFault) {
  const Reading reading = ReadDotenv(".env", "A\nB=2\nC='");
  EXPECT_EQ(reading.faults.size(), 2U);
  EXPECT_EQ(reading.entries.size(), 1U);
}

TEST(DotenvReaderTest, SkipsAByteOrderMark) {
  EXPECT_EQ(ReadDotenv(".env",
                       "\xEF\xBB\xBF"
                       "A=1")
                .entries.at(0)
                .name,
            "A");
}

TEST(DotenvReaderTest, BoundsTheNumberOfSettings) {
  std::string text;
  for (std::size_t i = 0; i < 2 * kMaxEntries; ++i) text += fmt::format("A{}=1\n", i);
  const Reading reading = ReadDotenv(".env", text);
  EXPECT_EQ(reading.entries.size(), kMaxEntries);
  EXPECT_THAT(reading.faults, ElementsAre(".env:1001: more than 1000 settings"));
}

}  // namespace
}  // namespace aqua::config
