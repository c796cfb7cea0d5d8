#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "postgres_connection.hpp"

namespace aqua::sql {
namespace {

/// Any number that no other program uses for an advisory lock.
constexpr std::string_view kExclusive = "SELECT pg_advisory_xact_lock(4702111234474983745)";

/// The server counts the rows of an answer, too.
std::int64_t RowsChanged(PGresult* result) {
  return std::string_view(PQcmdStatus(result)).starts_with("SELECT") ? 0 : std::strtoll(PQcmdTuples(result), nullptr, 10);
}

void ReadRows(const PGresult* result, std::vector<Row>& rows) {
  for (int row = 0; row < PQntuples(result); ++row) {
    std::vector<Value> values;
    for (int column = 0; column < PQnfields(result); ++column) values.push_back(ColumnValue(result, row, column));
    rows.emplace_back(std::move(values));
  }
}

/// libpq would send a text only up to a NUL.
Status CheckTexts(std::span<const Value> parameters) {
  for (const Value& value : parameters)
    if (const auto* text = std::get_if<std::string>(&value); text != nullptr && text->find('\0') != std::string::npos)
      return MakeError(ErrorCode::kInternal, "PostgreSQL: a text holds NUL", "database_error");
  return {};
}

Status CheckTexts(std::span<const Command> commands) {
  for (const Command& command : commands) AQUA_TRY(CheckTexts(command.parameters));
  return {};
}

}  // namespace

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
  const std::optional<TenantScope> scope_before = server_scope_;
  AQUA_TRY(SendScope(scope()));
  AQUA_TRY(Send(sql, parameters, Purpose::kStatement));
  std::vector<Row> rows;
  AQUA_TRY_ASSIGN(auto failure, Receive([&rows](PGresult* result) { ReadRows(result, rows); }));
  if (!failure) return rows;
  server_scope_ = scope_before;  // what is sent up to one sync is one transaction
  return *std::move(failure);
}

Result<std::vector<std::int64_t>> PostgresConnection::Commit(std::span<const Command> commands) {
  AQUA_TRY(CheckTexts(commands));
  AQUA_TRY(BoundStatements());
  auto changed = CommitOnce(commands);
  if (changed || !IsStale(changed.error()) || broken_) return changed;
  for (const Command& command : commands) Forget(command.sql);
  return CommitOnce(commands);
}

Result<std::vector<std::int64_t>> PostgresConnection::CommitOnce(std::span<const Command> commands) {
  AQUA_TRY(SendText("BEGIN"));
  return FinishTransaction(commands, server_scope_);
}

Result<std::vector<std::int64_t>> PostgresConnection::CommitAfter(const Command& read, const Plan& plan) {
  AQUA_TRY(CheckTexts(read.parameters));
  AQUA_TRY(BoundStatements());
  std::vector<Command> commands;
  auto changed = CommitAfterOnce(read, plan, commands);
  if (changed || !IsStale(changed.error()) || broken_) return changed;
  Forget(read.sql);
  for (const Command& command : commands) Forget(command.sql);
  return CommitAfterOnce(read, plan, commands);
}

Result<std::vector<std::int64_t>> PostgresConnection::CommitAfterOnce(const Command& read, const Plan& plan, std::vector<Command>& commands) {
  const std::optional<TenantScope> scope_before = server_scope_;
  AQUA_TRY(SendText("BEGIN"));
  AQUA_TRY(SendScope(read.scope.value_or(scope())));
  AQUA_TRY(Send(read.sql, read.parameters, Purpose::kStatement));
  std::vector<Row> rows;
  AQUA_TRY_ASSIGN(auto failure, Receive([&rows](PGresult* result) { ReadRows(result, rows); }));
  if (failure) return Abandon(*std::move(failure), scope_before);
  auto planned = plan(rows);
  if (!planned) return Abandon(std::move(planned).error(), scope_before);
  commands = *std::move(planned);
  if (Status texts = CheckTexts(commands); !texts) return Abandon(std::move(texts).error(), scope_before);
  return FinishTransaction(commands, scope_before);
}

Result<std::vector<std::int64_t>> PostgresConnection::FinishTransaction(std::span<const Command> commands, std::optional<TenantScope> scope_before) {
  for (const Command& command : commands) {
    AQUA_TRY(SendScope(command.scope.value_or(scope())));
    AQUA_TRY(Send(command.sql, command.parameters, Purpose::kStatement));
  }
  AQUA_TRY(SendText("COMMIT"));
  std::vector<std::int64_t> changed;
  AQUA_TRY_ASSIGN(auto failure, Receive([&changed](PGresult* result) { changed.push_back(RowsChanged(result)); }));
  if (!failure) return changed;
  return Abandon(*std::move(failure), scope_before);
}

Error PostgresConnection::Abandon(Error failure, std::optional<TenantScope> scope_before) {
  server_scope_ = scope_before;
  if (PQtransactionStatus(handle_) == PQTRANS_IDLE) return failure;
  if (Status ended = Script("ROLLBACK"); !ended) return std::move(ended).error();
  return failure;
}

Status PostgresConnection::RunExclusive(const std::function<Result<std::string>(Connection&)>& script) {
  AQUA_TRY(Script("BEGIN"));
  // A scope is a UUID or a word of ours: nothing to escape.
  Status status = Script(fmt::format("SELECT set_config('aqua.tenant', '{}', false); {}", scope().setting(), kExclusive));
  // A script may do anything, so that the server is told again afterwards.
  server_scope_ = status ? std::optional(scope()) : std::nullopt;
  if (status) {
    const auto sql = script(*this);
    status = sql ? Script(*sql) : Status(sql.error());
  }
  server_scope_.reset();
  // The server answers the COMMIT of a transaction that has failed as it does a ROLLBACK: without an error.
  if (status && PQtransactionStatus(handle_) == PQTRANS_INERROR)
    status = MakeError(ErrorCode::kInternal, "PostgreSQL: a query of the script's maker failed", "database_error");
  if (status) status = Script("COMMIT");
  if (!status && !broken_) AQUA_TRY(Script("ROLLBACK"));
  return status;
}

}  // namespace aqua::sql
