#include "aqua/sql_sqlite/sqlite_database.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <system_error>
#include <utility>

#include "aqua/base/text.hpp"
#include "aqua/sql/pool.hpp"
#include "sqlite_connection.hpp"

namespace aqua::sql {
namespace {

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(SqliteConfig config) : config_(std::move(config)), pool_(config_.pool, [this] { return SqliteConnection::Open(config_); }) {}

  Result<Lease> Acquire() override { return pool_.Acquire(); }
  [[nodiscard]] Dialect dialect() const override { return Dialect::kSqlite; }
  [[nodiscard]] std::string description() const override { return fmt::format("SQLite {}, {}", sqlite3_libversion(), config_.file.string()); }
  [[nodiscard]] std::size_t connections() const override { return pool_.connections(); }

 private:
  const SqliteConfig config_;
  ConnectionPool pool_;
};

}  // namespace

Result<std::unique_ptr<Database>> OpenSqlite(const SqliteConfig& config) {
  std::error_code failure;
  const bool there = std::filesystem::exists(config.file, failure);
  const mode_t mask = ::umask(S_IRWXG | S_IRWXO);
  auto database = std::make_unique<SqliteDatabase>(config);
  auto first = database->Acquire();
  ::umask(mask);
  const std::string name = base::Printable(config.file.string());
  if (!first) return first.error().WithContext(fmt::format("the database {} cannot be opened", name));
  if (!there) std::filesystem::permissions(config.file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, failure);
  // Writing is tried now, so that a read-only folder is told at start and not with the first prediction.
  if (const Status writable = (*first)->RunExclusive([](Connection&) { return std::string("SELECT 1"); }); !writable)
    return writable.error().WithContext(fmt::format("the database {} cannot be written", name));
  return database;
}

}  // namespace aqua::sql
