#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "shared_server.hpp"

namespace aqua::sql {
namespace {

using std::chrono::milliseconds;
using testing::PostgresServer;

template <typename T>
Status StatusOf(const Result<T>& result) {
  return result ? Status() : Status(result.error());
}

/// Faults of the server; each test has a server of its own.
class PostgresOutageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    AQUA_REQUIRE_POSTGRES();
    auto server = PostgresServer::Make();
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = *std::move(server);
    database_ = Open({});
    ASSERT_TRUE(Acquire()->Query("CREATE TABLE events (id BIGINT PRIMARY KEY)").has_value());
  }

  std::unique_ptr<Database> Open(const PoolConfig& pool) { return OpenPostgres({.url = server_->url(), .pool = pool}).value(); }
  Database::Lease Acquire() { return database_->Acquire(TenantScope::All()).value(); }

  static Command Event(std::int64_t id) { return {"INSERT INTO events (id) VALUES ($1)", {id}}; }

  static void ExpectUnavailable(const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::kUnavailable) << error.message;
    EXPECT_EQ(error.reason, "database_unavailable") << error.message;
  }

  /// Returns when a session of the server runs a query that holds this text.
  void AwaitRunning(std::string_view text) {
    auto lease = Acquire();
    const std::string sql = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND position($1 in query) > 0";
    for (std::int64_t count = 0; count == 0;) {
      const auto rows = lease->Query(sql, {std::string(text)});
      ASSERT_TRUE(rows.has_value()) << rows.error().message;
      count = (*rows)[0].Integer(0);
    }
  }

  std::unique_ptr<PostgresServer> server_;
  std::unique_ptr<Database> database_;
};

TEST_F(PostgresOutageTest, KilledFiveTimesItComesBackWithAllThatWasAcknowledged) {
  std::set<std::int64_t> acknowledged;
  for (std::int64_t round = 0; round < 5; ++round) {
    auto lease = Acquire();
    ASSERT_TRUE(lease->Commit(std::vector<Command>{Event(2 * round)}).has_value());
    acknowledged.insert(2 * round);
    server_->Kill();
    const auto next = lease->Commit(std::vector<Command>{Event(2 * round + 1)});
    ASSERT_FALSE(next.has_value());
    ExpectUnavailable(next.error());
    EXPECT_TRUE(lease->broken());
    { const auto gone = std::move(lease); }
    const auto down = database_->Acquire(TenantScope::All());
    ASSERT_FALSE(down.has_value());
    ExpectUnavailable(down.error());
    EXPECT_EQ(database_->connections(), 0U);
    ASSERT_TRUE(server_->Start().has_value());
    std::set<std::int64_t> found;
    const auto rows = Acquire()->Query("SELECT id FROM events");
    ASSERT_TRUE(rows.has_value()) << rows.error().message;
    for (const Row& row : *rows) found.insert(row.Integer(0));
    EXPECT_EQ(found, acknowledged);
  }
}

TEST_F(PostgresOutageTest, WhatIsInFlightWhenTheServerIsKilledIsUnavailable) {
  for (int round = 0; round < 5; ++round) {
    auto query = std::async(std::launch::async, [lease = Acquire()] { return StatusOf(lease->Query("SELECT 1 FROM pg_sleep(600)")); });
    const std::vector<Command> commands = {Event(round), {"SELECT 2 FROM pg_sleep(600)", {}}};
    auto commit = std::async(std::launch::async, [&, lease = Acquire()] { return StatusOf(lease->Commit(commands)); });
    AwaitRunning("SELECT 1 FROM pg_sleep");
    AwaitRunning("SELECT 2 FROM pg_sleep");
    server_->Kill();
    ASSERT_TRUE(server_->Start().has_value());
    const auto queried = query.get();
    const auto committed = commit.get();
    ASSERT_FALSE(queried.has_value());
    ASSERT_FALSE(committed.has_value());
    ExpectUnavailable(queried.error());
    ExpectUnavailable(committed.error());
    const auto rows = Acquire()->Query("SELECT count(*) FROM events");
    ASSERT_TRUE(rows.has_value()) << rows.error().message;
    EXPECT_EQ((*rows)[0].Integer(0), 0);
  }
}

TEST_F(PostgresOutageTest, ARestartCostsOneErrorHoweverManyConnectionsLayIdle) {
  {
    std::vector<Database::Lease> leases;
    for (int i = 0; i < 8; ++i) leases.push_back(Acquire());
  }
  ASSERT_EQ(database_->connections(), 8U);
  server_->Stop();
  ASSERT_TRUE(server_->Start().has_value());
  const auto first = Acquire()->Query("SELECT 1");
  ASSERT_FALSE(first.has_value());
  ExpectUnavailable(first.error());
  EXPECT_EQ(database_->connections(), 0U);
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(Acquire()->Query("SELECT 1").has_value());
}

TEST_F(PostgresOutageTest, ASessionThatTheAdministratorEndsIsUnavailable) {
  auto lease = Acquire();
  const auto pid = lease->Query("SELECT pg_backend_pid()");
  ASSERT_TRUE(pid.has_value());
  ASSERT_TRUE(Acquire()->Query("SELECT pg_terminate_backend($1::int, 60000)", {(*pid)[0].Integer(0)}).has_value());
  const auto rows = lease->Query("SELECT 1");
  ASSERT_FALSE(rows.has_value());
  ExpectUnavailable(rows.error());
  EXPECT_TRUE(lease->broken());
  EXPECT_TRUE(Acquire()->Query("SELECT 1").has_value());
}

TEST_F(PostgresOutageTest, AServerThatHangsGivesAnErrorWithinTheTimeout) {
  const auto hasty = Open({.connect_timeout = milliseconds(200), .statement_timeout = milliseconds(200)});
  std::vector<Database::Lease> leases;
  for (int i = 0; i < 3; ++i) leases.push_back(hasty->Acquire(TenantScope::All()).value());
  server_->Pause();
  const std::vector<std::function<Status()>> calls = {
      [&]() -> Status { return StatusOf(leases[0]->Query("SELECT 1")); },
      [&]() -> Status { return StatusOf(leases[1]->Commit(std::vector<Command>{Event(1)})); },
      [&]() -> Status { return leases[2]->RunExclusive([](Connection&) { return std::string("SELECT 1"); }); },
      [&]() -> Status { return StatusOf(hasty->Acquire(TenantScope::All())); },
  };
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const auto start = std::chrono::steady_clock::now();
    const Status status = calls[i]();
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << i;
    ASSERT_FALSE(status.has_value()) << i;
    ExpectUnavailable(status.error());
  }
  for (const Database::Lease& lease : leases) EXPECT_TRUE(lease->broken());
  leases.clear();
  server_->Resume();
  const auto patient = Open({});
  auto lease = patient->Acquire(TenantScope::All());
  ASSERT_TRUE(lease.has_value()) << lease.error().message;
  // The Commit whose answer was lost is there whole or not at all: the server may still have taken it.
  const auto rows = (*lease)->Query("SELECT count(*) FROM events");
  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  EXPECT_LE((*rows)[0].Integer(0), 1);
}

TEST_F(PostgresOutageTest, AServerThatIsNotThereIsToldByAcquire) {
  server_->Stop();
  const auto database = OpenPostgres({.url = server_->url(), .pool = {}});
  ASSERT_TRUE(database.has_value());
  const auto lease = (*database)->Acquire(TenantScope::All());
  ASSERT_FALSE(lease.has_value());
  ExpectUnavailable(lease.error());
  EXPECT_EQ(lease.error().message.find(server_->password()), std::string::npos);
}

}  // namespace
}  // namespace aqua::sql
