#include "aqua/base/time.hpp"

#include <gtest/gtest.h>

#include <string>

namespace aqua::base {
namespace {

using std::chrono::system_clock;

TEST(TimeTest, WritesSixDigitsAndReadsThemBack) {
  const system_clock::time_point time = system_clock::time_point(std::chrono::microseconds(1'767'323'045'678'901));
  EXPECT_EQ(FormatTime(time), "2026-01-02T03:04:05.678901Z");
  EXPECT_EQ(ParseTime("2026-01-02T03:04:05.678901Z"), time);
}

TEST(TimeTest, WritesTimesBefore1970) { EXPECT_EQ(FormatTime(system_clock::time_point(std::chrono::microseconds(-1))), "1969-12-31T23:59:59.999999Z"); }

TEST(TimeTest, ReadsOffsetsAndShortFractions) {
  EXPECT_EQ(FormatTime(ParseTime("2026-03-01T00:30:00.5+01:00").value()), "2026-02-28T23:30:00.500000Z");
  EXPECT_EQ(FormatTime(ParseTime("2024-02-29T23:59:59-00:30").value()), "2024-03-01T00:29:59.000000Z");
  EXPECT_EQ(FormatTime(ParseTime("2026-01-02T03:04:05.123456789Z").value()), "2026-01-02T03:04:05.123456Z");
}

TEST(TimeTest, ReadsTheFirstAndTheLastMomentThatTheClockHolds) {
  for (const char* text : {"1677-09-21T00:12:43.145225Z", "2262-04-11T23:47:16.854775Z"}) EXPECT_EQ(FormatTime(ParseTime(text).value()), text);
}

class BadTimeTest : public ::testing::TestWithParam<std::string> {};

TEST_P(BadTimeTest, IsRefused) { EXPECT_FALSE(ParseTime(GetParam())) << GetParam(); }

INSTANTIATE_TEST_SUITE_P(Texts, BadTimeTest,
                         ::testing::Values("", "2026-01-02", "2026-01-02T03:04:05", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
                                           "2026-01-02T24:00:00Z", "2026-01-02T03:60:00Z", "2026-01-02T03:04:60Z", "2026-01-02T03:04:05.Z",
                                           "2026-01-02T03:04:05.1234567890Z", "2026-01-02 03:04:05Z", "2026-1-2T03:04:05Z", "2026-01-02T03:04:05+24:00",
                                           "2026-01-02T03:04:05Z ", "+026-01-02T03:04:05Z", "2026-01-02T03:04:05+0100",
                                           // Dates that exist, but not for a clock of 64 bits of nanoseconds.
                                           "9999-12-31T23:59:59Z", "2262-04-11T23:47:17Z", "2262-04-11T23:47:00-01:00", "1677-09-21T00:12:43Z",
                                           "0000-01-01T00:00:00Z"));

}  // namespace
}  // namespace aqua::base
