#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "aqua/base/result.hpp"

namespace aqua::sql {

class Database;

/// Whose rows a statement may see and write. PostgreSQL holds every table with a tenant_id to it by row-level security, whatever the
/// WHERE clause says; SQLite, which has none, ignores it. Cheap to copy.
class TenantScope {
 public:
  /// The rows of one tenant. A text that is no UUID is a tenant without rows.
  static TenantScope Of(std::string_view tenant_id);
  /// The rows of all tenants: for the program's own work only (login by name, revocations, audit, migrations), never for what a
  /// caller asked.
  static TenantScope All() { return TenantScope("all"); }
  /// No row of any tenant: for statements that need none.
  static TenantScope None() { return TenantScope(""); }

  /// The value of the server's setting "aqua.tenant": a UUID, "all" or nothing.
  [[nodiscard]] std::string_view setting() const { return {text_.data(), size_}; }
  [[nodiscard]] bool operator==(const TenantScope&) const = default;

 private:
  explicit TenantScope(std::string_view text);

  std::array<char, 36> text_{};
  std::size_t size_ = 0;
};

/// Whether the role that the program connects with is exempt from row-level security (a superuser, or one with BYPASSRLS): then only
/// the WHERE clauses keep tenants apart, which is worth a warning at start. Never so for SQLite, which has no roles.
/// Errors: those of Connection.
Result<bool> BypassesRowSecurity(Database& database);

}  // namespace aqua::sql
