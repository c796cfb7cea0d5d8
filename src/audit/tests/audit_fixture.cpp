#include "audit_fixture.hpp"

#include <utility>

#include "aqua/sql/testing/postgres_server.hpp"
#include "aqua/sql_postgres/postgres_database.hpp"
#include "aqua/sql_sqlite/sqlite_database.hpp"
#include "aqua/storage/migrations.hpp"

namespace aqua::audit {
namespace {

/// One server for all tests of a process: making one takes seconds.
Result<std::string> NewPostgresDatabase() {
  static const auto server = sql::testing::PostgresServer::Make();
  if (!server) return server.error();
  return (*server)->NewDatabase();
}

}  // namespace

std::string DialectName(const ::testing::TestParamInfo<sql::Dialect>& dialect) { return std::string(sql::Name(dialect.param)); }

Signer SignerOf(std::shared_ptr<const auth::Ed25519Key> key, const std::string& key_id) {
  return {key_id, [key = std::move(key)](std::string_view text) -> Result<Bytes> { return key->Sign(text); }};
}

std::unique_ptr<sql::Database> OpenDatabase(sql::Dialect dialect, const std::filesystem::path& folder, const std::string& postgres_url) {
  auto database = dialect == sql::Dialect::kSqlite ? sql::OpenSqlite({.file = folder / "aqua.db"}) : sql::OpenPostgres({.url = postgres_url});
  EXPECT_TRUE(database) << database.error().message;
  return database ? *std::move(database) : nullptr;
}

void AuditTest::SetUp() {
  if (GetParam() == sql::Dialect::kPostgres) {
    AQUA_REQUIRE_POSTGRES();
    const auto url = NewPostgresDatabase();
    ASSERT_TRUE(url) << url.error().message;
    postgres_url_ = *url;
  }
  database_ = Open();
  ASSERT_NE(database_, nullptr);
  const auto migrated = storage::Migrate(*database_);
  ASSERT_TRUE(migrated) << migrated.error().message;
}

std::unique_ptr<sql::Database> AuditTest::Open() const { return OpenDatabase(GetParam(), folder_.path(), postgres_url_); }

std::unique_ptr<Log> AuditTest::OpenLog(sql::Database& database, const LogConfig& config) {
  return std::make_unique<Log>(database, config, SignerOf(key_), clock_, metrics_, logger_);
}

Entry AuditTest::MakeEntry(const std::string& action) const {
  Entry entry;
  entry.tenant = tenant_;
  entry.user_id = "00000000-0000-4000-8000-0000000000aa";
  entry.action = action;
  entry.resource_type = "user";
  entry.resource_id = "anna";
  entry.details = R"({"method": "password"})";
  entry.ip_address = "192.0.2.7";
  entry.user_agent = "curl/8";
  entry.request_id = "r-1";
  entry.outcome = "success";
  entry.time = clock_.Now();
  return entry;
}

std::vector<sql::Row> AuditTest::Run(const std::string& sql) {
  auto rows = database_->Acquire(sql::TenantScope::All()).value()->Query(sql);
  if (rows) return *std::move(rows);
  ADD_FAILURE() << rows.error().message << " in " << sql;
  return {};
}

void AuditTest::Tamper(const std::string& script) {
  std::string free;
  for (const std::string table : {"audit_logs", "audit_checkpoints", "audit_head"}) {
    if (GetParam() == sql::Dialect::kPostgres)
      free += "ALTER TABLE " + table + " DISABLE TRIGGER USER; ALTER TABLE " + table + " NO FORCE ROW LEVEL SECURITY;";
    else
      free += "DROP TRIGGER IF EXISTS " + table + "_no_update; DROP TRIGGER IF EXISTS " + table + "_no_delete;";
  }
  const Status done = database_->Acquire(sql::TenantScope::All()).value()->RunExclusive([&](sql::Connection&) { return free + script; });
  ASSERT_TRUE(done) << done.error().message << " in " << script;
}

VerifyOptions AuditTest::Options() const {
  VerifyOptions options;
  options.keys = {{"test", key_->public_key()}};
  return options;
}

}  // namespace aqua::audit
