#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/sql/tenant_scope.hpp"

namespace aqua::sql {

/// A parameter or a column. Times travel as text "2026-01-02T03:04:05.678901Z" (UTC, always six digits), UUIDs as lower-case text
/// and JSON as text, in both databases; PostgreSQL keeps them as timestamptz, uuid and jsonb.
/// Text holds no NUL: it is refused ("database_error"), as PostgreSQL cannot keep it.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, Bytes>;

/// One row of an answer. Columns count from 0. Asking for a column that is not there or for another type than it has ends the
/// process: the schema is ours. Integer() and Boolean() accept each other's 0 and 1, Real() accepts integers.
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] bool IsNull(std::size_t column) const;
  [[nodiscard]] bool Boolean(std::size_t column) const;
  [[nodiscard]] std::int64_t Integer(std::size_t column) const;
  [[nodiscard]] double Real(std::size_t column) const;
  [[nodiscard]] const std::string& Text(std::size_t column) const;
  [[nodiscard]] const Bytes& Blob(std::size_t column) const;

 private:
  std::vector<Value> values_;
};

/// One statement with its parameters $1, $2, … in order.
struct Command {
  std::string_view sql;  ///< must outlive the call; statements are prepared once a connection and found again by their text
  std::vector<Value> parameters = {};
  std::optional<TenantScope> scope = {};  ///< of this statement; unset: that of the lease
};

enum class Dialect { kSqlite, kPostgres };

/// "sqlite" or "postgres"; names the folder of migrations.
std::string_view Name(Dialect dialect);

/// One connection. For one thread at a time; every call blocks.
/// Errors of every call: kUnavailable ("database_unavailable": cannot be reached, connection lost, locked too long; retryable),
/// kResourceExhausted ("disk_full"), kDataLoss ("database_damaged"), kAlreadyExists ("duplicate": unique key), kFailedPrecondition
/// ("reference_missing": foreign key; "constraint_violated": check or not-null), kDeadlineExceeded ("query_too_slow"),
/// kPermissionDenied ("database_read_only": SQLite's file; "not_permitted": PostgreSQL, a row of another tenant or a right that the
/// role lacks), kInternal ("database_error": anything else, a parameter that was not given among it). Messages hold the database's words for logs; they never
/// go to clients. After an error the connection is usable again, or broken() and dropped by the pool.
class Connection {
 public:
  virtual ~Connection() = default;

  /// Runs one statement and returns its rows (none for a write).
  virtual Result<std::vector<Row>> Query(std::string_view sql, std::span<const Value> parameters) = 0;
  Result<std::vector<Row>> Query(std::string_view sql, std::initializer_list<Value> parameters = {}) {
    return Query(sql, std::span<const Value>(parameters.begin(), parameters.size()));
  }

  /// Runs commands in one transaction: all are done and durable when it returns. Returns the rows each command changed.
  /// Of a Commit that fails nothing is done, with one exception: after kUnavailable from a connection that is broken() it is in
  /// doubt, and may be found done later, whole, never in part (PostgreSQL: the answer was lost; SQLite: the disk did not flush, so
  /// that it was written and may not outlive a power cut). Who tries again uses keys that make a second time a "duplicate".
  /// PostgreSQL sends them in one pipeline: one round trip however many they are.
  virtual Result<std::vector<std::int64_t>> Commit(std::span<const Command> commands) = 0;

  /// Commits what depends on what the database holds: runs `read`, gives its rows to `plan` and then runs the commands that `plan`
  /// returns, in one transaction. For a read that must not change meanwhile SQLite excludes every other writer; in PostgreSQL `read`
  /// ends in FOR UPDATE, and sees the rows as they are once it has the lock. Returns the rows that the commands changed.
  /// An error of `plan` is returned, and nothing is done. `plan` may be called again, and must not throw. As Commit() otherwise.
  using Plan = std::function<Result<std::vector<Command>>(const std::vector<Row>&)>;
  virtual Result<std::vector<std::int64_t>> CommitAfter(const Command& read, const Plan& plan) = 0;

  /// Runs several statements without parameters in one transaction that excludes every other RunExclusive() on this database,
  /// in any process. `script` is asked for its SQL inside that transaction and may query; an empty answer changes nothing.
  /// Nothing is done when the script fails, or any query of its maker, handled there or not.
  virtual Status RunExclusive(const std::function<Result<std::string>(Connection&)>& script) = 0;

  [[nodiscard]] virtual bool broken() const = 0;

 protected:
  /// That of the lease.
  [[nodiscard]] const TenantScope& scope() const { return scope_; }

 private:
  friend class ConnectionPool;
  TenantScope scope_ = TenantScope::None();
};

/// A database with a bounded pool of connections. Thread-safe.
class Database {
 public:
  /// A connection that goes back to the pool when this object ends.
  class Lease {
   public:
    using Return = std::function<void(std::unique_ptr<Connection>)>;
    Lease(std::unique_ptr<Connection> connection, Return give_back) : connection_(std::move(connection)), give_back_(std::move(give_back)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_) give_back_(std::move(connection_));
    }
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    std::unique_ptr<Connection> connection_;
    Return give_back_;
  };

  virtual ~Database() = default;

  /// Takes a connection for the rows of `scope`, opening one when none is idle; waits up to the configured time while all are out.
  /// Errors: kUnavailable ("database_unavailable") when it cannot be reached; kUnavailable ("database_busy") when none got free.
  virtual Result<Lease> Acquire(const TenantScope& scope) = 0;

  [[nodiscard]] virtual Dialect dialect() const = 0;
  /// For people and logs, without password: "SQLite 3.40.1, /var/lib/aqua/aqua.db", "PostgreSQL, farm at 127.0.0.1:5432".
  [[nodiscard]] virtual std::string description() const = 0;
  /// Connections that exist now, idle ones included.
  [[nodiscard]] virtual std::size_t connections() const = 0;
};

/// How many connections a database may have, and how long calls wait.
struct PoolConfig {
  std::size_t size = 20;                                ///< kept open when idle
  std::size_t overflow = 10;                            ///< opened beyond that under load, closed when given back while `size` lie idle
  std::chrono::milliseconds acquire_timeout{2'000};     ///< wait for a connection while all are out
  std::chrono::milliseconds connect_timeout{2'000};     ///< of PostgreSQL
  std::chrono::milliseconds statement_timeout{10'000};  ///< longest run of one statement; lock waits included
};

}  // namespace aqua::sql
