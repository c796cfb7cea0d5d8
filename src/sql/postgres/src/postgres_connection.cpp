#include "postgres_connection.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "aqua/base/text.hpp"

namespace aqua::sql {
namespace {

/// Beyond what the server itself allows a statement; then the server hangs.
constexpr std::chrono::milliseconds kGrace{1'000};
/// Statements kept prepared; the program has a few dozen.
constexpr std::size_t kMaxStatements = 256;
/// Any number that no other program uses for an advisory lock.
constexpr std::string_view kExclusive = "SELECT pg_advisory_xact_lock(4702111234474983745)";

int Milliseconds(Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left + 1, 0, 600'000));
}

/// Waits for a socket; false when the deadline came first.
bool Poll(int socket, short events, Deadline deadline) {
  pollfd entry{socket, events, 0};
  while (true) {
    const int ready = ::poll(&entry, 1, Milliseconds(deadline));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

bool Failed(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE || status == PGRES_PIPELINE_ABORTED;
}

bool IsCopy(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

/// The server counts the rows of an answer, too.
std::int64_t RowsChanged(PGresult* result) {
  return std::string_view(PQcmdStatus(result)).starts_with("SELECT") ? 0 : std::strtoll(PQcmdTuples(result), nullptr, 10);
}

/// A prepared statement that no longer fits its tables ("cached plan must not change result type"), or that is gone.
bool IsStale(const Error& error) { return error.message.ends_with("(SQLSTATE 0A000)") || error.message.ends_with("(SQLSTATE 26000)"); }

/// libpq would send a text only up to a NUL.
Status CheckTexts(std::span<const Value> parameters) {
  for (const Value& value : parameters)
    if (const auto* text = std::get_if<std::string>(&value); text != nullptr && text->find('\0') != std::string::npos)
      return MakeError(ErrorCode::kInternal, "PostgreSQL: a text holds NUL", "database_error");
  return {};
}

}  // namespace

Result<std::unique_ptr<Connection>> PostgresConnection::Open(const PostgresConfig& config) {
  const auto milliseconds = config.pool.statement_timeout.count();
  const std::string timeout = std::to_string(milliseconds);
  // A wait for a lock ends first, so that it is told from a statement that is slow by itself.
  const std::string options = fmt::format(
      "-c statement_timeout={} -c lock_timeout={} -c synchronous_commit=on -c TimeZone=UTC -c DateStyle=ISO -c bytea_output=hex -c extra_float_digits=1",
      milliseconds, std::max<std::int64_t>(milliseconds * 9 / 10, 1));
  const std::array<const char*, 6> keys = {"dbname", "application_name", "options", "client_encoding", "tcp_user_timeout", nullptr};
  const std::array<const char*, 6> values = {config.url.c_str(), "aqua", options.c_str(), "UTF8", timeout.c_str(), nullptr};
  PGconn* handle = PQconnectStartParams(keys.data(), values.data(), 1);
  if (handle == nullptr) return MakeError(ErrorCode::kUnavailable, "PostgreSQL: out of memory", "database_unavailable");
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(handle, config.pool.statement_timeout));
  // libpq would write notices to standard error, among the logs.
  PQsetNoticeProcessor(
      handle, [](void*, const char*) {}, nullptr);
  AQUA_TRY(Connect(handle, std::chrono::steady_clock::now() + config.pool.connect_timeout));
  AQUA_TRY(connection->Configure());
  return connection;
}

Status PostgresConnection::Connect(PGconn* handle, Deadline deadline) {
  PostgresPollingStatusType state = PGRES_POLLING_WRITING;
  while (PQstatus(handle) != CONNECTION_BAD && state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
    if (!Poll(PQsocket(handle), state == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline))
      return MakeError(ErrorCode::kUnavailable, "PostgreSQL: the server did not answer in time", "database_unavailable");
    state = PQconnectPoll(handle);
  }
  if (PQstatus(handle) == CONNECTION_OK) return {};
  return MakeError(ErrorCode::kUnavailable, fmt::format("PostgreSQL: {}", base::Printable(base::Trim(PQerrorMessage(handle)))), "database_unavailable");
}

Status PostgresConnection::Configure() {
  if (PQsetnonblocking(handle_, 1) == 0 && PQenterPipelineMode(handle_) == 1) return {};
  return Lost("setting up");
}

Result<std::vector<Row>> PostgresConnection::Query(std::string_view sql, std::span<const Value> parameters) {
  AQUA_TRY(CheckTexts(parameters));
  AQUA_TRY(BoundStatements());
  auto rows = QueryOnce(sql, parameters);
  if (rows || !IsStale(rows.error()) || broken_) return rows;
  Forget(sql);
  if (PQtransactionStatus(handle_) != PQTRANS_IDLE) return rows;  // of RunExclusive(), which the error has ended
  return QueryOnce(sql, parameters);
}

Result<std::vector<Row>> PostgresConnection::QueryOnce(std::string_view sql, std::span<const Value> parameters) {
  const Deadline deadline = std::chrono::steady_clock::now() + statement_timeout_ + kGrace;
  AQUA_TRY_ASSIGN(int results, Send({sql, {parameters.begin(), parameters.end()}}));
  if (PQpipelineSync(handle_) != 1) return Lost("sending");
  std::vector<Row> rows;
  std::optional<Error> failure;
  for (; results > 0; --results) {
    AQUA_TRY_ASSIGN(const PostgresResult result, NextResult(deadline));
    if (Failed(result.get())) {
      if (results == 2) Forget(sql);
      if (!failure) failure = PostgresError(result.get());
      continue;
    }
    for (int row = 0; row < PQntuples(result.get()); ++row) {
      std::vector<Value> values;
      for (int column = 0; column < PQnfields(result.get()); ++column) values.push_back(ColumnValue(result.get(), row, column));
      rows.emplace_back(std::move(values));
    }
  }
  AQUA_TRY(FinishPipeline(deadline));
  return failure ? Result<std::vector<Row>>(*failure) : rows;
}

Result<std::vector<std::int64_t>> PostgresConnection::Commit(std::span<const Command> commands) {
  for (const Command& command : commands) AQUA_TRY(CheckTexts(command.parameters));
  AQUA_TRY(BoundStatements());
  auto changed = CommitOnce(commands);
  if (changed || !IsStale(changed.error()) || broken_) return changed;
  for (const Command& command : commands) Forget(command.sql);
  return CommitOnce(commands);
}

Result<std::vector<std::int64_t>> PostgresConnection::CommitOnce(std::span<const Command> commands) {
  const Deadline deadline = std::chrono::steady_clock::now() + statement_timeout_ + kGrace;
  AQUA_TRY(SendText("BEGIN"));
  std::vector<int> counts;
  for (const Command& command : commands) {
    AQUA_TRY_ASSIGN(counts.emplace_back(), Send(command));
  }
  AQUA_TRY(SendText("COMMIT"));
  if (PQpipelineSync(handle_) != 1) return Lost("sending");

  std::vector<std::int64_t> changed;
  std::optional<Error> failure;
  const auto take = [&](int results, const Command* command) -> Status {
    for (; results > 0; --results) {
      AQUA_TRY_ASSIGN(const PostgresResult result, NextResult(deadline));
      const bool failed = Failed(result.get());
      if (failed && results == 2) Forget(command->sql);
      if (failed && !failure && PQresultStatus(result.get()) != PGRES_PIPELINE_ABORTED) failure = PostgresError(result.get());
      if (!failed && results == 1 && command != nullptr) changed.push_back(RowsChanged(result.get()));
    }
    return {};
  };
  AQUA_TRY(take(1, nullptr));
  for (std::size_t i = 0; i < commands.size(); ++i) AQUA_TRY(take(counts[i], &commands[i]));
  AQUA_TRY(take(1, nullptr));
  AQUA_TRY(FinishPipeline(deadline));
  if (!failure) return changed;
  // The pipeline was aborted inside the transaction, which the server still holds open.
  if (PQtransactionStatus(handle_) != PQTRANS_IDLE) AQUA_TRY(Script("ROLLBACK"));
  return *failure;
}

Status PostgresConnection::RunExclusive(const std::function<Result<std::string>(Connection&)>& script) {
  AQUA_TRY(Script("BEGIN"));
  Status status = Script(std::string(kExclusive));
  if (status) {
    const auto sql = script(*this);
    status = sql ? Script(*sql) : Status(sql.error());
  }
  // The server answers the COMMIT of a transaction that has failed as it does a ROLLBACK: without an error.
  if (status && PQtransactionStatus(handle_) == PQTRANS_INERROR)
    status = MakeError(ErrorCode::kInternal, "PostgreSQL: a query of the script's maker failed", "database_error");
  if (status) status = Script("COMMIT");
  if (!status && !broken_) AQUA_TRY(Script("ROLLBACK"));
  return status;
}

Status PostgresConnection::Script(const std::string& sql) {
  // Several statements in one text need the simple protocol, which pipeline mode does not have.
  const Deadline deadline = std::chrono::steady_clock::now() + statement_timeout_ + kGrace;
  if (PQexitPipelineMode(handle_) != 1 || PQsendQuery(handle_, sql.empty() ? ";" : sql.c_str()) != 1) return Lost("sending");
  AQUA_TRY(Flush(deadline));
  std::optional<Error> failure;
  while (true) {
    while (PQisBusy(handle_) != 0) AQUA_TRY(WaitFor(false, deadline));
    const PostgresResult result(PQgetResult(handle_), &PQclear);
    if (!result) break;
    if (IsCopy(result.get())) {
      broken_ = true;  // it would go on giving this result for ever
      return MakeError(ErrorCode::kInternal, "PostgreSQL: a script cannot COPY from or to the program", "database_error");
    }
    if (Failed(result.get()) && !failure) failure = PostgresError(result.get());
  }
  if (PQstatus(handle_) == CONNECTION_BAD) return Lost("answering");
  if (PQenterPipelineMode(handle_) != 1) return Lost("setting up");
  return failure ? Status(*failure) : Status();
}

PostgresConnection::Statement PostgresConnection::StatementFor(std::string_view sql) {
  const auto [found, added] = statements_.try_emplace(std::string(sql));
  if (added) found->second = fmt::format("s{}", next_name_++);
  return {found->second, added};
}

void PostgresConnection::Forget(std::string_view sql) { statements_.erase(std::string(sql)); }

Status PostgresConnection::BoundStatements() {
  if (next_name_ < kMaxStatements) return {};
  AQUA_TRY(Script("DEALLOCATE ALL"));
  statements_.clear();
  next_name_ = 0;
  return {};
}

Result<int> PostgresConnection::Send(const Command& command) {
  const Statement statement = StatementFor(command.sql);
  if (statement.is_new && PQsendPrepare(handle_, statement.name.c_str(), std::string(command.sql).c_str(), 0, nullptr) != 1) return Lost("sending");
  std::vector<std::optional<std::string>> texts;
  for (const Value& value : command.parameters) texts.push_back(ParameterText(value));
  std::vector<const char*> pointers;
  for (const auto& text : texts) pointers.push_back(text ? text->c_str() : nullptr);
  if (PQsendQueryPrepared(handle_, statement.name.c_str(), static_cast<int>(pointers.size()), pointers.data(), nullptr, nullptr, 0) != 1)
    return Lost("sending");
  return statement.is_new ? 2 : 1;
}

Status PostgresConnection::SendText(const char* sql) {
  if (PQsendQueryParams(handle_, sql, 0, nullptr, nullptr, nullptr, nullptr, 0) == 1) return {};
  return Lost("sending");
}

Result<PostgresResult> PostgresConnection::NextResult(Deadline deadline) {
  AQUA_TRY(Flush(deadline));
  while (PQisBusy(handle_) != 0) AQUA_TRY(WaitFor(false, deadline));
  PostgresResult result(PQgetResult(handle_), &PQclear);
  if (!result) return Lost("answering");
  if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) return result;
  if (PQstatus(handle_) == CONNECTION_BAD) return Lost("answering");
  // In a pipeline each result is followed by a null.
  while (PQisBusy(handle_) != 0) AQUA_TRY(WaitFor(false, deadline));
  const PostgresResult end(PQgetResult(handle_), &PQclear);
  if (end) return Lost("answering");
  return result;
}

Status PostgresConnection::FinishPipeline(Deadline deadline) {
  AQUA_TRY_ASSIGN(const PostgresResult sync, NextResult(deadline));
  if (PQresultStatus(sync.get()) == PGRES_PIPELINE_SYNC) return {};
  return Lost("answering");
}

Status PostgresConnection::Flush(Deadline deadline) {
  int left = 1;
  while ((left = PQflush(handle_)) == 1) AQUA_TRY(WaitFor(true, deadline));
  return left == 0 ? Status() : Status(Lost("sending"));
}

Status PostgresConnection::WaitFor(bool write, Deadline deadline) {
  if (!Poll(PQsocket(handle_), static_cast<short>(write ? POLLIN | POLLOUT : POLLIN), deadline)) return Lost("answering in time");
  if (PQconsumeInput(handle_) != 1) return Lost("answering");
  return {};
}

Error PostgresConnection::Lost(std::string_view doing) {
  broken_ = true;
  const std::string_view said = base::Trim(PQerrorMessage(handle_));
  return MakeError(ErrorCode::kUnavailable,
                   fmt::format("PostgreSQL: the connection failed while {}{}{}", doing, said.empty() ? "" : ": ", base::Printable(said)),
                   "database_unavailable");
}

}  // namespace aqua::sql
