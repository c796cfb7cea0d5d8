#include "aqua/storage/migrations.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "storage_fixture.hpp"

namespace aqua::storage {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class MigrationsTest : public StorageTest {
 protected:
  void Execute(const std::string& sql) {
    ASSERT_TRUE(database_->Acquire(sql::TenantScope::All()).value()->RunExclusive([&](sql::Connection&) { return sql; }));
  }
};

TEST_P(MigrationsTest, BothDialectsHaveTheSameSteps) {
  const auto sqlite = Migrations(sql::Dialect::kSqlite);
  const auto postgres = Migrations(sql::Dialect::kPostgres);
  ASSERT_EQ(sqlite.size(), postgres.size());
  for (std::size_t i = 0; i < sqlite.size(); ++i) {
    EXPECT_EQ(sqlite[i].version, postgres[i].version);
    EXPECT_EQ(sqlite[i].name, postgres[i].name);
  }
  EXPECT_TRUE(std::is_sorted(sqlite.begin(), sqlite.end(), [](const Migration& a, const Migration& b) { return a.version < b.version; }));
}

TEST_P(MigrationsTest, DoNothingTheSecondTime) {
  EXPECT_THAT(PlanMigrations(*database_).value().pending, IsEmpty());
  EXPECT_EQ(PlanMigrations(*database_).value().applied.size(), Migrations(GetParam()).size());
  EXPECT_THAT(Migrate(*database_).value(), IsEmpty());
}

TEST_P(MigrationsTest, RefuseADatabaseOfANewerProgram) {
  Execute("INSERT INTO schema_migrations VALUES ('99991231000000', 'from_the_future', 'x', 'now')");
  const auto refused = Migrate(*database_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "database_newer");
  EXPECT_THAT(refused.error().message, HasSubstr("from_the_future"));
}

TEST_P(MigrationsTest, RefuseAnAlteredStep) {
  Execute("UPDATE schema_migrations SET sha256 = 'x'");
  EXPECT_EQ(Migrate(*database_).error().reason, "migration_altered");
}

TEST_P(MigrationsTest, RefuseAnUnknownOlderStep) {
  Execute("INSERT INTO schema_migrations VALUES ('20000101000000', 'stranger', 'x', 'now')");
  EXPECT_EQ(Migrate(*database_).error().reason, "migration_gap");
}

TEST_P(MigrationsTest, HaveTheTablesAndColumnsOfTheOldSystem) {
  const auto connection = database_->Acquire(sql::TenantScope::All()).value();
  for (const char* sql :
       {"SELECT id, email, username, hashed_password, full_name, is_active, is_superuser, created_at, updated_at FROM users",
        "SELECT id, name, scientific_name, description, optimal_temperature_min, optimal_temperature_max FROM fish_species",
        "SELECT id, model_id, image_path, predicted_species_id, confidence, inference_time_ms, metadata, created_at, created_by FROM predictions",
        "SELECT id, name, version, architecture, file_path, accuracy, precision_score, recall_score, f1_score, is_active, metadata, created_at, created_by "
        "FROM models",
        "SELECT id, user_id, action, resource_type, resource_id, details, ip_address, user_agent, created_at FROM audit_logs",
        "SELECT id, user_id, key_hash, name, is_active, expires_at, last_used_at, created_at FROM api_keys"})
    EXPECT_TRUE(connection->Query(sql)) << sql;
}

TEST_P(MigrationsTest, RefuseATemperatureWithoutSource) {
  const auto connection = database_->Acquire(sql::TenantScope::All()).value();
  const std::vector<sql::Command> commands = {
      {"INSERT INTO fish_species (id, tenant_id, label, name, optimal_temperature_min, created_at) VALUES ($1, $2, 'x', 'x', 12, $3)",
       {base::NewUuidV7(), tenant_, std::string("2026-01-01T00:00:00.000000Z")}}};
  EXPECT_EQ(connection->Commit(commands).error().reason, "constraint_violated");
}

AQUA_FOR_EVERY_DATABASE(MigrationsTest);

TEST(MigrationsRaceTest, ManyInstancesMayStartAtOnce) {
  const base::testing::TemporaryFolder folder;
  std::vector<std::thread> threads;
  std::atomic<int> applied{0};
  std::atomic<int> failed{0};
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      const auto database = sql::OpenSqlite({.file = folder.path() / "aqua.db"});
      const auto steps = database ? Migrate(**database) : Result<std::vector<std::string>>(database.error());
      if (!steps)
        ++failed;
      else
        applied += static_cast<int>(steps->size());
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(applied, static_cast<int>(Migrations(sql::Dialect::kSqlite).size()));
}

}  // namespace
}  // namespace aqua::storage
