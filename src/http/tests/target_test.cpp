#include "target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aqua::http {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(TargetTest, DecodesPathAndQuery) {
  const Target target = ParseTarget("/a%20b/%C3%A4+?x=1&y=a+b%2B&x=&flag&&=v").value();
  EXPECT_EQ(target.path, "/a b/ä+");
  EXPECT_EQ(target.authority, "");
  EXPECT_THAT(target.query, ElementsAre(Pair("x", "1"), Pair("y", "a b+"), Pair("x", ""), Pair("flag", ""), Pair("", "v")));
}

TEST(TargetTest, KeepsSlashesAsTheyCome) {
  EXPECT_EQ(ParseTarget("/").value().path, "/");
  EXPECT_EQ(ParseTarget("/a/").value().path, "/a/");
  EXPECT_EQ(ParseTarget("//a//b").value().path, "//a//b");
  EXPECT_TRUE(ParseTarget("/?").value().query.empty());
}

TEST(TargetTest, TakesTheAbsoluteForm) {
  const Target target = ParseTarget("HTTP://host:80/a?b=c").value();
  EXPECT_EQ(target.path, "/a");
  EXPECT_EQ(target.authority, "host:80");
  EXPECT_THAT(target.query, ElementsAre(Pair("b", "c")));
  EXPECT_EQ(ParseTarget("http://host").value().path, "/");
  EXPECT_EQ(ParseTarget("http://host?a").value().path, "/");
  EXPECT_EQ(ParseTarget("/go?to=http://host/").value().path, "/go");
}

TEST(TargetTest, RefusesOtherForms) {
  for (const std::string_view text : {"", "*", "a", "host:443", "ftp://host/", "http://", "http:///a", "http://user@host/", "/a#b", "?a"})
    EXPECT_EQ(ParseTarget(text).error().reason, "bad_target") << text;
}

TEST(TargetTest, RefusesBadEncodings) {
  for (const std::string_view text : {"/%", "/%4", "/%zz", "/a?%", "/a?b=%4g", "/%00", "/a?b=%00", "/%ff", "/%C3", "/a?b=%C3%28", "/%ED%A0%80", "/%0a", "/%7f"})
    EXPECT_EQ(ParseTarget(text).error().reason, "bad_target") << text;
}

TEST(TargetTest, RefusesPathsThatClimbOrHideSlashes) {
  for (const std::string_view text : {"/..", "/a/../b", "/.", "/a/./b", "/%2e%2e/a", "/.%2E", "/a%2fb", "/a%2Fb"})
    EXPECT_EQ(ParseTarget(text).error().reason, "bad_target") << text;
  EXPECT_EQ(ParseTarget("/...").value().path, "/...");
  EXPECT_EQ(ParseTarget("/a..b").value().path, "/a..b");
}

}  // namespace
}  // namespace aqua::http
