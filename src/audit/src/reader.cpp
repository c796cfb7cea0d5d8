#include "aqua/audit/reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "aqua/base/text.hpp"
#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"
#include "record.hpp"

namespace aqua::audit {
namespace {

constexpr std::int64_t kExportPage = 500;

/// A WHERE clause in the making; values are always parameters.
class Conditions {
 public:
  /// condition: with "{}" for the parameter.
  void Add(fmt::format_string<std::string> condition, sql::Value value) {
    text_ += fmt::format("{} {}", text_.empty() ? " WHERE" : " AND", fmt::format(condition, Parameter(std::move(value))));
  }
  std::string Parameter(sql::Value value) {
    parameters_.push_back(std::move(value));
    return fmt::format("${}", parameters_.size());
  }
  void AddTimes(const std::optional<Time>& from, const std::optional<Time>& to) {
    if (from) Add("created_at >= {}", base::FormatTime(*from));
    if (to) Add("created_at < {}", base::FormatTime(*to));
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::vector<sql::Value>& parameters() const { return parameters_; }

 private:
  std::string text_;
  std::vector<sql::Value> parameters_;
};

}  // namespace

Result<std::vector<StoredEntry>> List(sql::Database& database, const std::string& tenant, const ListFilter& filter, std::size_t limit,
                                      const std::optional<std::int64_t>& before) {
  std::vector<StoredEntry> entries;
  if (!base::IsUuid(tenant) || (filter.user_id && !base::IsUuid(*filter.user_id))) return entries;
  Conditions conditions;
  conditions.Add("tenant_id = {}", base::ToLower(tenant));
  if (filter.action_prefix) conditions.Add("substr(action, 1, length(CAST({0} AS TEXT))) = CAST({0} AS TEXT)", *filter.action_prefix);
  if (filter.user_id) conditions.Add("user_id = {}", base::ToLower(*filter.user_id));
  conditions.AddTimes(filter.from, filter.to);
  if (before) conditions.Add("sequence < {}", *before);
  const std::string rows_wanted = conditions.Parameter(static_cast<std::int64_t>(limit));
  const std::string sql = fmt::format("{}{} ORDER BY sequence DESC LIMIT {}", SelectFrom(), conditions.text(), rows_wanted);
  AQUA_TRY_ASSIGN(const auto connection, database.Acquire(sql::TenantScope::Of(tenant)));
  AQUA_TRY_ASSIGN(const auto rows, connection->Query(sql, conditions.parameters()));
  for (const sql::Row& row : rows) entries.push_back(ToStoredEntry(ReadRecord(row)));
  return entries;
}

Result<std::int64_t> Export(sql::Database& database, const ExportFilter& filter, const LineSink& sink) {
  const sql::TenantScope scope = filter.tenant ? sql::TenantScope::Of(*filter.tenant) : sql::TenantScope::All();
  std::int64_t exported = 0;
  if (filter.tenant && !base::IsUuid(*filter.tenant)) return exported;
  for (std::int64_t last = 0;;) {
    Conditions conditions;
    conditions.Add("sequence > {}", last);
    if (filter.tenant) conditions.Add("tenant_id = {}", base::ToLower(*filter.tenant));
    conditions.AddTimes(filter.from, filter.to);
    const std::string sql = fmt::format("{}{} ORDER BY sequence LIMIT {}", SelectFrom(), conditions.text(), kExportPage);
    std::vector<sql::Row> rows;
    {
      // A sink that is slow holds no connection.
      AQUA_TRY_ASSIGN(const auto connection, database.Acquire(scope));
      AQUA_TRY_ASSIGN(rows, connection->Query(sql, conditions.parameters()));
    }
    if (rows.empty()) return exported;
    for (const sql::Row& row : rows) AQUA_TRY(sink(WriteRecord(ReadRecord(row))));
    exported += static_cast<std::int64_t>(rows.size());
    last = rows.back().Integer(0);
  }
}

}  // namespace aqua::audit
