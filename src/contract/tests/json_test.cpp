#include "aqua/contract/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace aqua::contract {
namespace {

std::string Written(const Json& json) {
  std::string out;
  WriteJson(json, out);
  return out;
}

/// The text as it is written after it was read, or the reason why it is refused.
std::string Through(std::string_view text, const JsonLimits& limits = {}) {
  const Result<Json> json = ParseJson(text, limits);
  return json ? Written(*json) : json.error().reason;
}

std::string Message(std::string_view text) {
  const Result<Json> json = ParseJson(text);
  return json ? "" : json.error().message;
}

std::string Repeated(std::string_view part, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += part;
  return text;
}

std::string WrittenNumber(double number) {
  std::string out;
  WriteJsonNumber(number, out);
  return out;
}

TEST(JsonTest, ReadsAndWritesEveryKindOfValue) {
  const std::string text = R"({"a":null,"b":[true,false],"c":-12,"d":0.5,"e":"x","f":{},"g":[],"":{"z":1,"a":2}})";
  EXPECT_EQ(Through(text), text);
  EXPECT_EQ(Through(" \t\r\n[ 1 , 2 ] \n"), "[1,2]");
  EXPECT_EQ(Through("7"), "7");
  EXPECT_EQ(Through("\"x\""), "\"x\"");
}

TEST(JsonTest, FindsMembersOfObjectsOnly) {
  const Json json = ParseJson(R"({"a":1,"b":null})").value();
  ASSERT_NE(json.Find("b"), nullptr);
  EXPECT_EQ(json.Find("c"), nullptr);
  EXPECT_EQ(json.Find("a")->Find("a"), nullptr);
}

TEST(JsonTest, KeepsIntegersExactly) {
  EXPECT_EQ(std::get<std::int64_t>(ParseJson("-9223372036854775808").value().value), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(std::get<std::int64_t>(ParseJson("9223372036854775807").value().value), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(std::get<std::uint64_t>(ParseJson("9223372036854775808").value().value), std::uint64_t{1} << 63);
  EXPECT_EQ(std::get<std::uint64_t>(ParseJson("18446744073709551615").value().value), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(std::get<double>(ParseJson("18446744073709551616").value().value), 18446744073709551616.0);
  EXPECT_EQ(std::get<double>(ParseJson("-9223372036854775809").value().value), -9223372036854775808.0);
}

TEST(JsonTest, ReadsRealNumbersToTheNearest) {
  EXPECT_EQ(std::get<double>(ParseJson("1.0").value().value), 1.0);
  EXPECT_EQ(std::get<double>(ParseJson("5e-324").value().value), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(std::get<double>(ParseJson("1.7976931348623157e308").value().value), std::numeric_limits<double>::max());
  // A case where a parser without exact arithmetic is one unit off.
  EXPECT_EQ(std::get<double>(ParseJson("8.5453409138984378e-181").value().value), 8.5453409138984378e-181);
  EXPECT_EQ(std::get<double>(ParseJson("9007199254740993.0").value().value), 9007199254740992.0);
}

TEST(JsonTest, RefusesNumbersThatAreTooLargeAndRoundsTooSmallOnesToZero) {
  EXPECT_EQ(Through("1e400"), "json_malformed");
  EXPECT_EQ(Through("-1e400"), "json_malformed");
  EXPECT_EQ(Through("1e99999999999999999999"), "json_malformed");
  EXPECT_EQ(Message("[\n 1e400]"), "line 2, column 7: a number is out of range");
  EXPECT_EQ(Through("1e-400"), "0");
  EXPECT_EQ(Through("-1e-400"), "-0");
}

TEST(JsonTest, KeepsNegativeZero) {
  EXPECT_TRUE(std::signbit(std::get<double>(ParseJson("-0").value().value)));
  EXPECT_TRUE(std::signbit(std::get<double>(ParseJson("-0.0").value().value)));
  EXPECT_EQ(Through("[0,-0]"), "[0,-0]");
}

TEST(JsonTest, RefusesWhatIsNotJson) {
  for (const char* text : {"",      " ",   "{",       "[1,]",     "{\"a\":1,}", "{a:1}",     "'a'",   "01",         "+1",
                           ".5",    "1.",  "1e",      "-",        "NaN",        "Infinity",  "nul",   "True",       "[1 2]",
                           "{} {}", "1 x", "// c\n1", "/* c */1", "\"\t\"",     "\"\\x41\"", "\"abc", "[\"a\nb\"]", "\xEF\xBB\xBF{}"})
    EXPECT_EQ(Through(text), "json_malformed") << text;
}

TEST(JsonTest, RefusesNulOutsideAndRawInsideOfStrings) {
  EXPECT_EQ(Through(std::string_view("{}\0", 3)), "json_malformed");
  EXPECT_EQ(Through(std::string_view("\"\0\"", 3)), "json_malformed");
  EXPECT_EQ(Through(R"("\u0000")"), R"("\u0000")");
}

TEST(JsonTest, SaysWhereTheTextIsBroken) {
  EXPECT_EQ(Message("{\n  \"größe\": x}"), "line 2, column 12: this is not JSON");
  EXPECT_EQ(Message("[1, 2"), "line 1, column 6: the JSON text ends too early");
  EXPECT_EQ(Message("[1]\n]"), "line 2, column 1: text follows the JSON value");
}

TEST(JsonTest, RefusesBytesThatAreNotUtf8) {
  for (const char* text : {"\"\xFF\"", "\"\xC0\xAF\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xE2\x82\"", "\xFF{}"})
    EXPECT_EQ(Through(text), "json_not_utf8") << text;
  EXPECT_EQ(Through("\"鮭🐟\""), "\"鮭🐟\"");
}

TEST(JsonTest, JoinsSurrogatePairsAndRefusesHalves) {
  EXPECT_EQ(Through(R"("\uD83D\uDC1F")"), "\"🐟\"");
  for (const char* text : {R"("\uD83D")", R"("\uDC1F")", R"("\uD83Dx")", R"("\uD83D\n")", R"("\uD83D\u0041")", R"("\uDC1F\uD83D")"})
    EXPECT_EQ(Through(text), "json_malformed") << text;
}

TEST(JsonTest, BoundsTheDepth) {
  EXPECT_EQ(Through(Repeated("[", 32) + Repeated("]", 32)), Repeated("[", 32) + Repeated("]", 32));
  EXPECT_EQ(Through(Repeated("[", 33) + Repeated("]", 33)), "json_too_deep");
  EXPECT_EQ(Through(Repeated("{\"a\":", 100'000)), "json_too_deep");
  EXPECT_EQ(Through(Repeated("[", 10'000'000)), "json_too_deep");
  JsonLimits limits;
  limits.max_depth = 1;
  EXPECT_EQ(Through("[1]", limits), "[1]");
  EXPECT_EQ(Through("[[]]", limits), "json_too_deep");
}

TEST(JsonTest, BoundsStringsAndNames) {
  JsonLimits limits;
  limits.max_string_bytes = 3;
  EXPECT_EQ(Through(R"({"abc":"abc"})", limits), R"({"abc":"abc"})");
  EXPECT_EQ(Through(R"("abcd")", limits), "json_string_too_long");
  EXPECT_EQ(Through(R"({"abcd":1})", limits), "json_string_too_long");
  EXPECT_EQ(Through(R"("\n\n\n\n")", limits), "json_string_too_long");
  EXPECT_EQ(Through(R"(["\u00e9a","\u00e9a"])", limits), "[\"éa\",\"éa\"]");
}

TEST(JsonTest, BoundsNumbers) {
  EXPECT_EQ(Through(std::string(64, '1')), "1.1111111111111112e+63");
  EXPECT_EQ(Through(std::string(65, '1')), "json_number_too_long");
  EXPECT_EQ(Through("0." + Repeated("1", 1'000'000)), "json_number_too_long");
  EXPECT_EQ(Through("[-" + Repeated("9", 1'000'000) + "]"), "json_number_too_long");
}

TEST(JsonTest, BoundsTheNumberOfValues) {
  JsonLimits limits;
  limits.max_values = 3;
  EXPECT_EQ(Through(R"([1,{}])", limits), "[1,{}]");
  EXPECT_EQ(Through(R"([1,[2]])", limits), "json_too_many_values");
  EXPECT_EQ(Through("[" + Repeated("0,", 5'000'000)), "json_too_many_values");
}

TEST(JsonTest, RefusesMembersThatStandTwiceAndPointsAtThem) {
  EXPECT_EQ(Through(R"({"a":1,"b":2,"a":3})"), "json_duplicate_member");
  EXPECT_NE(Message(R"({"tank":[0,{"a/b":1,"a~":{},"a\u002fb":2}]})").find(": the member /tank/1/a~1b stands twice"), std::string::npos);
  EXPECT_NE(Message(R"({"a":{"x":{"y":1,"y":1}}})").find("the member /a/x/y "), std::string::npos);
  EXPECT_EQ(Through(R"({"a":{"a":1},"b":{"a":1}})"), R"({"a":{"a":1},"b":{"a":1}})");
}

TEST(JsonTest, FindsDuplicatesAmongManyMembersInTime) {
  std::string text = "{";
  for (int i = 0; i < 90'000; ++i) text += "\"" + std::to_string(i) + "\":0,";
  EXPECT_EQ(Through(text + "\"x\":0}").size(), text.size() + 6);
  EXPECT_EQ(Through(text + "\"45000\":0}"), "json_duplicate_member");
}

TEST(JsonTest, WritesStringsThatAnyParserTakes) {
  std::string out;
  WriteJsonString(std::string_view("a\"b\\c/\b\f\n\r\t\x01\x1F\0z\x7F", 16), out);
  EXPECT_EQ(out, "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\\u0000z\x7F\"");
  out.clear();
  WriteJsonString("a\xFF\"\xE2\x82z", out);
  EXPECT_EQ(out, "\"a\uFFFD\\\"\uFFFD\uFFFDz\"");
}

TEST(JsonTest, WritesNumbersInTheirShortestForm) {
  EXPECT_EQ(WrittenNumber(0.1), "0.1");
  EXPECT_EQ(WrittenNumber(1.0), "1");
  EXPECT_EQ(WrittenNumber(1e300), "1e+300");
  EXPECT_EQ(WrittenNumber(-1.5e-7), "-1.5e-07");
  EXPECT_EQ(WrittenNumber(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
}

TEST(JsonTest, WritesNumbersThatAreNotFiniteAsNull) {
  EXPECT_EQ(WrittenNumber(std::nan("")), "null");
  EXPECT_EQ(Written(Json{std::numeric_limits<double>::infinity()}), "null");
}

}  // namespace
}  // namespace aqua::contract
