#include "value.hpp"

#include <gtest/gtest.h>

namespace aqua::config {
namespace {

using std::chrono::milliseconds;

template <typename T>
T Parsed(const Setting& setting, std::string_view text) {
  const Result<SettingValue> value = ParseValue(setting, text);
  EXPECT_TRUE(value) << text;
  return value ? std::get<T>(*value) : T{};
}

std::string Refused(const Setting& setting, std::string_view text) {
  const Result<SettingValue> value = ParseValue(setting, text);
  return value ? "accepted" : value.error().message;
}

const Setting kFlag = {.key = "flag", .type = SettingType::kBoolean};
const Setting kCount = {.key = "count", .type = SettingType::kInteger, .minimum = 1, .maximum = 64};
const Setting kShare = {.key = "share", .type = SettingType::kReal, .minimum = 0, .maximum = 1};
const Setting kSize = {.key = "size", .type = SettingType::kBytes, .minimum = 0, .maximum = 1e15};
const Setting kTime = {.key = "time", .type = SettingType::kDuration, .minimum = 0, .maximum = 1e9};
const Setting kWord = {.key = "word", .type = SettingType::kChoice, .choices = {"info", "warning"}, .synonyms = {{"warn", "warning"}}};
const Setting kName = {.key = "name", .type = SettingType::kText, .default_value = "fish"};
const Setting kFolder = {.key = "folder", .type = SettingType::kPath};
const Setting kLink = {.key = "link", .type = SettingType::kUrl};

TEST(ValueTest, BooleansHaveFourPairsOfWords) {
  for (const char* text : {"true", "1", "yes", "on", "True", " ON "}) EXPECT_TRUE(Parsed<bool>(kFlag, text)) << text;
  for (const char* text : {"false", "0", "no", "off", "FALSE"}) EXPECT_FALSE(Parsed<bool>(kFlag, text)) << text;
  for (const char* text : {"", "2", "truth", "app:*"}) EXPECT_EQ(Refused(kFlag, text), "must be true or false") << text;
}

TEST(ValueTest, IntegersAreWholeAndWithinBounds) {
  EXPECT_EQ(Parsed<std::int64_t>(kCount, "1"), 1);
  EXPECT_EQ(Parsed<std::int64_t>(kCount, " 64 "), 64);
  for (const char* text : {"", "0", "65", "-1", "1.0", "1e1", "0x10", "12 images", "99999999999999999999"})
    EXPECT_EQ(Refused(kCount, text), "must be a whole number from 1 to 64") << text;
}

TEST(ValueTest, RealsAreFiniteAndWithinBounds) {
  EXPECT_DOUBLE_EQ(Parsed<double>(kShare, "0.25"), 0.25);
  EXPECT_DOUBLE_EQ(Parsed<double>(kShare, "1"), 1);
  EXPECT_DOUBLE_EQ(Parsed<double>(kShare, "1e-3"), 0.001);
  for (const char* text : {"", "1.01", "-0.1", "nan", "inf", "0,5", "50%"}) EXPECT_EQ(Refused(kShare, text), "must be a number from 0 to 1") << text;
}

TEST(ValueTest, SizesTakeDecimalAndBinaryUnits) {
  EXPECT_EQ(Parsed<std::uint64_t>(kSize, "10485760"), 10485760U);
  EXPECT_EQ(Parsed<std::uint64_t>(kSize, "10 MiB"), 10485760U);
  EXPECT_EQ(Parsed<std::uint64_t>(kSize, "10MB"), 10000000U);
  EXPECT_EQ(Parsed<std::uint64_t>(kSize, "1.5 kib"), 1536U);
  EXPECT_EQ(Parsed<std::uint64_t>(kSize, "2 GiB"), 2147483648U);
  EXPECT_EQ(Parsed<std::uint64_t>(kSize, "7 B"), 7U);
  EXPECT_EQ(Parsed<std::uint64_t>(kSize, "0"), 0U);
}

TEST(ValueTest, SizesRefuseWhatIsNoWholeNumberOfBytes) {
  for (const char* text : {"", "MiB", "-1", "1.5", "0.3 KiB", "10 M", "10 MiBs", "1..5 MB", "1e3", "1e400 B", "99999999999999999999 GiB", "inf"})
    EXPECT_NE(Refused(kSize, text), "accepted") << text;
}

TEST(ValueTest, DurationsNeedAUnit) {
  EXPECT_EQ(Parsed<milliseconds>(kTime, "250ms"), milliseconds(250));
  EXPECT_EQ(Parsed<milliseconds>(kTime, "10 s"), milliseconds(10000));
  EXPECT_EQ(Parsed<milliseconds>(kTime, "2min"), milliseconds(120000));
  EXPECT_EQ(Parsed<milliseconds>(kTime, "1.5 h"), milliseconds(5400000));
  EXPECT_EQ(Parsed<milliseconds>(kTime, "0"), milliseconds(0));
  for (const char* text : {"", "250", "10 m", "0.5 ms", "-1 s", "1 h 30 min"}) EXPECT_NE(Refused(kTime, text), "accepted") << text;
}

TEST(ValueTest, ChoicesIgnoreCaseAndKnowSynonyms) {
  EXPECT_EQ(Parsed<std::string>(kWord, "INFO"), "info");
  EXPECT_EQ(Parsed<std::string>(kWord, "Warn"), "warning");
  EXPECT_EQ(Refused(kWord, "loud"), "must be one of info, warning");
}

TEST(ValueTest, TextIsKeptAsItIs) {
  EXPECT_EQ(Parsed<std::string>(kName, " a b "), " a b ");
  EXPECT_EQ(Parsed<std::string>(kName, "größe 鮭"), "größe 鮭");
}

TEST(ValueTest, TextIsEmptyOnlyWhereTheDefaultIs) {
  EXPECT_EQ(Refused(kName, ""), "must not be empty");
  EXPECT_EQ(Parsed<std::string>(kFolder, ""), "");
}

TEST(ValueTest, TextWithControlCharactersOrTooLongIsRefused) {
  for (const std::string& text : {std::string("a\nb"), std::string("a\0b", 3), std::string("\xff"), std::string("a\u202Eb")})
    EXPECT_EQ(Refused(kFolder, text), "must be UTF-8 without control characters");
  EXPECT_EQ(Parsed<std::string>(kFolder, std::string(4096, 'a')).size(), 4096U);
  EXPECT_EQ(Refused(kFolder, std::string(4097, 'a')), "must be at most 4096 bytes long");
}

TEST(ValueTest, UrlsHaveAScheme) {
  EXPECT_EQ(Parsed<std::string>(kLink, "postgresql://host/db"), "postgresql://host/db");
  EXPECT_EQ(Parsed<std::string>(kLink, ""), "");
  for (const char* text : {"host/db", "://host", "a b://host"}) EXPECT_EQ(Refused(kLink, text), "must be a URL such as https://host/") << text;
}

TEST(ValueTest, SaysTheBoundsInUnitsForPeople) {
  EXPECT_EQ(Allowed({.key = "k", .type = SettingType::kBytes, .minimum = 1024, .maximum = 1073741824}),
            "a size such as 512 KiB or 10 MiB, from 1 KiB to 1 GiB");
  EXPECT_EQ(Allowed({.key = "k", .type = SettingType::kDuration, .minimum = 1, .maximum = 600000}), "a duration such as 250ms or 10 s, from 1 ms to 600 s");
  EXPECT_EQ(Allowed({.key = "k", .type = SettingType::kInteger, .minimum = 1024, .maximum = 1e9}), "a whole number from 1024 to 1000000000");
}

TEST(ValueTest, UnitOfTheNameIsAddedToBareNumbersOnly) {
  EXPECT_EQ(WithUnit("10", "MiB"), "10 MiB");
  EXPECT_EQ(WithUnit(" 1.5 ", "MiB"), "1.5 MiB");
  EXPECT_EQ(WithUnit("10 KiB", "MiB"), "10 KiB");
  EXPECT_EQ(WithUnit("10", ""), "10");
  EXPECT_EQ(WithUnit("", "MiB"), "");
}

}  // namespace
}  // namespace aqua::config
