#include "aqua/audit/verify.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "aqua/base/base64.hpp"
#include "audit_fixture.hpp"
#include "record.hpp"

namespace aqua::audit {
namespace {

using ::testing::HasSubstr;

/// A log of 30 entries with checkpoints after 10, 20 and 30, to be tampered with.
class VerifyTest : public AuditTest {
 protected:
  void SetUp() override {
    AuditTest::SetUp();
    if (!database_) return;
    const auto log = OpenLog({.checkpoint_entries = 1'000, .checkpoint_interval = std::chrono::hours(1'000'000), .checkpoint_file = file_});
    for (int i = 1; i <= 30; ++i) {
      Entry entry = MakeEntry();
      entry.resource_id = "r" + std::to_string(i);
      ASSERT_TRUE(log->Write(entry));
      if (i % 10 == 0) {
        ASSERT_TRUE(log->SignNow());
      }
    }
  }

  void ExpectFault(std::int64_t sequence, const std::string& what, const VerifyOptions& options) {
    const Report report = Verify(*database_, options).value();
    ASSERT_TRUE(report.first_bad.has_value()) << what;
    EXPECT_EQ(report.first_bad->sequence, sequence) << report.first_bad->what;
    EXPECT_THAT(report.first_bad->what, HasSubstr(what));
  }
  void ExpectFault(std::int64_t sequence, const std::string& what) { ExpectFault(sequence, what, Options()); }

  [[nodiscard]] VerifyOptions OptionsWithFile() const {
    VerifyOptions options = Options();
    options.checkpoint_file = file_;
    return options;
  }

  /// Writes the hashes of all entries from one on anew, as who knows the format can.
  void Rechain(std::int64_t from, std::int64_t to) {
    std::string script;
    std::string previous;
    for (const sql::Row& row : Run(SelectFrom() + " ORDER BY sequence")) {
      Record record = ReadRecord(row);
      if (record.sequence > from) record.previous_hash = previous;
      if (record.sequence >= from && record.sequence <= to) {
        record.hash = HashOf(record);
        script += "UPDATE audit_logs SET previous_hash = '" + record.previous_hash + "', hash = '" + record.hash +
                  "' WHERE sequence = " + std::to_string(record.sequence) + ";";
      }
      previous = record.hash;
    }
    Tamper(script);
  }

  std::vector<std::string> FileLines() const {
    std::ifstream file(file_);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }
  void WriteFile(const std::vector<std::string>& lines) const {
    std::ofstream file(file_);
    for (const std::string& line : lines) file << line << '\n';
  }

  const std::filesystem::path file_ = folder_.path() / "checkpoints";
};

TEST_P(VerifyTest, AWholeLogIsWhole) {
  for (const std::size_t page : {1U, 7U, 30U, 500U}) {
    VerifyOptions options = OptionsWithFile();
    options.page = page;
    std::int64_t told = 0;
    options.progress = [&](std::int64_t checked, std::int64_t total) {
      EXPECT_GT(checked, told);
      EXPECT_EQ(total, 30);
      told = checked;
    };
    const Report report = Verify(*database_, options).value();
    EXPECT_FALSE(report.first_bad) << report.first_bad->what;
    EXPECT_EQ(report.entries, 30);
    EXPECT_EQ(report.checkpoints, 6);
    EXPECT_EQ(report.signed_entries, 30);
    EXPECT_EQ(told, 30);
  }
}

TEST_P(VerifyTest, AnEmptyLogIsWhole) {
  Tamper("DELETE FROM audit_logs; DELETE FROM audit_checkpoints; UPDATE audit_head SET sequence = 0, hash = '" + FirstHash() +
         "', checkpoint_number = 0, checkpoint_sequence = 0");
  EXPECT_FALSE(Check().first_bad);
  ExpectFault(1, "cut off", OptionsWithFile());
}

TEST_P(VerifyTest, FindsAnAlteredFieldWhicheverItIs) {
  const std::string uuid = "'99999999-9999-4999-8999-999999999999'";
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"id", uuid},
      {"tenant_id", uuid},
      {"user_id", uuid},
      {"user_id", "NULL"},
      {"action", "'auth.logout'"},
      {"resource_type", "'key'"},
      {"resource_id", "'r18'"},
      {"details", "'{\"method\": \"password\"}'"},  // one more blank
      {"ip_address", "'192.0.2.8'"},
      {"user_agent", "NULL"},
      {"user_agent", "''"},
      {"request_id", "'r-2'"},
      {"outcome", "'failure'"},
      {"created_at", "'2026-03-15T12:00:00.000001Z'"},
      {"hash", "'" + std::string(64, 'a') + "'"},
      {"previous_hash", "'" + std::string(64, 'a') + "'"},
  };
  Tamper("CREATE TABLE kept AS SELECT * FROM audit_logs WHERE sequence = 17");
  for (const auto& [column, value] : changes) {
    Tamper(fmt::format("UPDATE audit_logs SET {} = {} WHERE sequence = 17", column, value));
    ExpectFault(17, "altered");
    Tamper(fmt::format("UPDATE audit_logs SET {0} = (SELECT {0} FROM kept) WHERE sequence = 17", column));
  }
  EXPECT_FALSE(Check().first_bad);
}

TEST_P(VerifyTest, FindsARemovedEntry) {
  Tamper("DELETE FROM audit_logs WHERE sequence = 17");
  ExpectFault(17, "missing");
  Tamper("DELETE FROM audit_logs WHERE sequence = 1");
  ExpectFault(1, "missing");
}

TEST_P(VerifyTest, FindsARemovedEntryWhoseGapWasClosed) {
  Tamper("DELETE FROM audit_logs WHERE sequence = 17");
  for (int i = 18; i <= 30; ++i) Tamper("UPDATE audit_logs SET sequence = " + std::to_string(i - 1) + " WHERE sequence = " + std::to_string(i));
  ExpectFault(17, "altered");
}

TEST_P(VerifyTest, FindsEntriesThatChangedPlaces) {
  Tamper(
      "UPDATE audit_logs SET sequence = 1000 WHERE sequence = 5; UPDATE audit_logs SET sequence = 5 WHERE sequence = 6;"
      "UPDATE audit_logs SET sequence = 6 WHERE sequence = 1000");
  ExpectFault(5, "altered");
}

TEST_P(VerifyTest, FindsAnInsertedEntry) {
  const std::string row =
      "INSERT INTO audit_logs SELECT '99999999-9999-4999-8999-999999999999', tenant_id, user_id, action, resource_type, resource_id, details, ip_address, "
      "user_agent, created_at, ";
  Tamper("DROP INDEX audit_logs_sequence; " + row + "17, previous_hash, hash, request_id, outcome FROM audit_logs WHERE sequence = 17");
  VerifyOptions options = Options();
  for (const std::size_t page : {500U, 17U, 1U}) {
    options.page = page;
    const Report report = Verify(*database_, options).value();
    ASSERT_TRUE(report.first_bad) << page;
    // Where a page ends between the two, their number alone tells.
    EXPECT_THAT(report.first_bad->sequence, ::testing::AnyOf(17, 0)) << report.first_bad->what;
  }
  Tamper("DELETE FROM audit_logs WHERE id = '99999999-9999-4999-8999-999999999999'");
  EXPECT_FALSE(Check().first_bad);
  Tamper(row + "31, hash, hash, request_id, outcome FROM audit_logs WHERE sequence = 30");
  ExpectFault(31, "altered");
  Rechain(31, 31);
  ExpectFault(31, "behind the head");
}

TEST_P(VerifyTest, FindsACutTailByWhateverStillTellsOfIt) {
  Tamper("DELETE FROM audit_logs WHERE sequence > 25");
  ExpectFault(26, "cut off");
  Tamper("UPDATE audit_head SET sequence = 25, hash = (SELECT hash FROM audit_logs WHERE sequence = 25), checkpoint_number = 2, checkpoint_sequence = 20");
  ExpectFault(26, "cut off");  // the checkpoint in the table
  Tamper("DELETE FROM audit_checkpoints WHERE number = 3");
  EXPECT_FALSE(Check().first_bad);
  ExpectFault(26, "cut off", OptionsWithFile());
}

TEST_P(VerifyTest, FindsAnEntryThatWasRewrittenWithItsHash) {
  Tamper("UPDATE audit_logs SET action = 'auth.logout' WHERE sequence = 17");
  Rechain(17, 17);
  ExpectFault(17, "rewritten");
}

TEST_P(VerifyTest, FindsARewrittenChainByItsCheckpoints) {
  Tamper("UPDATE audit_logs SET action = 'auth.logout' WHERE sequence = 17");
  Rechain(17, 30);
  Tamper("UPDATE audit_head SET hash = (SELECT hash FROM audit_logs WHERE sequence = 30)");
  ExpectFault(11, "from here to 20 was rewritten");
  Tamper("DELETE FROM audit_checkpoints WHERE number > 1; UPDATE audit_head SET checkpoint_number = 1, checkpoint_sequence = 10");
  const Report report = Check();
  EXPECT_FALSE(report.first_bad);  // nothing tells, but that what is signed ends before
  EXPECT_EQ(report.signed_entries, 10);
  ExpectFault(11, "from here to 20 was rewritten", OptionsWithFile());
}

TEST_P(VerifyTest, FindsARewrittenEndByTheHead) {
  Tamper(
      "DELETE FROM audit_checkpoints WHERE number > 2; UPDATE audit_head SET checkpoint_number = 2, checkpoint_sequence = 20;"
      "UPDATE audit_logs SET action = 'auth.logout' WHERE sequence = 28");
  Rechain(28, 30);
  ExpectFault(21, "the head has another hash");
}

TEST_P(VerifyTest, FindsAForgedCheckpoint) {
  const auto stranger = auth::Ed25519Key::FromSeed(Bytes(32, 9)).value();
  const sql::Row row = Run("SELECT number, sequence, hash, created_at, key_id FROM audit_checkpoints WHERE number = 2").front();
  const std::string forged = base::EncodeBase64(stranger->Sign(SignedText({2, 20, row.Text(2), row.Text(3), row.Text(4), {}})));
  Tamper("CREATE TABLE kept AS SELECT * FROM audit_checkpoints WHERE number = 2");
  for (const auto& [column, value] : std::vector<std::pair<std::string, std::string>>{{"signature", "'" + forged + "'"},
                                                                                      {"signature", "'not base64'"},
                                                                                      {"signature", "''"},
                                                                                      {"key_id", "'other'"},
                                                                                      {"created_at", "'2026-03-15T13:00:00.000000Z'"}}) {
    Tamper(fmt::format("UPDATE audit_checkpoints SET {} = {} WHERE number = 2", column, value));
    ExpectFault(20, "checkpoint 2 is forged");
    Tamper(fmt::format("UPDATE audit_checkpoints SET {0} = (SELECT {0} FROM kept) WHERE number = 2", column));
  }
  EXPECT_FALSE(Check().first_bad);
  VerifyOptions options = Options();
  options.keys = {{"test", stranger->public_key()}};
  ExpectFault(10, "checkpoint 1 is forged", options);
  options.keys.clear();
  ExpectFault(10, "checkpoint 1 is forged", options);
}

TEST_P(VerifyTest, FindsAMissingCheckpoint) {
  Tamper("CREATE TABLE kept AS SELECT * FROM audit_checkpoints");
  for (int number = 1; number <= 3; ++number) {
    Tamper("DELETE FROM audit_checkpoints WHERE number = " + std::to_string(number));
    ExpectFault(number * 10 - 9, "checkpoint " + std::to_string(number) + " is missing");
    Tamper("INSERT INTO audit_checkpoints SELECT * FROM kept WHERE number = " + std::to_string(number));
  }
  EXPECT_FALSE(Check().first_bad);
}

TEST_P(VerifyTest, FindsTheFirstOfSeveralFaults) {
  Tamper("UPDATE audit_logs SET action = 'x' WHERE sequence = 23; DELETE FROM audit_logs WHERE sequence > 28; DELETE FROM audit_logs WHERE sequence = 12");
  ExpectFault(12, "missing");
}

TEST_P(VerifyTest, FindsForgedLinesOfTheFile) {
  const std::vector<std::string> lines = FileLines();
  ASSERT_EQ(lines.size(), 3U);
  Checkpoint forged = ReadCheckpoint(lines[1]).value();
  forged.signature[0] ^= 1U;
  WriteFile({lines[0], WriteCheckpoint(forged), lines[2]});
  ExpectFault(20, "checkpoint 2 is forged", OptionsWithFile());
  forged.sequence = 9'000;
  WriteFile({lines[0], lines[1], lines[2], WriteCheckpoint(forged)});
  ExpectFault(9'000, "checkpoint 2 is forged", OptionsWithFile());
  WriteFile({lines[1], lines[0]});
  ExpectFault(10, "checkpoint 1 is out of order", OptionsWithFile());
}

TEST_P(VerifyTest, TornAndDoubleLinesOfTheFileAreNoFault) {
  const std::vector<std::string> lines = FileLines();
  WriteFile({lines[0], lines[0], lines[1].substr(0, 40), std::string(100'000, 'x'), "", "{}", lines[1], lines[2].substr(0, 10)});
  const Report report = Verify(*database_, OptionsWithFile()).value();
  EXPECT_FALSE(report.first_bad) << report.first_bad->what;
  EXPECT_EQ(report.checkpoints, 5);
  std::filesystem::remove(file_);
  EXPECT_EQ(Verify(*database_, OptionsWithFile()).error().reason, "checkpoint_file_unreadable");
}

TEST_P(VerifyTest, AKeyThatIsNoneIsToldAtOnce) {
  VerifyOptions options = Options();
  options.keys.push_back({"short", Bytes(31, 1)});
  EXPECT_EQ(Verify(*database_, options).error().reason, "key_malformed");
}

AQUA_FOR_EVERY_DATABASE(VerifyTest);

}  // namespace
}  // namespace aqua::audit
