#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/identity/event.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::identity {

using Rows = std::vector<sql::Row>;
using Counts = std::vector<std::int64_t>;

/// Runs a query on a connection of its own, and once more on another one when the first was lost.
Result<Rows> Ask(sql::Database& database, const sql::TenantScope& scope, std::string_view sql, const std::vector<sql::Value>& parameters);

/// Commits, and once more when the connection was lost. So the commands must be safe to run twice; the counts are then those of the second time.
Result<Counts> Commit(sql::Database& database, const sql::TenantScope& scope, const std::vector<sql::Command>& commands);

std::optional<std::string> OptionalText(const sql::Row& row, std::size_t column);
std::optional<Time> OptionalTime(const sql::Row& row, std::size_t column);
/// Requires: a time that we wrote (ends the process otherwise).
Time TimeColumn(const sql::Row& row, std::size_t column);

sql::Value Nullable(const std::optional<std::string>& text);

}  // namespace aqua::identity
