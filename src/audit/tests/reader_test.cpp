#include "aqua/audit/reader.hpp"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "aqua/contract/json.hpp"
#include "audit_fixture.hpp"
#include "record.hpp"

namespace aqua::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ReaderTest : public AuditTest {
 protected:
  /// Sequences of what List() returns.
  std::vector<std::int64_t> Sequences(const ListFilter& filter, std::size_t limit = 100, const std::optional<std::int64_t>& before = {}) {
    std::vector<std::int64_t> sequences;
    const auto found = List(*database_, tenant_, filter, limit, before).value();
    for (const StoredEntry& entry : found) sequences.push_back(entry.sequence);
    return sequences;
  }

  void Write(const std::vector<Entry>& entries) {
    const auto log = OpenLog();
    for (const Entry& entry : entries) ASSERT_TRUE(log->Write(entry));
  }

  Entry Other(const std::string& action = "auth.login") const {
    Entry entry = MakeEntry(action);
    entry.tenant = other_tenant_;
    return entry;
  }

  std::vector<std::string> ExportLines(const ExportFilter& filter) {
    std::vector<std::string> lines;
    const auto exported = Export(*database_, filter, [&](std::string_view line) -> Status {
      lines.emplace_back(line);
      return {};
    });
    EXPECT_TRUE(exported);
    EXPECT_EQ(exported.value(), static_cast<std::int64_t>(lines.size()));
    return lines;
  }
};

TEST_P(ReaderTest, ListsATenantNewestFirstPageByPage) {
  Write({MakeEntry(), MakeEntry(), Other(), MakeEntry(), Other(), MakeEntry()});
  EXPECT_THAT(Sequences({}), ElementsAre(6, 4, 2, 1));
  EXPECT_THAT(Sequences({}, 2), ElementsAre(6, 4));
  EXPECT_THAT(Sequences({}, 2, 4), ElementsAre(2, 1));
  EXPECT_THAT(Sequences({}, 2, 1), IsEmpty());
  EXPECT_THAT(List(*database_, "no tenant", {}, 10, {}).value(), IsEmpty());
}

TEST_P(ReaderTest, Filters) {
  Entry of_nobody = MakeEntry("auth.logout");
  of_nobody.user_id.reset();
  Entry late = MakeEntry("key.create");
  late.time += std::chrono::hours(1);
  Write({MakeEntry("auth.login"), of_nobody, late, MakeEntry("authority.x")});
  EXPECT_THAT(Sequences({.action_prefix = "auth."}), ElementsAre(2, 1));
  EXPECT_THAT(Sequences({.action_prefix = "auth"}), ElementsAre(4, 2, 1));
  EXPECT_THAT(Sequences({.action_prefix = ""}), ElementsAre(4, 3, 2, 1));
  EXPECT_THAT(Sequences({.action_prefix = "%"}), IsEmpty());
  EXPECT_THAT(Sequences({.action_prefix = "' OR 1=1 --"}), IsEmpty());
  EXPECT_THAT(Sequences({.user_id = "00000000-0000-4000-8000-0000000000AA"}), ElementsAre(4, 3, 1));
  EXPECT_THAT(Sequences({.user_id = "00000000-0000-4000-8000-0000000000ab"}), IsEmpty());
  EXPECT_THAT(Sequences({.user_id = "anna"}), IsEmpty());
  EXPECT_THAT(Sequences({.from = late.time}), ElementsAre(3));
  EXPECT_THAT(Sequences({.to = late.time}), ElementsAre(4, 2, 1));
  EXPECT_THAT(Sequences({.action_prefix = "auth.", .user_id = MakeEntry().user_id, .from = MakeEntry().time, .to = late.time}, 5, 4), ElementsAre(1));
}

TEST_P(ReaderTest, ExportsLinesFromWhichTheChainCanBeChecked) {
  Entry odd = MakeEntry();
  odd.user_agent = "a\"\\\n\xff é";
  odd.user_id.reset();
  std::vector<Entry> entries(600, MakeEntry());
  entries[299] = odd;
  entries[300] = Other();
  {
    const auto log = OpenLog();
    for (const Entry& entry : entries) log->Append(entry, [](const Status& status) { EXPECT_TRUE(status); });
  }
  const std::vector<std::string> lines = ExportLines({});
  ASSERT_EQ(lines.size(), 600U);
  Record record;
  record.hash = FirstHash();
  for (const std::string& line : lines) {
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto json = contract::ParseJson(line).value();
    const auto text = [&](std::string_view name) {
      const auto* value = std::get_if<std::string>(&json.Find(name)->value);
      return value == nullptr ? std::nullopt : std::optional(*value);
    };
    ++record.sequence;
    ASSERT_EQ(std::get<std::int64_t>(json.Find("sequence")->value), record.sequence);
    record.previous_hash = record.hash;
    for (std::size_t i = 0; i < kFields.size(); ++i) record.fields.at(i) = text(kFields.at(i));
    record.hash = HashOf(record);
    ASSERT_EQ(text("previous_hash"), record.previous_hash);
    ASSERT_EQ(text("hash"), record.hash) << line;
  }
}

TEST_P(ReaderTest, ExportsWhatIsAskedFor) {
  Entry late = MakeEntry("key.create");
  late.time += std::chrono::hours(1);
  Write({MakeEntry(), Other(), late});
  EXPECT_THAT(ExportLines({.tenant = other_tenant_}), ElementsAre(HasSubstr(R"("sequence":2,)")));
  EXPECT_THAT(ExportLines({.tenant = tenant_, .from = late.time}), ElementsAre(HasSubstr("key.create")));
  EXPECT_EQ(ExportLines({.to = late.time}).size(), 2U);
  EXPECT_THAT(ExportLines({.tenant = "no tenant"}), IsEmpty());
  int taken = 0;
  const auto ended = Export(*database_, {}, [&](std::string_view) -> Status {
    if (++taken == 2) return MakeError(ErrorCode::kCancelled, "enough", "enough");
    return {};
  });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().reason, "enough");
  EXPECT_EQ(taken, 2);
}

/// Where the database itself holds a caller to its tenant.
class ReaderRightsTest : public ReaderTest {};

TEST_P(ReaderRightsTest, OnlyTheLogItselfMayWrite) {
  Write({MakeEntry(), Other()});
  const auto lease = database_->Acquire(sql::TenantScope::Of(tenant_)).value();
  EXPECT_EQ(lease->Query("SELECT sequence FROM audit_logs").value().size(), 1U);
  EXPECT_TRUE(lease->Query("SELECT sequence FROM audit_head").value().empty());
  EXPECT_TRUE(lease->Query("SELECT sequence FROM audit_checkpoints").value().empty());
  const auto refused = lease->Query(
      "INSERT INTO audit_logs (id, tenant_id, action, resource_type, details, created_at, sequence, previous_hash, hash, outcome) "
      "SELECT '99999999-9999-4999-8999-999999999999', tenant_id, action, resource_type, details, created_at, 3, hash, hash, outcome FROM audit_logs");
  EXPECT_EQ(refused.error().reason, "not_permitted");
}

AQUA_FOR_EVERY_DATABASE(ReaderTest);
INSTANTIATE_TEST_SUITE_P(Databases, ReaderRightsTest, ::testing::Values(sql::Dialect::kPostgres), DialectName);

}  // namespace
}  // namespace aqua::audit
