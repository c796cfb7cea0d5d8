#include "utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace aqua::contract {
namespace {

/// Code point as UTF-8 by the plain rule, surrogates too.
std::string Encoded(unsigned point) {
  const auto byte = [](unsigned value) { return static_cast<char>(value); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xC0 | point >> 6), byte(0x80 | (point & 0x3F))};
  if (point < 0x10000) return {byte(0xE0 | point >> 12), byte(0x80 | (point >> 6 & 0x3F)), byte(0x80 | (point & 0x3F))};
  return {byte(0xF0 | point >> 18), byte(0x80 | (point >> 12 & 0x3F)), byte(0x80 | (point >> 6 & 0x3F)), byte(0x80 | (point & 0x3F))};
}

TEST(Utf8Test, TakesEveryCodePointButSurrogates) {
  for (unsigned point = 0; point < 0x110000; ++point) {
    const bool surrogate = point >= 0xD800 && point < 0xE000;
    ASSERT_EQ(FirstInvalidUtf8("x" + Encoded(point)), surrogate ? 1 : std::string::npos) << point;
  }
  EXPECT_EQ(FirstInvalidUtf8(Encoded(0x110000)), 0U);
}

TEST(Utf8Test, SaysWhereTextIsBroken) {
  EXPECT_EQ(FirstInvalidUtf8("0123456789\x80"), 10U);
  EXPECT_EQ(FirstInvalidUtf8("0123456\xC3"), 7U);
  EXPECT_EQ(FirstInvalidUtf8("é\xE0\x80\x80"), 2U);
  EXPECT_EQ(FirstInvalidUtf8(""), std::string::npos);
}

TEST(Utf8Test, CountsCodePoints) { EXPECT_EQ(CodePoints("aé鮭🐟"), 4U); }

TEST(Utf8Test, CutsBetweenCodePoints) {
  EXPECT_EQ(CutUtf8("a鮭b", 5), "a鮭b");
  EXPECT_EQ(CutUtf8("a鮭b", 4), "a鮭");
  EXPECT_EQ(CutUtf8("a鮭b", 3), "a");
}

}  // namespace
}  // namespace aqua::contract
