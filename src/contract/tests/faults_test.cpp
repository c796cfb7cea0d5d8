#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aqua/contract/description.hpp"
#include "farm.hpp"

namespace aqua::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Each fault as "pointer type: message".
template <typename T>
std::vector<std::string> Faults(std::string_view text) {
  std::vector<Fault> faults;
  const std::optional<T> value = Parse<T>(ParseJson(text).value(), faults);
  EXPECT_EQ(value.has_value(), faults.empty());
  std::vector<std::string> lines;
  for (const Fault& fault : faults) lines.push_back(fault.pointer + " " + fault.type + ": " + fault.message);
  return lines;
}

std::vector<std::string> Ruled(std::string_view text) { return Faults<farm::Ruled>(text); }

TEST(FaultsTest, ListsAllAtOnceWithTheirPointers) {
  EXPECT_THAT(
      Faults<farm::Tank>(R"({"id":7,"active":"yes","fish_count":2147483648,"litres":1.5,"temperature":[],"health":"fair",)"
                         R"("fish":[{"species":""},{"length_mm":-1},null],"readings":{"a/b~c":"x"},"largest":{"species":"cod","size":1},"intervall":3})"),
      ElementsAre("/id wrong_type: must be a string, not a number", "/active wrong_type: must be true or false, not a string",
                  "/fish_count out_of_range: must be between -2147483648 and 2147483647", "/litres wrong_type: must be a whole number",
                  "/temperature wrong_type: must be a number, not an array", "/health unknown_value: must be one of good, poor",
                  "/fish/0/species too_short: must not be empty", "/fish/1/species missing: is required", "/fish/1/length_mm out_of_range: must be at least 0",
                  "/fish/2 wrong_type: must be an object, not null", "/readings/a~1b~0c wrong_type: must be a number, not a string",
                  "/largest/size unknown_member: is not known", "/extra missing: is required",
                  "/intervall unknown_member: is not known; did you mean interval?"));
}

TEST(FaultsTest, PointsAtTheWholeWhenItIsOfAnotherKind) {
  EXPECT_THAT(Faults<farm::Tank>("[]"), ElementsAre(" wrong_type: must be an object, not an array"));
  EXPECT_THAT(Faults<std::vector<int>>("{}"), ElementsAre(" wrong_type: must be an array, not an object"));
  EXPECT_THAT((Faults<std::map<std::string, int>>("true")), ElementsAre(" wrong_type: must be an object, not a boolean"));
  EXPECT_THAT(Faults<farm::Health>("1"), ElementsAre(" wrong_type: must be a string, not a number"));
}

TEST(FaultsTest, ChecksTheBoundsOfIntegers) {
  EXPECT_THAT(Faults<int>("-2147483649"), ElementsAre(" out_of_range: must be between -2147483648 and 2147483647"));
  EXPECT_THAT(Faults<std::int64_t>("9223372036854775808"), ElementsAre(" out_of_range: must be between -9223372036854775808 and 9223372036854775807"));
  EXPECT_THAT(Faults<std::int64_t>("1e300"), ElementsAre(" out_of_range: must be between -9223372036854775808 and 9223372036854775807"));
  EXPECT_THAT(Faults<std::int64_t>("null"), ElementsAre(" wrong_type: must be a whole number, not null"));
  EXPECT_THAT(Ruled(R"({"count":0})"), ElementsAre("/count out_of_range: must be at least 1"));
  EXPECT_THAT(Ruled(R"({"count":501})"), ElementsAre("/count out_of_range: must be at most 500"));
  EXPECT_THAT(Ruled(R"({"count":18446744073709551615})"), ElementsAre("/count out_of_range: must be between 1 and 500"));
  EXPECT_THAT(Ruled(R"({"count":500})"), IsEmpty());
}

TEST(FaultsTest, ChecksTheBoundsOfNumbers) {
  EXPECT_THAT(Ruled(R"({"ratio":1.0000001})"), ElementsAre("/ratio out_of_range: must be at most 1"));
  EXPECT_THAT(Ruled(R"({"ratio":-1e-9})"), ElementsAre("/ratio out_of_range: must be at least 0"));
  EXPECT_THAT(Ruled(R"({"ratio":1})"), IsEmpty());
  EXPECT_THAT(Ruled(R"({"ratio":0})"), IsEmpty());
}

TEST(FaultsTest, ChecksPatternsAndLists) {
  EXPECT_THAT(Ruled(R"({"code":"x","version":"1.2.3","at":"yesterday","word":"cod"})"),
              ElementsAre("/code pattern: must be a UUID", "/version pattern: must be a version like v1.2.3",
                          "/at pattern: must be a date and time with a zone, like 2026-01-31T08:30:00Z", "/word unknown_value: must be one of salmon, trout"));
}

TEST(FaultsTest, ChecksTheLengthInCodePoints) {
  EXPECT_THAT(Ruled(R"({"tags":["äöüßé"]})"), IsEmpty());
  EXPECT_THAT(Ruled(R"({"tags":["äöüßéx"]})"), ElementsAre("/tags/0 too_long: must have at most 5 characters"));
  EXPECT_THAT(Ruled(R"({"labels":{"a":"鮭"}})"), ElementsAre("/labels/a too_short: must have at least 2 characters"));
}

TEST(FaultsTest, ChecksHowManyItemsThereAre) {
  EXPECT_THAT(Ruled(R"({"tags":[]})"), ElementsAre("/tags too_few_items: must have at least 1 items"));
  EXPECT_THAT(Ruled(R"({"tags":["a","b","c","d"]})"), ElementsAre("/tags too_many_items: must have at most 3 items"));
  EXPECT_THAT(Ruled(R"({"labels":{"a":"aa","b":"bb","c":"cc"}})"), ElementsAre("/labels too_many_items: must have at most 2 members"));
}

TEST(FaultsTest, FindsItemsThatStandTwice) {
  EXPECT_THAT(Ruled(R"({"tags":["a","b","a"]})"), ElementsAre("/tags/2 not_unique: stands in the array before"));
  EXPECT_THAT(Ruled(R"({"tags":["a","A"]})"), IsEmpty());
}

TEST(FaultsTest, RefusesNulInStrings) {
  EXPECT_THAT(Faults<std::string>(R"("a\u0000b")"), ElementsAre(" null_character: must not hold the character U+0000"));
  EXPECT_THAT(Faults<Json>(R"("a\u0000b")"), IsEmpty());
}

TEST(FaultsTest, RefusesNullForADefault) {
  std::vector<Fault> faults;
  EXPECT_FALSE(Parse<farm::Query>(ParseJson(R"({"limit":null})").value(), faults).has_value());
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].type, "wrong_type");
}

TEST(FaultsTest, StopsAfterAHundred) {
  std::string text = "[0";
  for (int i = 0; i < 50'000; ++i) text += ",\"x\"";
  const std::vector<std::string> faults = Faults<std::vector<int>>(text + "]");
  ASSERT_EQ(faults.size(), 101U);
  EXPECT_EQ(faults[99], "/100 wrong_type: must be a whole number, not a string");
  EXPECT_EQ(faults[100], " too_many_faults: has more faults than are listed");
}

TEST(FaultsTest, StopsAfterAHundredUnknownMembers) {
  std::string text = "{";
  for (int i = 0; i < 50'000; ++i) text += (i > 0 ? ",\"m" : "\"m") + std::to_string(i) + "\":0";
  EXPECT_EQ(Faults<farm::Nothing>(text + "}").size(), 101U);
}

TEST(FaultsTest, ListsExactlyAHundredInFull) {
  std::string text = "[\"x\"";
  for (int i = 1; i < 100; ++i) text += ",\"x\"";
  EXPECT_EQ(Faults<std::vector<int>>(text + "]").size(), 100U);
}

TEST(FaultsTest, CutsLongNames) {
  const std::vector<std::string> faults = Faults<farm::Nothing>("{\"" + std::string(127, 'a') + "é" + std::string(1'000'000, 'b') + "\":1}");
  EXPECT_THAT(faults, ElementsAre("/" + std::string(127, 'a') + "… unknown_member: is not known"));
}

TEST(FaultsTest, AddsToFaultsThatAreThere) {
  std::vector<Fault> faults = {{"/before", "is wrong", "wrong"}};
  EXPECT_EQ(Parse<int>(Json{std::int64_t{1}}, faults), 1);
  EXPECT_EQ(Parse<int>(Json{true}, faults), std::nullopt);
  EXPECT_EQ(faults.size(), 2U);
}

}  // namespace
}  // namespace aqua::contract
