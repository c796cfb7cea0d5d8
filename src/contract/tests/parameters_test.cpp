#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aqua/contract/description.hpp"
#include "farm.hpp"

namespace aqua::contract {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Each fault as "pointer type".
std::vector<std::string> Faults(const Parameters& parameters) {
  std::vector<Fault> faults;
  const auto query = ParseParameters<farm::Query>(parameters, faults);
  EXPECT_EQ(query.has_value(), faults.empty());
  std::vector<std::string> lines;
  for (const Fault& fault : faults) lines.push_back(fault.pointer + " " + fault.type);
  return lines;
}

farm::Query Read(const Parameters& parameters) {
  std::vector<Fault> faults;
  auto query = ParseParameters<farm::Query>(parameters, faults);
  EXPECT_TRUE(query.has_value());
  return query.value_or(farm::Query());
}

TEST(ParametersTest, KeepsDefaultsOfWhatIsAbsent) {
  const farm::Query query = Read({});
  EXPECT_EQ(query.limit, 10);
  EXPECT_EQ(query.active, std::nullopt);
  EXPECT_THAT(query.ids, IsEmpty());
}

TEST(ParametersTest, ReadsEveryKind) {
  const farm::Query query = Read({{"text", "12"}, {"limit", "500"}, {"active", "false"}, {"above", "-1.5e1"}, {"ids", "3"}, {"ids", "1"}});
  EXPECT_EQ(query.limit, 500);
  EXPECT_EQ(query.active, false);
  EXPECT_EQ(query.above, -15.0);
  EXPECT_EQ(query.text, "12");
  EXPECT_THAT(query.ids, ElementsAre(3, 1));
  EXPECT_EQ(Read({{"text", ""}}).text, "");
  EXPECT_EQ(Read({{"text", "null"}}).text, "null");
}

TEST(ParametersTest, IsStrictAboutIntegers) {
  for (const char* text : {"", " 1", "1 ", "+1", "01", "0x10", "1,000", "1.5", "1_0", "١", "true", "null", "[1]", "1\n", "--1", "1e"})
    EXPECT_THAT(Faults({{"limit", text}}), ElementsAre("/limit wrong_type")) << text;
  for (const char* text : {"0", "-1", "501", "99999999999999999999"}) EXPECT_THAT(Faults({{"limit", text}}), ElementsAre("/limit out_of_range")) << text;
}

TEST(ParametersTest, IsStrictAboutNumbersAndBooleans) {
  for (const char* text : {"", "nan", "inf", "Infinity", "1e999", "1.", ".5", "0x1p3", "null"})
    EXPECT_THAT(Faults({{"above", text}}), ElementsAre("/above wrong_type")) << text;
  for (const char* text : {"", "True", "FALSE", "1", "0", "yes", "null", " true"})
    EXPECT_THAT(Faults({{"active", text}}), ElementsAre("/active wrong_type")) << text;
}

TEST(ParametersTest, ListsAllFaultsAtOnce) {
  EXPECT_THAT(Faults({{"limt", "1"}, {"active", "x"}, {"text", "fives"}, {"ids", "1"}, {"ids", "b"}, {"above", "1"}, {"above", "2"}}),
              ElementsAre("/limt unknown_parameter", "/above repeated", "/active wrong_type", "/text too_long", "/ids/1 wrong_type"));
}

TEST(ParametersTest, SuggestsTheNearestName) {
  std::vector<Fault> faults;
  EXPECT_FALSE(ParseParameters<farm::Query>({{"limt", "1"}}, faults).has_value());
  EXPECT_EQ(faults.at(0).message, "is not known; did you mean limit?");
}

TEST(ParametersTest, BoundsRepeatedParameters) {
  EXPECT_THAT(Faults({{"ids", "1"}, {"ids", "2"}, {"ids", "3"}, {"ids", "4"}}), ElementsAre("/ids too_many_items"));
  EXPECT_EQ(Faults(Parameters(50'000, {"x", "1"})).size(), 101U);
}

TEST(ParametersTest, RefusesBytesThatAreNotUtf8AndNul) {
  EXPECT_THAT(Faults({{"text", "\xFF"}}), ElementsAre("/text not_utf8"));
  EXPECT_THAT(Faults({{"text", std::string("a\0", 2)}}), ElementsAre("/text null_character"));
}

TEST(ParametersTest, ReadsPaths) {
  std::vector<Fault> faults;
  EXPECT_TRUE(ParseParameters<farm::Path>({{"id", "01890A5D-ac96-774b-bcce-b302099a8057"}}, faults).has_value());
  EXPECT_FALSE(ParseParameters<farm::Path>({{"id", "7"}}, faults).has_value());
  EXPECT_FALSE(ParseParameters<farm::Path>({}, faults).has_value());
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].type, "pattern");
  EXPECT_EQ(faults[1].type, "missing");
}

}  // namespace
}  // namespace aqua::contract
