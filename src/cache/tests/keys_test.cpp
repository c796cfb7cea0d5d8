#include "aqua/cache/keys.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace aqua::cache {
namespace {

TEST(KeysTest, PartsAreJoinedByColons) {
  EXPECT_EQ(KeyOf(kCachePrefix, {"species", "salmo-salar", "v1.0.0"}), "cache:species:salmo-salar:v1.0.0");
  EXPECT_EQ(KeyOf(kSessionPrefix, {"0190"}), "session:0190");
  EXPECT_EQ(KeyOf(kRateLimitPrefix, {}), "ratelimit:");
}

TEST(KeysTest, WhatCouldSteerATerminalOrTheKeyItselfIsEscaped) {
  EXPECT_EQ(KeyOf(kCachePrefix, {"a:b", "c d", "100%"}), "cache:a%3Ab:c%20d:100%25");
  EXPECT_EQ(KeyOf(kCachePrefix, {std::string_view("\r\n\x1b[0m\0\x7f", 8)}), "cache:%0D%0A%1B[0m%00%7F");
  EXPECT_EQ(KeyOf(kCachePrefix, {"{slot}", "\xc3\xa9"}), "cache:%7Bslot%7D:%C3%A9");
}

TEST(KeysTest, EveryByteGivesAnotherKeyOfHarmlessAscii) {
  std::set<std::string> keys;
  for (int byte = 0; byte < 256; ++byte) {
    const char character = static_cast<char>(byte);
    const std::string key = KeyOf(kCachePrefix, {std::string_view(&character, 1)});
    for (const char written : key) EXPECT_TRUE(written > ' ' && written < '\x7f') << byte;
    keys.insert(key);
  }
  EXPECT_EQ(keys.size(), 256U);
}

TEST(KeysTest, DifferentPartsGiveDifferentKeys) {
  const std::set<std::string> keys = {
      KeyOf(kCachePrefix, {"a", "b"}),     KeyOf(kCachePrefix, {"a:b"}),        KeyOf(kCachePrefix, {"a", "", "b"}),
      KeyOf(kCachePrefix, {"", "a", "b"}), KeyOf(kCachePrefix, {"a", "b", ""}), KeyOf(kCachePrefix, {"a%3Ab"}),
  };
  EXPECT_EQ(keys.size(), 6U);
}

TEST(KeysTest, LongPartsAreShortened) {
  const std::string longest(kMaxKeyPartBytes, 'x');
  EXPECT_EQ(KeyOf(kCachePrefix, {longest}), "cache:" + longest);
  const std::string key = KeyOf(kCachePrefix, {longest + "y", "z"});
  EXPECT_TRUE(key.starts_with("cache:%sha256-"));
  EXPECT_EQ(key.size(), std::string_view("cache:%sha256-:z").size() + 64);
  EXPECT_NE(key, KeyOf(kCachePrefix, {longest + "w", "z"}));
}

}  // namespace
}  // namespace aqua::cache
