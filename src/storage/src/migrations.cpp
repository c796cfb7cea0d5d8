#include "aqua/storage/migrations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "aqua/base/bytes.hpp"
#include "aqua/base/sha256.hpp"
#include "migration_list.hpp"

namespace aqua::storage {
namespace {

constexpr std::string_view kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (version TEXT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at TEXT NOT NULL);\n";

std::string_view TableQuery(sql::Dialect dialect) {
  return dialect == sql::Dialect::kSqlite ? "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"
                                          : "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_migrations'";
}

std::string_view NowFunction(sql::Dialect dialect) {
  return dialect == sql::Dialect::kSqlite ? "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')" : "to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')";
}

std::string Sha256(std::string_view text) { return base::Sha256Hex(AsBytes(text)); }

/// Checks one applied step against the steps of this build.
Status CheckApplied(const sql::Row& row, std::span<const Migration> known) {
  const std::string& version = row.Text(0);
  const auto step = std::find_if(known.begin(), known.end(), [&](const Migration& migration) { return migration.version == version; });
  if (step == known.end()) {
    if (known.empty() || version > known.back().version)
      return MakeError(ErrorCode::kFailedPrecondition,
                       fmt::format("the database was written by a newer version of this program (its step {}, {}, is not known here); install that version, or "
                                   "restore a backup from before the update",
                                   version, row.Text(1)),
                       "database_newer");
    return MakeError(ErrorCode::kFailedPrecondition, fmt::format("the database holds step {} ({}), which this program does not know", version, row.Text(1)),
                     "migration_gap");
  }
  if (row.Text(2) != Sha256(step->sql))
    return MakeError(ErrorCode::kDataLoss, fmt::format("step {} of the database was applied with another text than this program has", version),
                     "migration_altered");
  return {};
}

Result<MigrationPlan> Plan(sql::Connection& connection, sql::Dialect dialect) {
  const std::span<const Migration> known = Migrations(dialect);
  MigrationPlan plan;
  AQUA_TRY_ASSIGN(const auto table, connection.Query(TableQuery(dialect)));
  if (table.front().Integer(0) != 0) {
    AQUA_TRY_ASSIGN(const auto rows, connection.Query("SELECT version, name, sha256 FROM schema_migrations ORDER BY version"));
    for (const sql::Row& row : rows) {
      AQUA_TRY(CheckApplied(row, known));
      plan.applied.push_back(row.Text(0));
    }
  }
  for (const Migration& migration : known) {
    if (std::find(plan.applied.begin(), plan.applied.end(), migration.version) != plan.applied.end()) continue;
    if (!plan.applied.empty() && migration.version < plan.applied.back())
      return MakeError(ErrorCode::kFailedPrecondition,
                       fmt::format("step {} ({}) is missing in the database, though later ones were applied", migration.version, migration.name),
                       "migration_gap");
    plan.pending.push_back(migration);
  }
  return plan;
}

/// The steps and the rows that record them. Every value in it is our own text: digits, words, hexadecimal.
std::string Script(const std::vector<Migration>& pending, sql::Dialect dialect) {
  std::string script(kCreateTable);
  for (const Migration& migration : pending)
    script += fmt::format("{}\nINSERT INTO schema_migrations (version, name, sha256, applied_at) VALUES ('{}', '{}', '{}', {});\n", migration.sql,
                          migration.version, migration.name, Sha256(migration.sql), NowFunction(dialect));
  return script;
}

}  // namespace

std::span<const Migration> Migrations(sql::Dialect dialect) { return dialect == sql::Dialect::kSqlite ? SqliteMigrations() : PostgresMigrations(); }

Result<MigrationPlan> PlanMigrations(sql::Database& database) {
  AQUA_TRY_ASSIGN(const auto connection, database.Acquire(sql::TenantScope::All()));
  return Plan(*connection, database.dialect());
}

Result<std::vector<std::string>> Migrate(sql::Database& database) {
  AQUA_TRY_ASSIGN(const auto connection, database.Acquire(sql::TenantScope::All()));
  // Looked at first without the lock: most starts find nothing to do, also where writing is not allowed.
  AQUA_TRY_ASSIGN(const MigrationPlan first, Plan(*connection, database.dialect()));
  std::vector<std::string> applied;
  if (first.pending.empty()) return applied;
  AQUA_TRY(connection->RunExclusive([&](sql::Connection& exclusive) -> Result<std::string> {
    AQUA_TRY_ASSIGN(const MigrationPlan plan, Plan(exclusive, database.dialect()));
    applied.clear();
    for (const Migration& migration : plan.pending) applied.emplace_back(migration.version);
    return plan.pending.empty() ? std::string() : Script(plan.pending, database.dialect());
  }));
  return applied;
}

}  // namespace aqua::storage
