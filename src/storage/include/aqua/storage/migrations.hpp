#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/base/result.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::storage {

/// One step of the schema, compiled in from migrations/<dialect>/<UTC timestamp>_<words>.sql.
struct Migration {
  std::string_view version;  ///< 14 digits, UTC; steps are applied in this order
  std::string_view name;     ///< "first_schema"
  std::string_view sql;
};

/// The steps that this build knows, oldest first.
std::span<const Migration> Migrations(sql::Dialect dialect);

struct MigrationPlan {
  std::vector<std::string> applied;  ///< versions that the database has, oldest first
  std::vector<Migration> pending;
};

/// Compares a database with the steps of this build, without changing it.
/// Errors: kFailedPrecondition ("database_newer": a newer program wrote it; nothing is changed), kDataLoss
/// ("migration_altered": an applied step has another text now), kFailedPrecondition ("migration_gap"), those of the database.
Result<MigrationPlan> PlanMigrations(sql::Database& database);

/// Applies what is pending in one transaction that excludes all other instances; any number may start at once.
/// Returns the versions applied now. Errors: as PlanMigrations().
Result<std::vector<std::string>> Migrate(sql::Database& database);

}  // namespace aqua::storage
