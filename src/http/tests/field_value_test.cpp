#include "field_value.hpp"

#include <gtest/gtest.h>

namespace aqua::http {
namespace {

TEST(FieldValueTest, ComparesWithoutCase) {
  EXPECT_TRUE(EqualIgnoringCase("Content-Type", "cONTENT-tYPE"));
  EXPECT_FALSE(EqualIgnoringCase("a", "ab"));
  EXPECT_FALSE(EqualIgnoringCase("[", "{"));
}

TEST(FieldValueTest, KnowsTokensAndFieldText) {
  EXPECT_TRUE(IsToken("X-Request-ID"));
  for (const std::string_view text : {"", "a b", "a:", "a\n", "ä", "a\""}) EXPECT_FALSE(IsToken(text)) << text;
  EXPECT_TRUE(IsFieldText("a\tb ä\""));
  EXPECT_FALSE(IsFieldText("a\r\nb"));
  EXPECT_FALSE(IsFieldText("\x7f"));
}

TEST(FieldValueTest, TakesMediaTypesApart) {
  EXPECT_EQ(MediaType(" text/html ; charset=utf-8"), "text/html");
  EXPECT_EQ(MediaType(""), "");
}

TEST(FieldValueTest, WeighsContentCodings) {
  for (const std::string_view field : {"gzip", "GZIP", "br, gzip", "x-gzip", "*", "gzip;q=0.1", "gzip; q=1", "br;q=1.0, *;q=0.5", "*;q=0, gzip"})
    EXPECT_TRUE(AcceptsGzip(field)) << field;
  for (const std::string_view field : {"", "br", "identity", "gzip;q=0", "gzip; Q=0.000", "*;q=0", "gzip;q=0, *", "gzipped"})
    EXPECT_FALSE(AcceptsGzip(field)) << field;
}

TEST(FieldValueTest, WalksOverParameters) {
  FieldParameters parameters("; a=b;c = \"d;\\\"e\" ;f=\"\"");
  const auto a = parameters.Next();
  ASSERT_TRUE(a);
  EXPECT_EQ(a->name, "a");
  EXPECT_EQ(a->value, "b");
  EXPECT_FALSE(parameters.Next());
  EXPECT_TRUE(parameters.malformed());
}

TEST(FieldValueTest, ReadsQuotedValues) {
  FieldParameters parameters("; c=\"d;\\\"e\" ;f=\"\"");
  EXPECT_EQ(parameters.Next()->value, "d;\"e");
  EXPECT_EQ(parameters.Next()->value, "");
  EXPECT_FALSE(parameters.Next());
  EXPECT_FALSE(parameters.malformed());
}

TEST(FieldValueTest, RefusesMalformedParameters) {
  for (const std::string_view text : {"a=b", ";", ";a", ";a=", ";=b", ";a=\"b", ";a=\"b\\", ";a=\"\n\"", ";a=b c"}) {
    FieldParameters parameters(text);
    EXPECT_FALSE(parameters.Next()) << text;
    EXPECT_TRUE(parameters.malformed()) << text;
  }
}

}  // namespace
}  // namespace aqua::http
