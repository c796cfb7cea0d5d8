#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "aqua/sql/database.hpp"

namespace aqua::storage {

/// Nullable columns of a row, and values that may be null.
std::optional<std::string> OptionalText(const sql::Row& row, std::size_t column);
std::optional<double> OptionalReal(const sql::Row& row, std::size_t column);
sql::Value Nullable(const std::optional<std::string>& text);
sql::Value Nullable(const std::optional<double>& number);

/// A column that holds a time. Requires: one that we wrote (ends the process otherwise).
std::chrono::system_clock::time_point TimeColumn(const sql::Row& row, std::size_t column);

}  // namespace aqua::storage
