#pragma once

#include <sqlite3.h>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "aqua/sql/database.hpp"
#include "aqua/sql_sqlite/sqlite_database.hpp"

namespace aqua::sql {

class SqliteConnection final : public Connection {
 public:
  static Result<std::unique_ptr<Connection>> Open(const SqliteConfig& config);
  ~SqliteConnection() override;

  using Connection::Query;
  Result<std::vector<Row>> Query(std::string_view sql, std::span<const Value> parameters) override;
  Result<std::vector<std::int64_t>> Commit(std::span<const Command> commands) override;
  Result<std::vector<std::int64_t>> CommitAfter(const Command& read, const Plan& plan) override;
  Status RunExclusive(const std::function<Result<std::string>(Connection&)>& script) override;
  [[nodiscard]] bool broken() const override { return broken_; }

 private:
  using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

  SqliteConnection(const SqliteConfig& config, sqlite3* handle);
  Status Configure(const SqliteConfig& config);
  /// Returns the journal mode that is in force then.
  Result<std::string> UseWal();
  Status Script(const std::string& sql);
  Result<sqlite3_stmt*> Prepare(std::string_view sql);
  Status Bind(sqlite3_stmt* statement, std::span<const Value> parameters);
  /// Runs a statement to its end; rows may be null.
  Status Run(std::string_view sql, std::span<const Value> parameters, std::vector<Row>* rows);
  /// Runs the commands of a transaction that was begun, and commits or rolls back.
  Result<std::vector<std::int64_t>> Finish(std::span<const Command> commands);
  Status Begin() { return Script("BEGIN IMMEDIATE"); }
  void Rollback();
  Error LastError();

  std::chrono::milliseconds statement_timeout_;
  std::chrono::steady_clock::time_point deadline_;
  sqlite3* handle_;
  std::unordered_map<std::string, Statement> statements_;
  bool query_failed_ = false;  ///< since RunExclusive() began
  bool broken_ = false;
};

/// The error of a result code, with advice where the operator can mend it.
Error SqliteError(int code, const char* message);

}  // namespace aqua::sql
