#include "aqua/sql/database.hpp"

#include "aqua/base/assert.hpp"

namespace aqua::sql {
namespace {

template <typename T>
const T& Get(const std::vector<Value>& values, std::size_t column) {
  AQUA_ASSERT(column < values.size());
  const T* value = std::get_if<T>(&values[column]);
  AQUA_ASSERT(value != nullptr);
  return *value;
}

}  // namespace

std::string_view Name(Dialect dialect) { return dialect == Dialect::kSqlite ? "sqlite" : "postgres"; }

bool Row::IsNull(std::size_t column) const {
  AQUA_ASSERT(column < values_.size());
  return std::holds_alternative<std::monostate>(values_[column]);
}

bool Row::Boolean(std::size_t column) const {
  AQUA_ASSERT(column < values_.size());
  if (const bool* value = std::get_if<bool>(&values_[column])) return *value;
  return Get<std::int64_t>(values_, column) != 0;
}

std::int64_t Row::Integer(std::size_t column) const {
  AQUA_ASSERT(column < values_.size());
  if (const bool* value = std::get_if<bool>(&values_[column])) return *value ? 1 : 0;
  return Get<std::int64_t>(values_, column);
}

double Row::Real(std::size_t column) const {
  AQUA_ASSERT(column < values_.size());
  if (const auto* value = std::get_if<std::int64_t>(&values_[column])) return static_cast<double>(*value);
  return Get<double>(values_, column);
}

const std::string& Row::Text(std::size_t column) const { return Get<std::string>(values_, column); }

const Bytes& Row::Blob(std::size_t column) const { return Get<Bytes>(values_, column); }

}  // namespace aqua::sql
