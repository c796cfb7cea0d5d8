#include "database.hpp"

#include <filesystem>
#include <string_view>

#include "aqua/sql_postgres/postgres_database.hpp"
#include "aqua/sql_sqlite/sqlite_database.hpp"
#include "state_folder.hpp"

namespace aqua::roles {
namespace {

sql::PoolConfig MakePoolConfig(const config::Settings& settings) {
  sql::PoolConfig pool;
  pool.size = static_cast<std::size_t>(settings.Integer("database.pool_size"));
  pool.overflow = static_cast<std::size_t>(settings.Integer("database.max_overflow"));
  pool.statement_timeout = settings.Duration("database.statement_timeout");
  return pool;
}

}  // namespace

Result<std::unique_ptr<sql::Database>> OpenDatabase(const config::Settings& settings) {
  const std::string& url = settings.Text("database.url");
  constexpr std::string_view kSqlite = "sqlite:///";
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return sql::OpenPostgres({url, MakePoolConfig(settings)});
  if (!url.empty() && (!url.starts_with(kSqlite) || url.size() == kSqlite.size()))
    return MakeError(ErrorCode::kInvalidArgument,
                     "DATABASE_URL must be sqlite:////absolute/file.db, sqlite:///file.db (relative to here) or postgresql://user:password@host:port/name",
                     "database_url");
  sql::SqliteConfig config;
  config.pool = MakePoolConfig(settings);
  config.relaxed = settings.Text("database.durability") == "relaxed";
  if (url.empty()) {
    const std::filesystem::path folder = settings.Path("state.directory");
    AQUA_TRY(PrepareStateFolder(folder));
    config.file = folder / "aqua.db";
  } else {
    config.file = url.substr(kSqlite.size());
  }
  return sql::OpenSqlite(config);
}

}  // namespace aqua::roles
