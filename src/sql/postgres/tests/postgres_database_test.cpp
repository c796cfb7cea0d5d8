#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared_server.hpp"

namespace aqua::sql {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::SharedServer;

class PostgresDatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    AQUA_REQUIRE_POSTGRES();
    auto url = SharedServer().NewDatabase();
    ASSERT_TRUE(url.has_value()) << url.error().message;
    url_ = *std::move(url);
    database_ = OpenPostgres({.url = url_, .pool = {}}).value();
    lease_.emplace(database_->Acquire(TenantScope::All()).value());
  }

  Connection& connection() { return **lease_; }

  std::vector<Row> Run(Connection& on, std::string_view sql, std::initializer_list<Value> parameters = {}) {
    auto rows = on.Query(sql, parameters);
    if (rows) return *std::move(rows);
    ADD_FAILURE() << rows.error().message << " in " << sql;
    return {};
  }

  std::string Setting(const std::string& name) {
    const auto rows = Run(connection(), "SHOW " + name);
    return rows.size() == 1 ? rows[0].Text(0) : "";
  }

  std::string url_;
  std::unique_ptr<Database> database_;
  std::optional<Database::Lease> lease_;
};

TEST_F(PostgresDatabaseTest, TheSettingsOfASessionAreInForce) {
  EXPECT_EQ(Setting("synchronous_commit"), "on");
  EXPECT_EQ(Setting("TimeZone"), "UTC");
  EXPECT_EQ(Setting("application_name"), "aqua");
  EXPECT_EQ(Setting("statement_timeout"), "10s");
  EXPECT_EQ(Setting("lock_timeout"), "9s");
  EXPECT_EQ(Setting("client_encoding"), "UTF8");
}

TEST_F(PostgresDatabaseTest, ReadsEveryTypeTheSchemaUses) {
  const auto rows = Run(connection(),
                        "SELECT 7::int2, -8::int4, 9::int8, 1.5::float4, 0.25::numeric, '00000000-0000-7000-8000-0000000000AB'::uuid, '{\"a\": 1}'::jsonb, "
                        "'\\x00ff'::bytea, '2026-01-02 05:04:05.6+02'::timestamptz, 'f'::bool, 'x'::varchar");
  ASSERT_EQ(rows.size(), 1U);
  const Row& row = rows[0];
  EXPECT_EQ(row.Integer(0), 7);
  EXPECT_EQ(row.Integer(1), -8);
  EXPECT_EQ(row.Integer(2), 9);
  EXPECT_EQ(row.Real(3), 1.5);
  EXPECT_EQ(row.Real(4), 0.25);
  EXPECT_EQ(row.Text(5), "00000000-0000-7000-8000-0000000000ab");
  EXPECT_EQ(row.Text(6), "{\"a\": 1}");
  EXPECT_EQ(row.Blob(7), (Bytes{0x00, 0xFF}));
  EXPECT_EQ(row.Text(8), "2026-01-02T03:04:05.600000Z");
  EXPECT_FALSE(row.Boolean(9));
  EXPECT_EQ(row.Text(10), "x");
}

TEST_F(PostgresDatabaseTest, CommitsThreeHundredCommandsAtOnce) {
  Run(connection(), "CREATE TABLE pictures (id BIGINT PRIMARY KEY, bytes BYTEA NOT NULL, note TEXT)");
  // More than the buffers of both sockets hold: who only sent and did not read would wait for ever.
  std::vector<Command> commands;
  for (std::int64_t id = 0; id < 300; ++id)
    commands.push_back({"INSERT INTO pictures (id, bytes, note) VALUES ($1, $2, $3) RETURNING id, bytes, note", {id, Bytes(20'000, 0x5A), std::to_string(id)}});
  const auto changed = connection().Commit(commands);
  ASSERT_TRUE(changed.has_value()) << changed.error().message;
  EXPECT_EQ(*changed, std::vector<std::int64_t>(300, 1));
  EXPECT_EQ(Run(connection(), "SELECT count(*) FROM pictures WHERE length(bytes) = 20000")[0].Integer(0), 300);
  // The last of 300 fails: none is done.
  for (Command& command : commands) command.parameters[0] = std::get<std::int64_t>(command.parameters[0]) + 299;
  std::swap(commands.front(), commands.back());
  const auto again = connection().Commit(commands);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().reason, "duplicate");
  EXPECT_EQ(Run(connection(), "SELECT count(*) FROM pictures")[0].Integer(0), 300);
}

TEST_F(PostgresDatabaseTest, AStatementThatNoLongerFitsItsTableIsPreparedAgain) {
  Run(connection(), "CREATE TABLE ponds (id BIGINT)");
  const std::vector<Command> commands = {{"INSERT INTO ponds (id) VALUES ($1) RETURNING *", {std::int64_t{1}}}};
  const auto other = OpenPostgres({.url = url_, .pool = {}}).value();
  auto theirs = other->Acquire(TenantScope::All()).value();
  ASSERT_TRUE(connection().Commit(commands).has_value());
  EXPECT_EQ(Run(connection(), "SELECT * FROM ponds")[0].size(), 1U);
  Run(*theirs, "ALTER TABLE ponds ADD COLUMN depth DOUBLE PRECISION");
  EXPECT_EQ(Run(connection(), "SELECT * FROM ponds")[0].size(), 2U);
  const auto changed = connection().Commit(commands);
  ASSERT_TRUE(changed.has_value()) << changed.error().message;
  EXPECT_EQ(Run(connection(), "SELECT count(*) FROM ponds")[0].Integer(0), 2);
  Run(*theirs, "DROP TABLE ponds");
  Run(*theirs, "CREATE TABLE ponds (name TEXT)");
  EXPECT_TRUE(Run(connection(), "SELECT * FROM ponds").empty());
}

TEST_F(PostgresDatabaseTest, AStatementThatIsGoneIsPreparedAgain) {
  Run(connection(), "CREATE TABLE ponds (id BIGINT)");
  const std::vector<Command> commands = {{"INSERT INTO ponds (id) VALUES ($1)", {std::int64_t{1}}}};
  ASSERT_TRUE(connection().Commit(commands).has_value());
  Run(connection(), "SELECT id FROM ponds");
  ASSERT_TRUE(connection().RunExclusive([](Connection&) { return std::string("DEALLOCATE ALL"); }).has_value());
  EXPECT_EQ(Run(connection(), "SELECT id FROM ponds").size(), 1U);
  EXPECT_TRUE(connection().Commit(commands).has_value());
}

TEST_F(PostgresDatabaseTest, StatementsThatFailDoNotPileUpOnTheServer) {
  Run(connection(), "CREATE TABLE ponds (id BIGINT PRIMARY KEY)");
  const std::vector<Command> commands = {{"SELECT $1::bigint", {std::int64_t{2}}}, {"INSERT INTO ponds (id) VALUES ($1)", {std::int64_t{1}}}};
  ASSERT_TRUE(connection().Commit(commands).has_value());
  for (int round = 0; round < 50; ++round) {
    EXPECT_EQ(connection().Query("INSERT INTO ponds (id) VALUES (1)").error().reason, "duplicate");
    EXPECT_EQ(connection().Commit(commands).error().reason, "duplicate");
  }
  EXPECT_LE(Run(connection(), "SELECT count(*) FROM pg_prepared_statements")[0].Integer(0), 6);
}

TEST_F(PostgresDatabaseTest, PreparedStatementsOfOneConnectionAreBounded) {
  for (int i = 0; i < 700; ++i) {
    const auto rows = Run(connection(), "SELECT " + std::to_string(i));
    ASSERT_EQ(rows.size(), 1U);
    ASSERT_EQ(rows[0].Integer(0), i);
  }
  EXPECT_FALSE(connection().broken());
  EXPECT_LE(Run(connection(), "SELECT count(*) FROM pg_prepared_statements")[0].Integer(0), 257);
}

TEST_F(PostgresDatabaseTest, APasswordIsNeverShown) {
  const std::string& password = SharedServer().password();
  EXPECT_THAT(database_->description(), HasSubstr("at 127.0.0.1:"));
  EXPECT_THAT(database_->description(), Not(HasSubstr(password)));
  std::string wrong = url_;
  wrong.replace(wrong.find(password), password.size(), "no-such-secret");
  const auto refused = OpenPostgres({.url = wrong, .pool = {}}).value()->Acquire(TenantScope::All());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(refused.error().reason, "database_unavailable");
  EXPECT_THAT(refused.error().message, Not(HasSubstr("no-such-secret")));
}

TEST(PostgresUrlTest, AUrlThatIsNoneIsRefusedWithoutShowingIt) {
  for (const char* url :
       {"postgresql://aqua:secret@127.0.0.1:port:1/x?y", "postgresql://aqua:secret@[::1/x", "postgresql://aqua:secret@h/x?no_such_option=1", "secret"}) {
    const auto database = OpenPostgres({.url = url, .pool = {}});
    ASSERT_FALSE(database.has_value()) << url;
    EXPECT_EQ(database.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(database.error().reason, "database_url");
    EXPECT_THAT(database.error().message, Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace aqua::sql
