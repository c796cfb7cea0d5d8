#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include "aqua/sql/testing/database_source.hpp"

namespace aqua::sql::testing {

/// Commit(), RunExclusive() and the errors of both and of Query().
class DatabaseTransactionTest : public DatabaseConformanceTest {
 protected:
  void SetUp() override {
    DatabaseConformanceTest::SetUp();
    if (!database_) return;
    Create("farms", "id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, fish BIGINT NOT NULL DEFAULT 0 CHECK (fish >= 0)");
    Create("tanks", "id BIGINT PRIMARY KEY, farm BIGINT NOT NULL REFERENCES farms (id), partner BIGINT REFERENCES tanks (id) DEFERRABLE INITIALLY DEFERRED");
    Run("INSERT INTO farms (id, name) VALUES (1, 'north')");
  }

  Database::Lease Lease() { return database_->Acquire(TenantScope::All()).value(); }

  static Command Farm(std::int64_t id, const std::string& name) { return {"INSERT INTO farms (id, name) VALUES ($1, $2)", {id, name}}; }

  struct Fault {
    std::string_view sql;
    ErrorCode code;
    std::string reason;
  };

  static const std::vector<Fault>& Faults() {
    static const std::vector<Fault> faults = {
        {"INSERT INTO farms (id, name) VALUES (1, 'south')", ErrorCode::kAlreadyExists, "duplicate"},
        {"INSERT INTO farms (id, name) VALUES (2, 'north')", ErrorCode::kAlreadyExists, "duplicate"},
        {"INSERT INTO tanks (id, farm) VALUES (1, 99)", ErrorCode::kFailedPrecondition, "reference_missing"},
        {"INSERT INTO farms (id, name) VALUES (2, NULL)", ErrorCode::kFailedPrecondition, "constraint_violated"},
        {"UPDATE farms SET fish = -1 WHERE id = 1", ErrorCode::kFailedPrecondition, "constraint_violated"},
        {"SELEC id FROM farms", ErrorCode::kInternal, "database_error"},
        {"SELECT id FROM ponds", ErrorCode::kInternal, "database_error"},
        {"SELECT depth FROM farms", ErrorCode::kInternal, "database_error"},
        {"DELETE FROM tanks; DELETE FROM farms", ErrorCode::kInternal, "database_error"},
    };
    return faults;
  }

  static void ExpectError(const Error& error, const Fault& fault) {
    EXPECT_EQ(error.code, fault.code) << fault.sql << ": " << error.message;
    EXPECT_EQ(error.reason, fault.reason) << fault.sql << ": " << error.message;
    EXPECT_FALSE(error.message.empty());
  }
};

/// Counts without end for a machine of today.
constexpr std::string_view kSlowQuery = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT count(*) FROM n";

TEST_P(DatabaseTransactionTest, QueriesTellTheirFaultAndTheConnectionGoesOn) {
  auto lease = Lease();
  for (const Fault& fault : Faults()) {
    // Twice: the second time the statement may be prepared already.
    for (int round = 0; round < 2; ++round) {
      const auto rows = lease->Query(fault.sql);
      ASSERT_FALSE(rows.has_value()) << fault.sql;
      ExpectError(rows.error(), fault);
      EXPECT_FALSE(lease->broken()) << fault.sql;
      const auto count = lease->Query("SELECT count(*), max(fish) FROM farms");
      ASSERT_TRUE(count.has_value()) << fault.sql << ": " << count.error().message;
      EXPECT_EQ((*count)[0].Integer(0), 1) << fault.sql;
      EXPECT_EQ((*count)[0].Integer(1), 0) << fault.sql;
    }
  }
}

TEST_P(DatabaseTransactionTest, AFaultAnywhereInACommitUndoesAllOfIt) {
  auto lease = Lease();
  for (const Fault& fault : Faults())
    for (std::size_t place = 0; place < 3; ++place) {
      std::vector<Command> commands = {Farm(10, "ten"), {"UPDATE farms SET fish = fish + 5 WHERE id = $1", {std::int64_t{1}}}};
      commands.insert(commands.begin() + static_cast<std::ptrdiff_t>(place), Command{fault.sql, {}});
      const auto changed = lease->Commit(commands);
      ASSERT_FALSE(changed.has_value()) << fault.sql;
      ExpectError(changed.error(), fault);
      EXPECT_FALSE(lease->broken()) << fault.sql;
      EXPECT_EQ(Count("farms WHERE id = 10 OR fish <> 0"), 0) << fault.sql;
    }
  const std::vector<Command> commands = {Farm(10, "ten")};
  EXPECT_TRUE(lease->Commit(commands).has_value());
  EXPECT_EQ(Count("farms"), 2);
}

TEST_P(DatabaseTransactionTest, DeletingWhatIsReferencedIsRefused) {
  Run("INSERT INTO tanks (id, farm) VALUES (1, 1)");
  auto lease = Lease();
  const Fault fault = {"DELETE FROM farms WHERE id = 1", ErrorCode::kFailedPrecondition, "reference_missing"};
  const auto rows = lease->Query(fault.sql);
  ASSERT_FALSE(rows.has_value());
  ExpectError(rows.error(), fault);
}

TEST_P(DatabaseTransactionTest, AFaultThatOnlyTheCommitFindsUndoesAllOfIt) {
  auto lease = Lease();
  const Fault fault = {"INSERT INTO tanks (id, farm, partner) VALUES (1, 1, 2)", ErrorCode::kFailedPrecondition, "reference_missing"};
  const std::vector<Command> lonely = {Farm(2, "south"), {fault.sql, {}}};
  const auto changed = lease->Commit(lonely);
  ASSERT_FALSE(changed.has_value());
  ExpectError(changed.error(), fault);
  EXPECT_FALSE(lease->broken());
  EXPECT_EQ(Count("farms"), 1);
  EXPECT_EQ(Count("tanks"), 0);
  const std::vector<Command> both = {{fault.sql, {}}, {"INSERT INTO tanks (id, farm, partner) VALUES (2, 1, 1)", {}}};
  EXPECT_TRUE(lease->Commit(both).has_value());
  EXPECT_EQ(Count("tanks"), 2);
}

TEST_P(DatabaseTransactionTest, ACommitTellsTheRowsEachCommandChanged) {
  const std::vector<Command> commands = {
      Farm(2, "south"),
      {"INSERT INTO farms (id, name) VALUES (3, 'east'), (4, 'west'), (5, 'sea')", {}},
      {"SELECT id FROM farms", {}},
      {"CREATE TABLE ponds (id INTEGER)", {}},
      {"UPDATE farms SET fish = $1 WHERE id >= $2", {std::int64_t{7}, std::int64_t{4}}},
      {"UPDATE farms SET fish = $1 WHERE id >= $2", {std::int64_t{7}, std::int64_t{100}}},
      {"INSERT INTO farms (id, name) VALUES (2, 'again') ON CONFLICT (id) DO NOTHING", {}},
      {"DELETE FROM farms WHERE id > 1", {}},
  };
  auto lease = Lease();
  const auto changed = lease->Commit(commands);
  ASSERT_TRUE(changed.has_value()) << changed.error().message;
  EXPECT_EQ(*changed, (std::vector<std::int64_t>{1, 3, 0, 0, 2, 0, 0, 4}));
  EXPECT_EQ(Count("farms"), 1);
}

TEST_P(DatabaseTransactionTest, ACommitOfNothingIsDone) {
  auto lease = Lease();
  const auto changed = lease->Commit({});
  ASSERT_TRUE(changed.has_value()) << changed.error().message;
  EXPECT_TRUE(changed->empty());
}

TEST_P(DatabaseTransactionTest, ASlowStatementIsCutOffAndTheConnectionGoesOn) {
  const auto hasty = Open({.statement_timeout = std::chrono::milliseconds(200)});
  ASSERT_NE(hasty, nullptr);
  auto lease = hasty->Acquire(TenantScope::All());
  ASSERT_TRUE(lease.has_value());
  const Fault fault = {kSlowQuery, ErrorCode::kDeadlineExceeded, "query_too_slow"};
  const auto start = std::chrono::steady_clock::now();
  const auto rows = (*lease)->Query(kSlowQuery);
  ASSERT_FALSE(rows.has_value());
  ExpectError(rows.error(), fault);
  const std::vector<Command> commands = {Farm(2, "south"), {kSlowQuery, {}}};
  const auto changed = (*lease)->Commit(commands);
  ASSERT_FALSE(changed.has_value());
  ExpectError(changed.error(), fault);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_FALSE((*lease)->broken());
  EXPECT_TRUE((*lease)->Commit(std::vector<Command>{Farm(3, "east")}).has_value());
  EXPECT_EQ(Count("farms"), 2);
}

TEST_P(DatabaseTransactionTest, AnExclusiveScriptIsDoneAsOne) {
  auto lease = Lease();
  const Status status = lease->RunExclusive([](Connection& connection) -> Result<std::string> {
    AQUA_TRY_ASSIGN(const auto rows, connection.Query("SELECT count(*) FROM farms"));
    // A script may end without semicolon or line end.
    return "INSERT INTO farms (id, name) VALUES (2, 'south; -- of the river'); UPDATE farms SET fish = " + std::to_string(rows[0].Integer(0) + 40) + " -- all";
  });
  ASSERT_TRUE(status.has_value()) << status.error().message;
  EXPECT_EQ(Count("farms WHERE fish = 41"), 2);
  // Nothing stays locked.
  EXPECT_TRUE(Lease()->Commit(std::vector<Command>{Farm(3, "east")}).has_value());
}

TEST_P(DatabaseTransactionTest, AnExclusiveScriptThatFailsDoesNothing) {
  auto lease = Lease();
  for (const Fault& fault : Faults()) {
    if (fault.sql.find(';') != std::string_view::npos) continue;  // several statements are fine here
    const Status status = lease->RunExclusive([&](Connection&) { return "INSERT INTO farms (id, name) VALUES (9, 'nine'); " + std::string(fault.sql); });
    ASSERT_FALSE(status.has_value()) << fault.sql;
    ExpectError(status.error(), fault);
    EXPECT_FALSE(lease->broken());
    EXPECT_EQ(Count("farms"), 1) << fault.sql;
  }
}

TEST_P(DatabaseTransactionTest, TheErrorOfAnExclusiveScriptsMakerIsHandedOn) {
  auto lease = Lease();
  const Status status = lease->RunExclusive([](Connection&) -> Result<std::string> { return MakeError(ErrorCode::kFailedPrecondition, "no", "not_now"); });
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().reason, "not_now");
  EXPECT_TRUE(lease->RunExclusive([](Connection&) { return std::string(); }).has_value());
  EXPECT_TRUE(lease->Commit(std::vector<Command>{Farm(2, "south")}).has_value());
  EXPECT_EQ(Count("farms"), 2);
}

TEST_P(DatabaseTransactionTest, WhatFailedBeforeItsTableWasThereWorksInAnExclusiveScript) {
  auto lease = Lease();
  ASSERT_FALSE(lease->Query("SELECT count(*) FROM ponds").has_value());
  const std::vector<Command> commands = {{"SELECT max(id) FROM ponds", {}}, {"SELECT min(id) FROM farms", {}}};
  ASSERT_FALSE(lease->Commit(commands).has_value());
  const Status status = lease->RunExclusive([](Connection&) { return std::string("CREATE TABLE ponds (id BIGINT)"); });
  ASSERT_TRUE(status.has_value()) << status.error().message;
  for (const char* sql : {"SELECT count(*) FROM ponds", "SELECT max(id) FROM ponds", "SELECT min(id) FROM farms"}) {
    const Status asked = lease->RunExclusive([&](Connection& connection) -> Result<std::string> {
      AQUA_TRY(connection.Query(sql));
      return std::string();
    });
    EXPECT_TRUE(asked.has_value()) << asked.error().message;
  }
}

TEST_P(DatabaseTransactionTest, OneExclusiveScriptExcludesThatOfAnotherDatabaseObject) {
  const auto other = Open({.statement_timeout = std::chrono::milliseconds(200)});
  ASSERT_NE(other, nullptr);
  auto theirs = other->Acquire(TenantScope::All());
  ASSERT_TRUE(theirs.has_value());
  std::optional<Status> refused;
  const Status status = Lease()->RunExclusive([&](Connection&) {
    refused = (*theirs)->RunExclusive([](Connection&) { return std::string("UPDATE farms SET fish = fish + 1"); });
    return std::string("UPDATE farms SET fish = fish + 10");
  });
  ASSERT_TRUE(status.has_value()) << status.error().message;
  ASSERT_FALSE(refused->has_value());
  ExpectError(refused->error(), {"RunExclusive", ErrorCode::kUnavailable, "database_unavailable"});
  EXPECT_FALSE((*theirs)->broken());
  EXPECT_TRUE((*theirs)->RunExclusive([](Connection&) { return std::string("UPDATE farms SET fish = fish + 100"); }).has_value());
  EXPECT_EQ(Run("SELECT fish FROM farms")[0].Integer(0), 110);
}

TEST_P(DatabaseTransactionTest, ACommitMayFollowFromWhatIsRead) {
  const Command read = {"SELECT fish FROM farms WHERE id = $1", {std::int64_t{1}}};
  auto lease = Lease();
  const auto changed = lease->CommitAfter(read, [](const std::vector<Row>& rows) -> Result<std::vector<Command>> {
    return std::vector<Command>{{"UPDATE farms SET fish = $1", {rows.at(0).Integer(0) + 5}}, Farm(2, "south")};
  });
  ASSERT_TRUE(changed.has_value()) << changed.error().message;
  EXPECT_EQ(*changed, (std::vector<std::int64_t>{1, 1}));
  EXPECT_EQ(Run("SELECT fish FROM farms WHERE id = 1")[0].Integer(0), 5);
  const auto nothing = lease->CommitAfter(read, [](const std::vector<Row>&) { return std::vector<Command>(); });
  ASSERT_TRUE(nothing.has_value()) << nothing.error().message;
  EXPECT_TRUE(nothing->empty());
}

TEST_P(DatabaseTransactionTest, ACommitAfterAReadIsAllOrNothing) {
  auto lease = Lease();
  const auto plan = [](const std::vector<Row>&) { return std::vector<Command>{Farm(2, "south"), Farm(3, "north")}; };
  EXPECT_EQ(lease->CommitAfter({"SELECT fish FROM farms"}, plan).error().reason, "duplicate");
  EXPECT_EQ(lease->CommitAfter({"SELECT depth FROM farms"}, plan).error().reason, "database_error");
  const auto refused = lease->CommitAfter({"INSERT INTO farms (id, name) VALUES (4, 'east')"}, [](const std::vector<Row>&) -> Result<std::vector<Command>> {
    return MakeError(ErrorCode::kCancelled, "no", "ours");
  });
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, "ours");
  EXPECT_FALSE(lease->broken());
  EXPECT_EQ(Count("farms"), 1);
  EXPECT_TRUE(lease->Commit(std::vector<Command>{Farm(2, "south")}).has_value());
}

TEST_P(DatabaseTransactionTest, CommitsThatReadFirstLoseNothing) {
  const auto other = Open({});
  ASSERT_NE(other, nullptr);
  const Command read = {database_->dialect() == Dialect::kPostgres ? "SELECT fish FROM farms WHERE id = 1 FOR UPDATE" : "SELECT fish FROM farms WHERE id = 1"};
  std::vector<std::jthread> threads;
  for (Database* database : {database_.get(), other.get(), database_.get(), other.get()})
    threads.emplace_back([database, &read] {
      for (int round = 0; round < 25; ++round) {
        auto lease = database->Acquire(TenantScope::None());
        ASSERT_TRUE(lease.has_value()) << lease.error().message;
        const auto changed = (*lease)->CommitAfter(read, [](const std::vector<Row>& rows) -> Result<std::vector<Command>> {
          return std::vector<Command>{{"UPDATE farms SET fish = $1 WHERE id = 1", {rows.at(0).Integer(0) + 1}}};
        });
        EXPECT_TRUE(changed.has_value()) << changed.error().message;
      }
    });
  threads.clear();
  EXPECT_EQ(Run("SELECT fish FROM farms")[0].Integer(0), 100);
}

TEST_P(DatabaseTransactionTest, ExclusiveScriptsOfManyThreadsLoseNothing) {
  const auto other = Open({});
  ASSERT_NE(other, nullptr);
  std::vector<std::jthread> threads;
  for (Database* database : {database_.get(), other.get(), database_.get(), other.get()})
    threads.emplace_back([database] {
      for (int round = 0; round < 10; ++round) {
        auto lease = database->Acquire(TenantScope::All());
        ASSERT_TRUE(lease.has_value()) << lease.error().message;
        const Status status = (*lease)->RunExclusive([](Connection& connection) -> Result<std::string> {
          AQUA_TRY_ASSIGN(const auto rows, connection.Query("SELECT fish FROM farms"));
          return "UPDATE farms SET fish = " + std::to_string(rows[0].Integer(0) + 1);
        });
        EXPECT_TRUE(status.has_value()) << status.error().message;
      }
    });
  threads.clear();
  EXPECT_EQ(Run("SELECT fish FROM farms")[0].Integer(0), 40);
}

TEST_P(DatabaseTransactionTest, CommitsOfManyThreadsAreAllDoneAndWhole) {
  const auto shared = Open({.size = 3, .overflow = 1, .acquire_timeout = std::chrono::seconds(60)});
  ASSERT_NE(shared, nullptr);
  std::atomic<int> torn = 0;
  std::vector<std::jthread> threads;
  for (std::int64_t thread = 0; thread < 8; ++thread)
    threads.emplace_back([&, thread] {
      for (std::int64_t round = 0; round < 20; ++round) {
        auto lease = shared->Acquire(TenantScope::All());
        ASSERT_TRUE(lease.has_value()) << lease.error().message;
        const std::int64_t id = 100 + thread * 20 + round;
        const std::vector<Command> commands = {Farm(id, std::to_string(id)), {"UPDATE farms SET fish = fish + $1 WHERE id = 1", {std::int64_t{1}}}};
        const auto changed = (*lease)->Commit(commands);
        ASSERT_TRUE(changed.has_value()) << changed.error().message;
        const auto rows = (*lease)->Query("SELECT (SELECT count(*) FROM farms) - 1 - (SELECT fish FROM farms WHERE id = 1)");
        ASSERT_TRUE(rows.has_value()) << rows.error().message;
        if ((*rows)[0].Integer(0) != 0) ++torn;
      }
    });
  threads.clear();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(Count("farms"), 161);
  EXPECT_EQ(Run("SELECT fish FROM farms WHERE id = 1")[0].Integer(0), 160);
}

}  // namespace aqua::sql::testing
