#pragma once

#include <cstddef>
#include <string_view>

#include "aqua/auth/role.hpp"
#include "aqua/identity/user.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::identity {

/// Columns of users that ReadUser() reads, in their order; the table is called u.
inline constexpr std::string_view kUserColumns =
    "u.id, u.tenant_id, u.email, u.username, u.full_name, u.role, u.is_active, u.created_at, u.updated_at, u.last_login_at";
inline constexpr std::size_t kUserColumnCount = 10;

User ReadUser(const sql::Row& row);

/// A role from a column. Requires: a name that the table's check lets in.
auth::Role RoleColumn(const sql::Row& row, std::size_t column);

}  // namespace aqua::identity
