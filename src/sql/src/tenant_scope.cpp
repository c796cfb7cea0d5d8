#include "aqua/sql/tenant_scope.hpp"

#include <algorithm>

#include "aqua/base/uuid.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::sql {

TenantScope::TenantScope(std::string_view text) : size_(text.size()) { std::copy(text.begin(), text.end(), text_.begin()); }

TenantScope TenantScope::Of(std::string_view tenant_id) { return base::IsUuid(tenant_id) ? TenantScope(tenant_id) : None(); }

Result<bool> BypassesRowSecurity(Database& database) {
  if (database.dialect() != Dialect::kPostgres) return false;
  AQUA_TRY_ASSIGN(const auto connection, database.Acquire(TenantScope::None()));
  AQUA_TRY_ASSIGN(const auto rows, connection->Query("SELECT rolsuper OR rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user"));
  return rows.empty() || rows.front().Boolean(0);
}

}  // namespace aqua::sql
