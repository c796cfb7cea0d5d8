#include "column.hpp"

#include "aqua/base/assert.hpp"
#include "aqua/base/time.hpp"

namespace aqua::storage {

std::optional<std::string> OptionalText(const sql::Row& row, std::size_t column) {
  return row.IsNull(column) ? std::nullopt : std::optional<std::string>(row.Text(column));
}

std::optional<double> OptionalReal(const sql::Row& row, std::size_t column) {
  return row.IsNull(column) ? std::nullopt : std::optional<double>(row.Real(column));
}

sql::Value Nullable(const std::optional<std::string>& text) { return text ? sql::Value(*text) : sql::Value(); }

sql::Value Nullable(const std::optional<double>& number) { return number ? sql::Value(*number) : sql::Value(); }

std::chrono::system_clock::time_point TimeColumn(const sql::Row& row, std::size_t column) {
  const auto time = base::ParseTime(row.Text(column));
  AQUA_ASSERT(time.has_value());
  return *time;
}

}  // namespace aqua::storage
