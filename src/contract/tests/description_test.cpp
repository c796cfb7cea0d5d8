#include "aqua/contract/description.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "farm.hpp"

namespace aqua::contract {
namespace {

using farm::Fish;
using farm::Health;
using farm::Nothing;
using farm::Tank;

constexpr std::string_view kTank = R"({"id":"t1","active":true,"fish_count":-3,"litres":9007199254740993,"temperature":12.25,"health":"poor","note":null,)"
                                   R"("fish":[{"species":"cod","length_mm":401.5},{"species":"鮭","length_mm":null}],"readings":{"o2":9.1,"ph":7},)"
                                   R"("largest":{"species":"cod","length_mm":401.5},"extra":{"any":[1,"x",null]},"interval":5})";

template <typename T>
std::optional<T> Parsed(std::string_view text) {
  std::vector<Fault> faults;
  std::optional<T> value = Parse<T>(ParseJson(text).value(), faults);
  for (const Fault& fault : faults) ADD_FAILURE() << fault.pointer << ' ' << fault.message;
  return value;
}

TEST(DescriptionTest, ReadsEveryKindOfMember) {
  const Tank tank = Parsed<Tank>(kTank).value();
  EXPECT_EQ(tank.id, "t1");
  EXPECT_TRUE(tank.active);
  EXPECT_EQ(tank.fish_count, -3);
  EXPECT_EQ(tank.litres, 9007199254740993);
  EXPECT_EQ(tank.temperature, 12.25);
  EXPECT_EQ(tank.health, Health::kPoor);
  EXPECT_EQ(tank.note, std::nullopt);
  ASSERT_EQ(tank.fish.size(), 2U);
  EXPECT_EQ(tank.fish[0].length_mm, 401.5);
  EXPECT_EQ(tank.fish[1].species, "鮭");
  EXPECT_EQ(tank.readings.at("ph"), 7.0);
  EXPECT_EQ(tank.largest.value().species, "cod");
  EXPECT_NE(tank.extra.Find("any"), nullptr);
  EXPECT_EQ(tank.interval, 5);
}

TEST(DescriptionTest, WritesWhatItRead) { EXPECT_EQ(ToJson(Parsed<Tank>(kTank).value()), kTank); }

TEST(DescriptionTest, LeavesOutWhatMayBeAbsent) {
  const Tank tank = Parsed<Tank>(R"({"readings":{},"fish":[],"health":"good","temperature":1,"litres":1,"fish_count":1,"active":false,"id":"",)"
                                 R"("extra":null})")
                        .value();
  EXPECT_EQ(tank.note, std::nullopt);
  EXPECT_FALSE(tank.largest.has_value());
  EXPECT_EQ(tank.interval, 60);
  EXPECT_EQ(ToJson(tank), R"({"id":"","active":false,"fish_count":1,"litres":1,"temperature":1,"health":"good","note":null,"fish":[],)"
                          R"("readings":{},"largest":null,"extra":null,"interval":60})");
}

TEST(DescriptionTest, TakesWholeNumbersForIntegersHoweverTheyAreWritten) {
  EXPECT_EQ(Parsed<std::int64_t>("1.0"), 1);
  EXPECT_EQ(Parsed<std::int64_t>("1e3"), 1000);
  EXPECT_EQ(Parsed<std::int64_t>("-9223372036854775808.0"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(Parsed<int>("-0"), 0);
  EXPECT_EQ(Parsed<double>("18446744073709551615"), 18446744073709551615.0);
  EXPECT_EQ(Parsed<double>("-7"), -7.0);
}

TEST(DescriptionTest, ReadsAndWritesArraysAndMapsOnTheirOwn) {
  EXPECT_EQ(ToJson(Parsed<std::vector<Fish>>(R"([{"species":"cod"}])").value()), R"([{"species":"cod","length_mm":null}])");
  EXPECT_EQ(ToJson(Parsed<std::map<std::string, std::vector<bool>>>(R"({"b\n":[true],"a":[]})").value()), R"({"a":[],"b\n":[true]})");
  EXPECT_EQ(ToJson(Parsed<std::vector<std::optional<int>>>("[1,null]").value()), "[1,null]");
  EXPECT_EQ(ToJson(Parsed<Nothing>("{}").value()), "{}");
}

TEST(DescriptionTest, RoundsWhenItWrites) {
  Fish fish{"cod", 0.25};
  const auto length = [&](double value) {
    fish.length_mm = value;
    const std::string text = ToJson(fish);
    return text.substr(text.rfind(':') + 1);
  };
  EXPECT_EQ(length(12.3456), "12.3}");
  EXPECT_EQ(length(0.1 + 0.2), "0.3}");
  EXPECT_EQ(length(-0.01), "0}");
  EXPECT_EQ(length(99.96), "100}");
  EXPECT_EQ(length(1e300), "1e+300}");
  EXPECT_EQ(ToJson(std::map<std::string, double>{{"unruled", 0.1234}}), R"({"unruled":0.1234})");
}

TEST(DescriptionTest, WritesValidJsonWhateverTheValuesAre) {
  Tank tank;
  tank.id = "\xFF\"\x01";
  tank.temperature = std::nan("");
  tank.readings = {{"\xC3", -std::numeric_limits<double>::infinity()}};
  const std::string text = ToJson(tank);
  EXPECT_TRUE(ParseJson(text).has_value()) << text;
  EXPECT_TRUE(text.starts_with("{\"id\":\"\uFFFD\\\"\\u0001\",")) << text;
  EXPECT_NE(text.find("\"temperature\":null"), std::string::npos);
  EXPECT_NE(text.find("\"readings\":{\"\uFFFD\":null}"), std::string::npos);
}

TEST(DescriptionTest, AppendsToTextThatIsThere) {
  std::string out = "data: ";
  Write(std::vector<int>{1, 2}, out);
  EXPECT_EQ(out, "data: [1,2]");
}

TEST(DescriptionTest, GivesOneSchemaForAType) {
  EXPECT_EQ(&SchemaOf<Tank>(), &Tank::Description().schema());
  EXPECT_EQ(&SchemaOf<std::vector<Tank>>(), &SchemaOf<std::vector<Tank>>());
  EXPECT_EQ(SchemaOf<std::vector<Tank>>().items.at(0).component, &SchemaOf<Tank>());
}

}  // namespace
}  // namespace aqua::contract
