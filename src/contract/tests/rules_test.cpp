#include "aqua/contract/rules.hpp"

#include <gtest/gtest.h>

#include "aqua/contract/description.hpp"

namespace aqua::contract {
namespace {

struct Numbers {
  std::int64_t count = 0;
  double ratio = 0;
  std::string text;
  std::vector<std::string> words;
  static const Object<Numbers>& Description();
};

void Describe(FieldRules rules, auto member) {
  Object<Numbers> object("Numbers", "");
  object.Field("x", member, std::move(rules));
}

TEST(RulesTest, KnowsUuids) {
  EXPECT_TRUE(kUuid.matches("01890a5d-ac96-774b-bcce-b302099a8057"));
  EXPECT_TRUE(kUuid.matches("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"));
  for (const char* text : {"", "01890a5d-ac96-774b-bcce-b302099a805", "01890a5d-ac96-774b-bcce-b302099a80577", "01890a5dac96774bbcceb302099a8057",
                           "g1890a5d-ac96-774b-bcce-b302099a8057", "{01890a5d-ac96-774b-bcce-b302099a8057}", "01890a5d-ac96-774b-bcce-b302099a8057\n"})
    EXPECT_FALSE(kUuid.matches(text)) << text;
}

TEST(RulesTest, KnowsModelVersions) {
  for (const char* text : {"v1.0.0", "v0.10.999"}) EXPECT_TRUE(kModelVersion.matches(text)) << text;
  for (const char* text : {"", "v", "1.0.0", "v1.0", "v1.0.0.0", "v1..0", "v1.0.0-rc1", "V1.0.0", " v1.0.0", "v1.0.0\n", "v-1.0.0", "v١.0.0"})
    EXPECT_FALSE(kModelVersion.matches(text)) << text;
}

TEST(RulesTest, KnowsDatesThatExist) {
  for (const char* text : {"2026-01-31T08:30:00Z", "2024-02-29T23:59:59.123456789Z", "2026-01-31T08:30:00+05:30", "0000-01-01T00:00:00-00:00"})
    EXPECT_TRUE(kDateTime.matches(text)) << text;
  for (const char* text :
       {"", "2026-01-31", "2026-01-31T08:30:00", "2026-01-31 08:30:00Z", "2026-1-31T08:30:00Z", "2025-02-29T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T08:60:00Z", "2026-01-31T08:30:60Z",
        "2026-01-31T08:30:00.Z", "2026-01-31T08:30:00+24:00", "2026-01-31T08:30:00+05:60", "2026-01-31T08:30:00+0530", "2026-01-31T08:30:00ZZ"})
    EXPECT_FALSE(kDateTime.matches(text)) << text;
}

using RulesDeathTest = ::testing::Test;

TEST(RulesDeathTest, RulesMustFitTheType) {
  EXPECT_DEATH(Describe({.max_length = 3}, &Numbers::count), "RulesFit");
  EXPECT_DEATH(Describe({.pattern = &kUuid}, &Numbers::ratio), "RulesFit");
  EXPECT_DEATH(Describe({.minimum = 1}, &Numbers::text), "RulesFit");
  EXPECT_DEATH(Describe({.max_items = 1}, &Numbers::text), "RulesFit");
  EXPECT_DEATH(Describe({.decimals = 2}, &Numbers::count), "RulesFit");
  EXPECT_DEATH(Describe({.decimals = 16}, &Numbers::ratio), "RulesFit");
  EXPECT_DEATH(Describe({.unique = true}, &Numbers::text), "RulesFit");
  Describe({.max_length = 3, .max_items = 1, .unique = true}, &Numbers::words);
}

TEST(RulesDeathTest, AMemberStandsOnce) { EXPECT_DEATH(Object<Numbers>("Numbers", "").Field("x", &Numbers::count).Field("x", &Numbers::ratio), "Position"); }

}  // namespace
}  // namespace aqua::contract
