#include "yaml_reader.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aqua::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Entries as "name=value@origin".
std::vector<std::string> EntriesOf(std::string_view text) {
  std::vector<std::string> shown;
  for (const Entry& entry : ReadYaml("f", text).entries) shown.push_back(fmt::format("{}={}@{}", entry.name, entry.value.value_or("(none)"), entry.origin));
  return shown;
}

std::string FaultOf(std::string_view text) {
  const Reading reading = ReadYaml("f", text);
  return reading.faults.size() == 1 ? reading.faults[0] : fmt::format("{} faults", reading.faults.size());
}

std::string Nested(int levels) {
  std::string text;
  for (int i = 0; i < levels; ++i) text += fmt::format("{}a:\n", std::string(static_cast<std::size_t>(i), ' '));
  return text;
}

TEST(YamlReaderTest, NestedMapsGiveDottedNames) {
  EXPECT_THAT(EntriesOf("debug: yes\nimaging:\n  max_side: 8192\n  min_side: '16'\nlog: {level: info}\nlog.format: json\n"),
              ElementsAre("debug=yes@f:1", "imaging.max_side=8192@f:3", "imaging.min_side=16@f:4", "log.level=info@f:5", "log.format=json@f:6"));
}

TEST(YamlReaderTest, NothingIsNoFault) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "~", "{}"}) {
    EXPECT_THAT(EntriesOf(text), IsEmpty()) << text;
    EXPECT_EQ(FaultOf(text), "0 faults") << text;
  }
}

TEST(YamlReaderTest, KeysWithoutAValueHaveNone) { EXPECT_THAT(EntriesOf("a:\nb: ~\nc: ''\n"), ElementsAre("a=(none)@f:1", "b=(none)@f:2", "c=@f:3")); }

TEST(YamlReaderTest, RefusesAKeyGivenTwiceInOneMap) {
  EXPECT_EQ(FaultOf("log:\n  level: info\n  level: debug\n"), "f:3: log.level is given twice");
  EXPECT_EQ(FaultOf("log: {}\nlog: {}\n"), "f:2: log is given twice");
  EXPECT_EQ(FaultOf("a: {x: 1}\nb: {x: 1}\n"), "0 faults");
}

TEST(YamlReaderTest, RefusesAnchorsAndAliases) {
  EXPECT_EQ(FaultOf("a: &x 1\nb: *x\n"), "f:1: anchors (&name) are not allowed");
  EXPECT_EQ(FaultOf("a: &x {b: 1}\n"), "f:1: anchors (&name) are not allowed");
  EXPECT_EQ(FaultOf("a: &x\n"), "f:1: anchors (&name) are not allowed");
}

TEST(YamlReaderTest, RefusesLists) {
  EXPECT_EQ(FaultOf("a: 1\nb: [1, 2]\n"), "f:2: lists are not allowed; write several values as text with commas");
  EXPECT_EQ(FaultOf("- a\n"), "f:1: lists are not allowed; write several values as text with commas");
}

TEST(YamlReaderTest, RefusesTagsAndOddKeys) {
  EXPECT_EQ(FaultOf("a: !!binary aGk=\n"), "f:1: tags (!name) are not allowed");
  EXPECT_EQ(FaultOf("? {a: b}\n: c\n"), "f:1: a key must be a word");
  EXPECT_EQ(FaultOf("~: c\n"), "f:1: a key is missing");
  EXPECT_EQ(FaultOf("just text\n"), "f:1: the file must hold keys and values (\"key: value\")");
  EXPECT_EQ(FaultOf(std::string(201, 'k') + ": 1\n"), "f:1: a key is longer than 200 bytes");
}

TEST(YamlReaderTest, RefusesASecondDocument) { EXPECT_EQ(FaultOf("a: 1\n---\nb: 2\n"), "f:2: only one YAML document is allowed in the file"); }

TEST(YamlReaderTest, RefusesMoreThanSixteenLevels) {
  EXPECT_EQ(FaultOf(Nested(16)), "0 faults");
  EXPECT_EQ(FaultOf(Nested(17)), "f:17: more than 16 levels");
}

TEST(YamlReaderTest, BoundsTheNumberOfSettings) {
  std::string text;
  for (std::size_t i = 0; i < 2 * kMaxEntries; ++i) text += fmt::format("a{}: 1\n", i);
  EXPECT_EQ(EntriesOf(text).size(), kMaxEntries);
  EXPECT_EQ(FaultOf(text), "f:1001: more than 1000 settings");
}

TEST(YamlReaderTest, SaysWhereTheTextIsNotYaml) {
  EXPECT_THAT(FaultOf("a: 1\nb: \"open\n"), ::testing::StartsWith("f:2: not valid YAML: "));
  EXPECT_THAT(FaultOf("a: 1\n\tb: 2\n"), ::testing::StartsWith("f:2: not valid YAML: "));
}

TEST(YamlReaderTest, KeepsWhatCameBeforeAFault) { EXPECT_THAT(EntriesOf("a: 1\nb: [2]\nc: 3\n"), ElementsAre("a=1@f:1")); }

TEST(YamlReaderTest, SurvivesDeepAndOddNesting) {
  for (const char* part : {"[", "{", "{a: ", "- ", "? ", "!", "&a ", "*a ", "'", "\"", "|\n", "a: "}) {
    std::string text;
    while (text.size() < 64 * 1024) text += part;
    EXPECT_NE(FaultOf(text), "0 faults") << part;
  }
}

}  // namespace
}  // namespace aqua::config
