#include "record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"

namespace aqua::audit {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

Entry Valid() {
  Entry entry;
  entry.tenant = "00000000-0000-4000-8000-00000000000A";
  entry.action = "auth.login";
  entry.resource_type = "user";
  entry.outcome = "success";
  entry.time = base::ParseTime("2026-03-15T12:00:00.25Z").value();
  return entry;
}

std::string Field(const Entry& entry, std::string_view name) {
  const Record record = MakeRecord(entry).value();
  for (std::size_t i = 0; i < kFields.size(); ++i)
    if (kFields.at(i) == name) return record.fields.at(i).value_or("(none)");
  return "(no such field)";
}

TEST(RecordTest, HasTheHashThatTheFormatSays) {
  Record record;
  record.sequence = 1;
  record.fields = {"00000000-0000-7000-8000-000000000001",
                   "00000000-0000-4000-8000-00000000000a",
                   std::nullopt,
                   "auth.login",
                   "user",
                   "é",
                   R"({"a":1})",
                   std::nullopt,
                   "",
                   "r-1",
                   "success",
                   "2026-03-15T12:00:00.250000Z"};
  record.previous_hash = FirstHash();
  EXPECT_EQ(CanonicalForm(record),
            "aqua-audit-entry-1\nsequence 1\nid 36:00000000-0000-7000-8000-000000000001\ntenant_id 36:00000000-0000-4000-8000-00000000000a\nuser_id -\n"
            "action 10:auth.login\nresource_type 4:user\nresource_id 2:é\ndetails 7:{\"a\":1}\nip_address -\nuser_agent 0:\nrequest_id 3:r-1\n"
            "outcome 7:success\ncreated_at 27:2026-03-15T12:00:00.250000Z\n");
  EXPECT_EQ(HashOf(record), "9fd71f7bb795504adc97bb8fe6c9fa5dde46b11676cb2a27b6f8d3c1d90ec310");
  record.previous_hash = std::string(62, '0') + "fe";
  EXPECT_EQ(HashOf(record), "ac47de9755c5f3e4712b79ea83e353d298fbf5b72aced495e6d8ffaa642ea70d");
}

TEST(RecordTest, NoTwoRecordsShareAForm) {
  // Texts that would run into each other, or pass for the frame around them, if lengths were not part of it.
  const std::vector<std::optional<std::string>> texts = {std::nullopt, "", "-", "a", "a\nip_address -", "1:a", "a\n", "\n"};
  std::set<std::string> forms;
  std::size_t records = 0;
  for (const auto& first : texts)
    for (const auto& second : texts)
      for (const auto& third : texts) {
        Record record;
        record.fields[5] = first;
        record.fields[6] = second;
        record.fields[7] = third;
        forms.insert(CanonicalForm(record));
        ++records;
      }
  EXPECT_EQ(forms.size(), records);
}

TEST(RecordTest, GivesIdsAndLowersThem) {
  Entry entry = Valid();
  entry.user_id = "00000000-0000-4000-8000-00000000000B";
  const Record record = MakeRecord(entry).value();
  EXPECT_TRUE(base::IsUuid(*record.fields[0]));
  EXPECT_NE(record.fields[0], MakeRecord(entry).value().fields[0]);
  EXPECT_EQ(Field(entry, "tenant_id"), "00000000-0000-4000-8000-00000000000a");
  EXPECT_EQ(Field(entry, "user_id"), "00000000-0000-4000-8000-00000000000b");
  EXPECT_EQ(Field(entry, "created_at"), "2026-03-15T12:00:00.250000Z");
}

TEST(RecordTest, EscapesWhatWouldSteerALog) {
  Entry entry = Valid();
  entry.user_agent = std::string("a\r\nb\x1b[2J\0c\xff", 11);
  EXPECT_EQ(Field(entry, "user_agent"), "a\\x0d\\x0ab\\x1b[2J\\x00c\xEF\xBF\xBD");
  // What only looks escaped is told from what was.
  entry.user_agent = "a\\x0d";
  EXPECT_EQ(Field(entry, "user_agent"), "a\\\\x0d");
  entry.details = "{\n  \"name\": \"a\\nb\"\n}";
  EXPECT_EQ(Field(entry, "details"), R"({"name":"a\nb"})");
}

TEST(RecordTest, CutsWhatIsTooLong) {
  Entry entry = Valid();
  for (const std::string piece : {"x", "é", "\n", "\\"}) {
    std::string text;
    while (text.size() < 2'000) text += piece;
    entry.user_agent = text;
    EXPECT_LE(Field(entry, "user_agent").size(), 512U);
    EXPECT_GE(Field(entry, "user_agent").size(), 500U);
    EXPECT_THAT(Field(entry, "user_agent"), EndsWith("…"));
    EXPECT_THAT(Field(entry, "user_agent"), Not(HasSubstr("\xEF\xBF\xBD")));
  }
  entry.user_agent = std::string(512, 'x');
  EXPECT_EQ(Field(entry, "user_agent"), std::string(512, 'x'));
}

TEST(RecordTest, RefusesWhatIsNoEntry) {
  const auto refused = [](const auto& change) {
    Entry entry = Valid();
    change(entry);
    const auto record = MakeRecord(entry);
    return !record && record.error().reason == "audit_entry_invalid";
  };
  EXPECT_FALSE(refused([](Entry&) {}));
  EXPECT_TRUE(refused([](Entry& entry) { entry.tenant = ""; }));
  EXPECT_TRUE(refused([](Entry& entry) { entry.user_id = "anna"; }));
  for (const std::string& word : {std::string(), std::string("a b"), std::string("Login"), std::string("a\n"), std::string(65, 'a')}) {
    EXPECT_TRUE(refused([&](Entry& entry) { entry.action = word; })) << word;
    EXPECT_TRUE(refused([&](Entry& entry) { entry.resource_type = word; })) << word;
    EXPECT_TRUE(refused([&](Entry& entry) { entry.outcome = word; })) << word;
  }
  for (const std::string& details :
       {std::string(), std::string("[]"), std::string("{"), std::string(R"({"a":1,"a":2})"), "{\"a\":\"" + std::string(17'000, 'x') + "\"}"})
    EXPECT_TRUE(refused([&](Entry& entry) { entry.details = details; })) << details;
}

}  // namespace
}  // namespace aqua::audit
