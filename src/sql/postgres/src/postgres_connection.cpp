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

/// Statements kept prepared; the program has a few dozen.
constexpr std::size_t kMaxStatements = 256;
/// Undone with the transaction that it is part of, as everything else.
constexpr std::string_view kSetScope = "SELECT set_config('aqua.tenant', $1, false)";

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

Status PostgresConnection::Script(const std::string& sql) {
  // Several statements in one text need the simple protocol, which pipeline mode does not have.
  const Deadline deadline = NewDeadline();
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

Status PostgresConnection::Send(std::string_view sql, std::span<const Value> parameters, Purpose purpose) {
  const Statement statement = StatementFor(sql);
  if (statement.is_new) {
    if (PQsendPrepare(handle_, statement.name.c_str(), std::string(sql).c_str(), 0, nullptr) != 1) return Lost("sending");
    owed_.push_back({Purpose::kPrepare, sql});
  }
  std::vector<std::optional<std::string>> texts;
  for (const Value& value : parameters) texts.push_back(ParameterText(value));
  std::vector<const char*> pointers;
  for (const auto& text : texts) pointers.push_back(text ? text->c_str() : nullptr);
  if (PQsendQueryPrepared(handle_, statement.name.c_str(), static_cast<int>(pointers.size()), pointers.data(), nullptr, nullptr, 0) != 1)
    return Lost("sending");
  owed_.push_back({purpose, sql});
  return {};
}

Status PostgresConnection::SendScope(const TenantScope& scope) {
  if (server_scope_ == scope) return {};
  const Value setting = std::string(scope.setting());
  AQUA_TRY(Send(kSetScope, {&setting, 1}, Purpose::kControl));
  server_scope_ = scope;
  return {};
}

Status PostgresConnection::SendText(const char* sql) {
  if (PQsendQueryParams(handle_, sql, 0, nullptr, nullptr, nullptr, nullptr, 0) != 1) return Lost("sending");
  owed_.push_back({Purpose::kControl, {}});
  return {};
}

Result<std::optional<Error>> PostgresConnection::Receive(const std::function<void(PGresult*)>& take) {
  const Deadline deadline = NewDeadline();
  if (PQpipelineSync(handle_) != 1) return Lost("sending");
  std::optional<Error> failure;
  for (const Owed& owed : std::exchange(owed_, {})) {
    AQUA_TRY_ASSIGN(const PostgresResult result, NextResult(deadline));
    if (!Failed(result.get())) {
      if (owed.purpose == Purpose::kStatement) take(result.get());
      continue;
    }
    if (owed.purpose == Purpose::kPrepare) Forget(owed.sql);
    if (!failure) failure = PostgresError(result.get());
  }
  AQUA_TRY(FinishPipeline(deadline));
  if (failure && IsStale(*failure)) Forget(kSetScope);  // the caller forgets its own statements
  return failure;
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
