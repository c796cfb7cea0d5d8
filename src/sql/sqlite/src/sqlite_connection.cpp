#include "sqlite_connection.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "aqua/base/text.hpp"

namespace aqua::sql {
namespace {

/// Statements kept prepared; the program has a few dozen.
constexpr std::size_t kMaxStatements = 256;
/// Virtual machine steps between two looks at the clock.
constexpr int kStepsPerCheck = 20'000;

int CheckDeadline(void* deadline) { return std::chrono::steady_clock::now() > *static_cast<std::chrono::steady_clock::time_point*>(deadline) ? 1 : 0; }

struct BindValue {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::monostate /*null*/) const { return sqlite3_bind_null(statement, index); }
  int operator()(bool flag) const { return sqlite3_bind_int(statement, index, flag ? 1 : 0); }
  int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, index, number); }
  int operator()(double number) const { return sqlite3_bind_double(statement, index, number); }
  // The values outlive the run of the statement.
  int operator()(const std::string& text) const { return sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8); }
  int operator()(const Bytes& bytes) const {
    return bytes.empty() ? sqlite3_bind_zeroblob(statement, index, 0) : sqlite3_bind_blob64(statement, index, bytes.data(), bytes.size(), SQLITE_STATIC);
  }
};

Value ColumnValue(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER: return std::int64_t{sqlite3_column_int64(statement, column)};
    case SQLITE_FLOAT: return sqlite3_column_double(statement, column);
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
      return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
    }
    case SQLITE_BLOB: {
      const auto* blob = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, column));
      return Bytes(blob, blob + sqlite3_column_bytes(statement, column));
    }
    default: return std::monostate();
  }
}

Row ReadRow(sqlite3_stmt* statement) {
  std::vector<Value> values;
  const int columns = sqlite3_column_count(statement);
  values.reserve(static_cast<std::size_t>(columns));
  for (int column = 0; column < columns; ++column) values.push_back(ColumnValue(statement, column));
  return Row(std::move(values));
}

}  // namespace

Result<std::unique_ptr<Connection>> SqliteConnection::Open(const SqliteConfig& config) {
  // The file must not be a symbolic link, which SQLite would also hold against a folder on the way.
  std::error_code failure;
  const std::filesystem::path folder = std::filesystem::canonical(config.file.has_parent_path() ? config.file.parent_path() : ".", failure);
  const std::filesystem::path file = failure ? config.file : folder / config.file.filename();
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW;
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, config.vfs.empty() ? nullptr : config.vfs.c_str());
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(config, handle));
  if (code != SQLITE_OK) return SqliteError(code, handle != nullptr ? sqlite3_errmsg(handle) : "out of memory");
  AQUA_TRY(connection->Configure(config));
  return connection;
}

SqliteConnection::SqliteConnection(const SqliteConfig& config, sqlite3* handle) : statement_timeout_(config.pool.statement_timeout), handle_(handle) {}

SqliteConnection::~SqliteConnection() {
  statements_.clear();
  sqlite3_close(handle_);
}

Status SqliteConnection::Configure(const SqliteConfig& config) {
  sqlite3_busy_timeout(handle_, static_cast<int>(statement_timeout_.count()));
  sqlite3_progress_handler(handle_, kStepsPerCheck, &CheckDeadline, &deadline_);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  AQUA_TRY(Script(fmt::format("PRAGMA trusted_schema = OFF; PRAGMA synchronous = {}; PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 1000",
                              config.relaxed ? "NORMAL" : "FULL")));
  AQUA_TRY_ASSIGN(const std::string mode, UseWal());
  if (mode == "wal") return {};
  // Where WAL cannot be had the mode stays another, without an error.
  return MakeError(ErrorCode::kUnavailable, "SQLite: the file system has no shared memory for WAL mode; use a local disk", "database_unavailable");
}

Result<std::string> SqliteConnection::UseWal() {
  // Changing a new file to WAL does not wait for others that make the same change.
  const auto end = std::chrono::steady_clock::now() + statement_timeout_;
  while (true) {
    const auto mode = Query("PRAGMA journal_mode = WAL");
    if (mode) return mode->empty() ? std::string() : mode->front().Text(0);
    if (broken_ || mode.error().code != ErrorCode::kUnavailable || std::chrono::steady_clock::now() > end) return mode.error();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

Result<std::vector<Row>> SqliteConnection::Query(std::string_view sql, std::span<const Value> parameters) {
  std::vector<Row> rows;
  const Status status = Run(sql, parameters, &rows);
  if (status) return rows;
  query_failed_ = true;
  return status.error();
}

Result<std::vector<std::int64_t>> SqliteConnection::Commit(std::span<const Command> commands) {
  AQUA_TRY(Begin());
  return Finish(commands);
}

Result<std::vector<std::int64_t>> SqliteConnection::CommitAfter(const Command& read, const Plan& plan) {
  AQUA_TRY(Begin());
  auto commands = [&]() -> Result<std::vector<Command>> {
    std::vector<Row> rows;
    AQUA_TRY(Run(read.sql, read.parameters, &rows));
    return plan(rows);
  }();
  if (commands) return Finish(*commands);
  Rollback();
  return commands.error();
}

Result<std::vector<std::int64_t>> SqliteConnection::Finish(std::span<const Command> commands) {
  std::vector<std::int64_t> changed;
  for (const Command& command : commands) {
    const std::int64_t before = sqlite3_total_changes64(handle_);
    if (const Status status = Run(command.sql, command.parameters, nullptr); !status) {
      Rollback();
      return status.error();
    }
    // A statement that is no write leaves the number of the write before it.
    changed.push_back(sqlite3_total_changes64(handle_) == before ? 0 : sqlite3_changes64(handle_));
  }
  if (const Status status = Script("COMMIT"); !status) {
    Rollback();
    return status.error();
  }
  return changed;
}

Status SqliteConnection::RunExclusive(const std::function<Result<std::string>(Connection&)>& script) {
  AQUA_TRY(Begin());
  query_failed_ = false;
  const auto sql = script(*this);
  Status status = sql ? Script(*sql) : Status(sql.error());
  // As PostgreSQL has it, where a query that fails undoes the transaction.
  if (status && query_failed_) status = MakeError(ErrorCode::kInternal, "SQLite: a query of the script's maker failed", "database_error");
  if (status) status = Script("COMMIT");  // apart: the script may end in a comment
  if (!status) Rollback();
  return status;
}

Status SqliteConnection::Script(const std::string& sql) {
  deadline_ = std::chrono::steady_clock::now() + statement_timeout_;
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return LastError();
}

Result<sqlite3_stmt*> SqliteConnection::Prepare(std::string_view sql) {
  std::string text(sql);
  if (const auto known = statements_.find(text); known != statements_.end()) return known->second.get();
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, &rest) != SQLITE_OK) return LastError();
  Statement prepared(statement, &sqlite3_finalize);
  if (statement == nullptr || !base::Trim(sql.substr(static_cast<std::size_t>(rest - sql.data()))).empty())
    return MakeError(ErrorCode::kInternal, "SQLite: a query is one statement", "database_error");
  if (statements_.size() >= kMaxStatements) statements_.clear();
  statements_.emplace(std::move(text), std::move(prepared));
  return statement;
}

Status SqliteConnection::Bind(sqlite3_stmt* statement, std::span<const Value> parameters) {
  int bound = 0;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const int index = sqlite3_bind_parameter_index(statement, fmt::format("${}", i + 1).c_str());
    if (index == 0) continue;  // a parameter that the statement does not use
    if (const auto* text = std::get_if<std::string>(&parameters[i]); text != nullptr && text->find('\0') != std::string::npos)
      return MakeError(ErrorCode::kInternal, "SQLite: a text holds NUL", "database_error");
    if (std::visit(BindValue{statement, index}, parameters[i]) != SQLITE_OK) return LastError();
    ++bound;
  }
  // SQLite takes one that was not given for null.
  if (bound == sqlite3_bind_parameter_count(statement)) return {};
  return MakeError(ErrorCode::kInternal, "SQLite: a parameter of the statement was not given", "database_error");
}

Status SqliteConnection::Run(std::string_view sql, std::span<const Value> parameters, std::vector<Row>* rows) {
  AQUA_TRY_ASSIGN(sqlite3_stmt * statement, Prepare(sql));
  deadline_ = std::chrono::steady_clock::now() + statement_timeout_;
  Status status = Bind(statement, parameters);
  int code = SQLITE_ROW;
  while (status && code == SQLITE_ROW) {
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW && rows != nullptr) rows->push_back(ReadRow(statement));
  }
  if (status && code != SQLITE_DONE) status = LastError();
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return status;
}

void SqliteConnection::Rollback() {
  if (sqlite3_get_autocommit(handle_) == 0 && sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr) != SQLITE_OK) broken_ = true;
}

Error SqliteConnection::LastError() {
  const int code = sqlite3_extended_errcode(handle_);
  const int primary = code & 0xFF;
  // After a failed read or write the file may stand otherwise than the handle believes.
  if (primary == SQLITE_IOERR || primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_CANTOPEN) broken_ = true;
  return SqliteError(code, sqlite3_errmsg(handle_));
}

}  // namespace aqua::sql
