#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "aqua/sql/database.hpp"
#include "aqua/sql_postgres/postgres_database.hpp"

namespace aqua::sql {

using PostgresResult = std::unique_ptr<PGresult, void (*)(PGresult*)>;
using Deadline = std::chrono::steady_clock::time_point;

/// Never blocks in libpq itself: the socket is non-blocking, and every wait ends at a deadline.
class PostgresConnection final : public Connection {
 public:
  static Result<std::unique_ptr<Connection>> Open(const PostgresConfig& config);
  ~PostgresConnection() override { PQfinish(handle_); }

  using Connection::Query;
  Result<std::vector<Row>> Query(std::string_view sql, std::span<const Value> parameters) override;
  Result<std::vector<std::int64_t>> Commit(std::span<const Command> commands) override;
  Result<std::vector<std::int64_t>> CommitAfter(const Command& read, const Plan& plan) override;
  Status RunExclusive(const std::function<Result<std::string>(Connection&)>& script) override;
  [[nodiscard]] bool broken() const override { return broken_; }

 private:
  struct Statement {
    std::string name;
    bool is_new;  ///< must be prepared before it is run
  };
  enum class Purpose { kPrepare, kControl, kStatement };
  /// A result that the server will send.
  struct Owed {
    Purpose purpose;
    std::string_view sql;
  };

  PostgresConnection(PGconn* handle, std::chrono::milliseconds statement_timeout) : handle_(handle), statement_timeout_(statement_timeout) {}

  static Status Connect(PGconn* handle, Deadline deadline);
  Status Configure();
  Result<std::vector<Row>> QueryOnce(std::string_view sql, std::span<const Value> parameters);
  Result<std::vector<std::int64_t>> CommitOnce(std::span<const Command> commands);
  /// Begins a transaction with `read` and runs what `plan` makes of its rows; what was planned is left in `commands`.
  Result<std::vector<std::int64_t>> CommitAfterOnce(const Command& read, const Plan& plan, std::vector<Command>& commands);
  /// Sends commands and the COMMIT that ends their transaction, and reads all that is owed.
  Result<std::vector<std::int64_t>> FinishTransaction(std::span<const Command> commands, std::optional<TenantScope> scope_before);
  /// Ends a transaction that failed, whose server still holds it open; scope_before is what it goes back to. Returns the failure.
  Error Abandon(Error failure, std::optional<TenantScope> scope_before);
  /// Runs statements without parameters; the first error ends it.
  Status Script(const std::string& sql);
  Statement StatementFor(std::string_view sql);
  void Forget(std::string_view sql);
  /// Drops all prepared statements when many were made; forgetting a name does not free it on the server.
  Status BoundStatements();
  /// Queues preparing (when new) and running a statement.
  Status Send(std::string_view sql, std::span<const Value> parameters, Purpose purpose);
  /// Queues telling the server whose rows are meant, where it has another scope.
  Status SendScope(const TenantScope& scope);
  Status SendText(const char* sql);
  /// Sends what is queued and reads all that is owed, giving each result of a statement that succeeded to `take`. Returns the first
  /// failure that the server told.
  Result<std::optional<Error>> Receive(const std::function<void(PGresult*)>& take);
  /// The next result of the queue; no result of a pipeline may be left unread.
  Result<PostgresResult> NextResult(Deadline deadline);
  Status Flush(Deadline deadline);
  Status WaitFor(bool write, Deadline deadline);
  Status FinishPipeline(Deadline deadline);
  Error Lost(std::string_view doing);
  /// Beyond what the server itself allows a statement, then it hangs.
  [[nodiscard]] Deadline NewDeadline() const { return std::chrono::steady_clock::now() + statement_timeout_ + std::chrono::seconds(1); }

  PGconn* handle_;
  std::chrono::milliseconds statement_timeout_;
  std::unordered_map<std::string, std::string> statements_;  ///< text → name
  std::size_t next_name_ = 0;
  std::vector<Owed> owed_;
  std::optional<TenantScope> server_scope_ = TenantScope::None();  ///< the server's setting; nothing: not known
  bool broken_ = false;
};

/// The error of a failed result, by its SQLSTATE.
Error PostgresError(const PGresult* result);
/// Whether a prepared statement no longer fits its tables ("cached plan must not change result type"), or is gone.
bool IsStale(const Error& error);

/// A parameter in text format; nothing for null.
std::optional<std::string> ParameterText(const Value& value);

/// Reads a column by its type.
Value ColumnValue(const PGresult* result, int row, int column);

}  // namespace aqua::sql
