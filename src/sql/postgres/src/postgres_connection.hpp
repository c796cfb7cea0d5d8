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
  Status RunExclusive(const std::function<Result<std::string>(Connection&)>& script) override;
  [[nodiscard]] bool broken() const override { return broken_; }

 private:
  struct Statement {
    std::string name;
    bool is_new;  ///< must be prepared before it is run
  };

  PostgresConnection(PGconn* handle, std::chrono::milliseconds statement_timeout) : handle_(handle), statement_timeout_(statement_timeout) {}

  static Status Connect(PGconn* handle, Deadline deadline);
  Status Configure();
  Result<std::vector<Row>> QueryOnce(std::string_view sql, std::span<const Value> parameters);
  Result<std::vector<std::int64_t>> CommitOnce(std::span<const Command> commands);
  /// Runs statements without parameters; the first error ends it.
  Status Script(const std::string& sql);
  Statement StatementFor(std::string_view sql);
  void Forget(std::string_view sql);
  /// Drops all prepared statements when many were made; forgetting a name does not free it on the server.
  Status BoundStatements();
  /// Queues preparing (when new) and running a statement; returns how many results will come.
  Result<int> Send(const Command& command);
  Status SendText(const char* sql);
  /// The next result of the queue; no result of a pipeline may be left unread.
  Result<PostgresResult> NextResult(Deadline deadline);
  Status Flush(Deadline deadline);
  Status WaitFor(bool write, Deadline deadline);
  Status FinishPipeline(Deadline deadline);
  Error Lost(std::string_view doing);

  PGconn* handle_;
  std::chrono::milliseconds statement_timeout_;
  std::unordered_map<std::string, std::string> statements_;  ///< text → name
  std::size_t next_name_ = 0;
  bool broken_ = false;
};

/// The error of a failed result, by its SQLSTATE.
Error PostgresError(const PGresult* result);

/// A parameter in text format; nothing for null.
std::optional<std::string> ParameterText(const Value& value);

/// Reads a column by its type.
Value ColumnValue(const PGresult* result, int row, int column);

}  // namespace aqua::sql
