#include "aqua/observe/trace.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace aqua::observe {
namespace {

constexpr std::string_view kExample = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Gives 1, 2, 3 and so on, then goes on where it stopped.
RandomBytes Counting() {
  return [next = std::uint8_t{0}](std::span<std::uint8_t> bytes) mutable {
    for (std::uint8_t& byte : bytes) byte = ++next;
  };
}

std::string Changed(std::size_t position, std::string_view text) {
  std::string header(kExample);
  return header.replace(position, text.size(), text);
}

TEST(TraceTest, ReadsTheExampleOfTheStandard) {
  const auto context = ParseTraceparent(kExample);
  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace_id[0], 0x4b);
  EXPECT_EQ(context->trace_id[15], 0x36);
  EXPECT_EQ(context->span_id[1], 0xf0);
  EXPECT_EQ(context->span_id[7], 0xb7);
  EXPECT_TRUE(context->sampled);
  EXPECT_EQ(FormatTraceparent(*context), kExample);
  EXPECT_EQ(FormatTraceId(*context), "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST(TraceTest, OnlyTheLowestFlagMeansSampled) {
  EXPECT_FALSE(ParseTraceparent(Changed(53, "00"))->sampled);
  EXPECT_FALSE(ParseTraceparent(Changed(53, "02"))->sampled);
  EXPECT_TRUE(ParseTraceparent(Changed(53, "ff"))->sampled);
}

TEST(TraceTest, WritesOnlyFlagsItKnows) { EXPECT_EQ(FormatTraceparent(*ParseTraceparent(Changed(53, "ff"))), kExample); }

TEST(TraceTest, RefusesIdsOfZero) {
  EXPECT_FALSE(ParseTraceparent(Changed(3, std::string(32, '0'))));
  EXPECT_FALSE(ParseTraceparent(Changed(36, std::string(16, '0'))));
}

TEST(TraceTest, RefusesUpperCaseAndOtherCharacters) {
  for (const std::size_t position : {0U, 3U, 34U, 36U, 51U, 53U, 54U})
    for (const char* character : {"A", "g", " ", "-", "/", ":"}) EXPECT_FALSE(ParseTraceparent(Changed(position, character))) << position << character;
  for (const std::size_t dash : {2U, 35U, 52U}) EXPECT_FALSE(ParseTraceparent(Changed(dash, "0"))) << dash;
}

TEST(TraceTest, RefusesEveryOtherLengthOfVersionZero) {
  for (std::size_t length = 0; length < kExample.size(); ++length) EXPECT_FALSE(ParseTraceparent(kExample.substr(0, length))) << length;
  for (const char* more : {"-", "-01", "0", " "}) EXPECT_FALSE(ParseTraceparent(std::string(kExample) + more)) << more;
}

TEST(TraceTest, ReadsLaterVersionsAsFarAsItKnowsThem) {
  const std::string later = Changed(0, "cc");
  EXPECT_EQ(ParseTraceparent(later), ParseTraceparent(kExample));
  EXPECT_EQ(ParseTraceparent(later + "-what-the-future-brings"), ParseTraceparent(kExample));
  EXPECT_FALSE(ParseTraceparent(later + ".what"));
}

TEST(TraceTest, RefusesTheVersionThatTheStandardForbids) { EXPECT_FALSE(ParseTraceparent(Changed(0, "ff"))); }

TEST(TraceTest, NewTraceTakesItsIdsFromTheSource) {
  const TraceContext context = NewTrace(Counting(), true);
  EXPECT_EQ(FormatTraceparent(context), "00-0102030405060708090a0b0c0d0e0f10-1112131415161718-01");
  EXPECT_EQ(ParseTraceparent(FormatTraceparent(context)), context);
}

TEST(TraceTest, ChildKeepsTraceAndSamplingAndHasASpanOfItsOwn) {
  const TraceContext parent = *ParseTraceparent(kExample);
  const TraceContext child = ChildOf(parent, Counting());
  EXPECT_EQ(child.trace_id, parent.trace_id);
  EXPECT_NE(child.span_id, parent.span_id);
  EXPECT_TRUE(child.sampled);
}

TEST(TraceTest, IdsAreNeverZeroEvenFromABrokenSource) {
  const RandomBytes zeros = [](std::span<std::uint8_t> bytes) { std::ranges::fill(bytes, std::uint8_t{0}); };
  EXPECT_TRUE(ParseTraceparent(FormatTraceparent(NewTrace(zeros, false))));
}

}  // namespace
}  // namespace aqua::observe
