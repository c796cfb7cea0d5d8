#include "table.hpp"

#include "aqua/base/assert.hpp"
#include "aqua/base/time.hpp"

namespace aqua::identity {
namespace {

template <typename Call>
auto WithRetry(sql::Database& database, const sql::TenantScope& scope, const Call& call) -> decltype(call(*database.Acquire(scope).value())) {
  for (bool last = false;; last = true) {
    auto lease = database.Acquire(scope);
    if (!lease) return lease.error();
    auto outcome = call(**lease);
    if (outcome || last || outcome.error().code != ErrorCode::kUnavailable) return outcome;
  }
}

}  // namespace

Result<Rows> Ask(sql::Database& database, const sql::TenantScope& scope, std::string_view sql, const std::vector<sql::Value>& parameters) {
  return WithRetry(database, scope, [&](sql::Connection& connection) { return connection.Query(sql, parameters); });
}

Result<Counts> Commit(sql::Database& database, const sql::TenantScope& scope, const std::vector<sql::Command>& commands) {
  return WithRetry(database, scope, [&](sql::Connection& connection) { return connection.Commit(commands); });
}

std::optional<std::string> OptionalText(const sql::Row& row, std::size_t column) {
  return row.IsNull(column) ? std::nullopt : std::optional<std::string>(row.Text(column));
}

std::optional<Time> OptionalTime(const sql::Row& row, std::size_t column) {
  return row.IsNull(column) ? std::nullopt : std::optional<Time>(TimeColumn(row, column));
}

Time TimeColumn(const sql::Row& row, std::size_t column) {
  const auto time = base::ParseTime(row.Text(column));
  AQUA_ASSERT(time.has_value());
  return *time;
}

sql::Value Nullable(const std::optional<std::string>& text) { return text ? sql::Value(*text) : sql::Value(); }

}  // namespace aqua::identity
