#include "aqua/sql_sqlite/sqlite_database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "aqua/base/text.hpp"
#include "aqua/sql/pool.hpp"
#include "sqlite_connection.hpp"

namespace aqua::sql {
namespace {

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(SqliteConfig config) : config_(std::move(config)), pool_(config_.pool, [this] { return SqliteConnection::Open(config_); }) {}

  Result<Lease> Acquire(const TenantScope& scope) override { return pool_.Acquire(scope); }
  [[nodiscard]] Dialect dialect() const override { return Dialect::kSqlite; }
  [[nodiscard]] std::string description() const override { return fmt::format("SQLite {}, {}", sqlite3_libversion(), config_.file.string()); }
  [[nodiscard]] std::size_t connections() const override { return pool_.connections(); }

 private:
  const SqliteConfig config_;
  ConnectionPool pool_;
};

}  // namespace

Result<std::unique_ptr<Database>> OpenSqlite(const SqliteConfig& config) {
  // SQLite would make the file by the umask. What keeps it from being made here is told by SQLite, with a message.
  if (const int made = ::open(config.file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR); made >= 0) ::close(made);
  auto database = std::make_unique<SqliteDatabase>(config);
  auto first = database->Acquire(TenantScope::None());
  const std::string name = base::Printable(config.file.string());
  if (!first) return first.error().WithContext(fmt::format("the database {} cannot be opened", name));
  // Writing is tried now, so that a read-only folder is told at start and not with the first prediction.
  if (const Status writable = (*first)->RunExclusive([](Connection&) { return std::string("SELECT 1"); }); !writable)
    return writable.error().WithContext(fmt::format("the database {} cannot be written", name));
  return database;
}

}  // namespace aqua::sql
