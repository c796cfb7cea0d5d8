#include "user_row.hpp"

#include "aqua/base/assert.hpp"
#include "table.hpp"

namespace aqua::identity {

User ReadUser(const sql::Row& row) {
  User user;
  user.id = row.Text(0);
  user.tenant = row.Text(1);
  user.email = row.Text(2);
  user.username = row.Text(3);
  user.full_name = OptionalText(row, 4);
  user.role = RoleColumn(row, 5);
  user.is_active = row.Boolean(6);
  user.created_at = TimeColumn(row, 7);
  user.updated_at = TimeColumn(row, 8);
  user.last_login_at = OptionalTime(row, 9);
  return user;
}

auth::Role RoleColumn(const sql::Row& row, std::size_t column) {
  const auto role = auth::ParseRole(row.Text(column));
  AQUA_ASSERT(role.has_value());
  return *role;
}

}  // namespace aqua::identity
