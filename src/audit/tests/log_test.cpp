#include "aqua/audit/log.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "audit_fixture.hpp"
#include "lossy_database.hpp"
#include "record.hpp"

namespace aqua::audit {
namespace {

using ::testing::HasSubstr;

class LogTest : public AuditTest {
 protected:
  /// Holds the writing thread in the answer to an entry until let_go_ is set, so that others gather.
  void Hold(Log& log) {
    std::promise<void> held;
    log.Append(MakeEntry(), [&held, gate = let_go_.get_future().share()](const Status&) {
      held.set_value();
      gate.wait();
    });
    held.get_future().wait();
  }

  std::vector<std::int64_t> CheckpointSequences() {
    std::vector<std::int64_t> sequences;
    for (const sql::Row& row : Run("SELECT sequence FROM audit_checkpoints ORDER BY number")) sequences.push_back(row.Integer(0));
    return sequences;
  }

  std::promise<void> let_go_;
};

TEST_P(LogTest, AnEntryIsThereWhenItIsAcknowledged) {
  const auto log = OpenLog();
  const Entry entry = MakeEntry();
  ASSERT_TRUE(log->Write(entry));
  const auto found = List(*database_, tenant_, {}, 10, {}).value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].sequence, 1);
  EXPECT_EQ(found[0].previous_hash, FirstHash());
  EXPECT_EQ(found[0].entry.user_id, entry.user_id);
  EXPECT_EQ(found[0].entry.action, entry.action);
  EXPECT_EQ(found[0].entry.resource_type, entry.resource_type);
  EXPECT_EQ(found[0].entry.resource_id, entry.resource_id);
  EXPECT_EQ(found[0].entry.details, R"({"method":"password"})");
  EXPECT_EQ(found[0].entry.ip_address, entry.ip_address);
  EXPECT_EQ(found[0].entry.user_agent, entry.user_agent);
  EXPECT_EQ(found[0].entry.request_id, entry.request_id);
  EXPECT_EQ(found[0].entry.outcome, entry.outcome);
  EXPECT_EQ(found[0].entry.time, entry.time);
  EXPECT_FALSE(Check().first_bad);
}

TEST_P(LogTest, SeveralLogsOnOneDatabaseMakeOneChain) {
  const auto other = Open();
  std::atomic<int> good{0};
  {
    const auto ours = OpenLog();
    const auto theirs = OpenLog(*other);
    std::vector<std::jthread> threads;
    for (Log* log : {ours.get(), theirs.get(), ours.get(), theirs.get()})
      threads.emplace_back([&, log] {
        for (int i = 0; i < 50; ++i) good += log->Write(MakeEntry()) ? 1 : 0;
      });
  }
  EXPECT_EQ(good, 200);
  const Report report = Check();
  EXPECT_FALSE(report.first_bad) << report.first_bad->what;
  EXPECT_EQ(report.entries, 200);
  EXPECT_EQ(report.signed_entries, 200);
}

TEST_P(LogTest, WhatWaitsSharesOneTransaction) {
  auto log = OpenLog();
  Hold(*log);
  std::atomic<int> good{0};
  for (int i = 0; i < 100; ++i) log->Append(MakeEntry(), [&good](const Status& status) { good += status ? 1 : 0; });
  let_go_.set_value();
  log.reset();
  EXPECT_EQ(good, 100);
  EXPECT_THAT(metrics_.Text(), HasSubstr("aqua_audit_commit_seconds_count 2\n"));
  EXPECT_THAT(metrics_.Text(), HasSubstr("aqua_audit_entries_total{outcome=\"written\"} 101\n"));
  EXPECT_EQ(Check().entries, 101);
}

TEST_P(LogTest, RefusesAtOnceWhatIsNoEntryAndWhatIsTooMuch) {
  auto log = OpenLog({.max_waiting = 2});
  Hold(*log);
  EXPECT_EQ(log->Write(MakeEntry("No Word")).error().reason, "audit_entry_invalid");
  std::atomic<int> good{0};
  for (int i = 0; i < 2; ++i) log->Append(MakeEntry(), [&good](const Status& status) { good += status ? 1 : 0; });
  EXPECT_EQ(log->Write(MakeEntry()).error().reason, "audit_entries_waiting");
  let_go_.set_value();
  log.reset();
  EXPECT_EQ(good, 2);
  EXPECT_EQ(Check().entries, 3);
}

TEST_P(LogTest, ChangesAreRefused) {
  ASSERT_TRUE(OpenLog()->Write(MakeEntry()));
  std::vector<std::string> statements;
  for (const std::string table : {"audit_logs", "audit_checkpoints"}) {
    statements.push_back("UPDATE " + table + " SET hash = 'x'");
    statements.push_back("DELETE FROM " + table);
    if (GetParam() == sql::Dialect::kPostgres) statements.push_back("TRUNCATE " + table);
  }
  for (const std::string& statement : statements) {
    const auto changed = database_->Acquire(sql::TenantScope::All()).value()->Query(statement);
    ASSERT_FALSE(changed) << statement;
    EXPECT_EQ(changed.error().reason, "constraint_violated") << statement << ": " << changed.error().message;
  }
  EXPECT_FALSE(Check().first_bad);
}

TEST_P(LogTest, ACheckpointComesAfterSoManyEntries) {
  auto log = OpenLog({.checkpoint_entries = 10, .checkpoint_interval = std::chrono::hours(1)});
  Hold(*log);  // its entry is signed: none was before
  for (int i = 0; i < 34; ++i) log->Append(MakeEntry(), [](const Status&) {});
  let_go_.set_value();
  ASSERT_TRUE(log->Write(MakeEntry()));
  EXPECT_EQ(CheckpointSequences(), (std::vector<std::int64_t>{1, 11, 21, 31}));
  log.reset();
  EXPECT_EQ(CheckpointSequences(), (std::vector<std::int64_t>{1, 11, 21, 31, 36}));
  const Report report = Check();
  EXPECT_FALSE(report.first_bad);
  EXPECT_EQ(report.checkpoints, 5);
  EXPECT_EQ(report.signed_entries, 36);
}

TEST_P(LogTest, ACheckpointComesAfterSoLong) {
  const auto log = OpenLog();
  const auto write = [&](int seconds) {
    clock_.Advance(std::chrono::seconds(seconds));
    ASSERT_TRUE(log->Write(MakeEntry()));
  };
  for (const int seconds : {0, 59, 1, 30, 29, 2}) write(seconds);
  EXPECT_EQ(CheckpointSequences(), (std::vector<std::int64_t>{1, 3, 6}));
}

TEST_P(LogTest, ACheckpointComesWithoutAnotherEntry) {
  std::promise<void> second_checkpoint;
  std::atomic<int> signatures = 0;
  const Signer signer = {"test", [&](std::string_view text) -> Result<Bytes> {
                           if (++signatures == 2) second_checkpoint.set_value();
                           return key_->Sign(text);
                         }};
  Log log(*database_, {.checkpoint_interval = std::chrono::seconds(1)}, signer, clock_, metrics_, logger_);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(log.Write(MakeEntry()));
  EXPECT_EQ(signatures, 1);
  clock_.Advance(std::chrono::seconds(1));
  second_checkpoint.get_future().wait();
}

TEST_P(LogTest, SignsOnRequestAndOnlyWhatIsNew) {
  const auto log = OpenLog();
  ASSERT_TRUE(log->SignNow());
  EXPECT_TRUE(CheckpointSequences().empty());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(log->Write(MakeEntry()));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(log->SignNow());
  EXPECT_EQ(CheckpointSequences(), (std::vector<std::int64_t>{1, 3}));
}

TEST_P(LogTest, EntriesAreWrittenWhenNothingCanBeSigned) {
  std::atomic<bool> works = false;
  const Signer signer = {"test", [&](std::string_view text) -> Result<Bytes> {
                           if (works) return key_->Sign(text);
                           return MakeError(ErrorCode::kUnavailable, "no key");
                         }};
  Log log(*database_, {.checkpoint_entries = 1}, signer, clock_, metrics_, logger_);
  ASSERT_TRUE(log.Write(MakeEntry()));
  ASSERT_TRUE(log.Write(MakeEntry()));
  EXPECT_FALSE(log.SignNow());
  EXPECT_GE(logger_.Count(observe::LogLevel::kError, "a checkpoint of the audit log could not be signed"), 2U);
  EXPECT_EQ(Check().signed_entries, 0);
  works = true;
  ASSERT_TRUE(log.Write(MakeEntry()));
  EXPECT_EQ(Check().signed_entries, 3);
}

TEST_P(LogTest, ACommitWhoseAnswerWasLostIsNotWrittenTwice) {
  LossyDatabase lossy(*database_);
  const auto log = OpenLog(lossy);
  ASSERT_TRUE(log->Write(MakeEntry()));
  lossy.Lose(1, LossyDatabase::When::kAfter);
  ASSERT_TRUE(log->Write(MakeEntry()));
  lossy.Lose(1, LossyDatabase::When::kBefore);
  ASSERT_TRUE(log->Write(MakeEntry()));
  const Report report = Check();
  EXPECT_FALSE(report.first_bad);
  EXPECT_EQ(report.entries, 3);
}

TEST_P(LogTest, AWriteThatFailsSaysSoAndTheLogGoesOn) {
  LossyDatabase lossy(*database_);
  const auto log = OpenLog(lossy);
  lossy.Lose(100, LossyDatabase::When::kBefore);
  const Status lost = log->Write(MakeEntry());
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().reason, "database_unavailable");
  lossy.Lose(0, LossyDatabase::When::kBefore);
  ASSERT_TRUE(log->Write(MakeEntry()));
  EXPECT_EQ(Check().entries, 1);
  EXPECT_THAT(metrics_.Text(), HasSubstr("aqua_audit_entries_total{outcome=\"failed\"} 1\n"));
}

TEST_P(LogTest, ALostHeadIsToldAndNotMadeUp) {
  ASSERT_TRUE(OpenLog()->Write(MakeEntry()));
  Tamper("DELETE FROM audit_head");
  EXPECT_EQ(OpenLog()->Write(MakeEntry()).error().reason, "audit_head_missing");
}

AQUA_FOR_EVERY_DATABASE(LogTest);

}  // namespace
}  // namespace aqua::audit
