#pragma once

#include <optional>
#include <string>

#include "aqua/auth/role.hpp"
#include "aqua/identity/event.hpp"

namespace aqua::identity {

/// Tenant of whoever has none of his own: the local mode, the first administrator, registration. The migrations seed it.
inline constexpr std::string_view kDefaultTenant = "00000000-0000-4000-8000-000000000001";

/// A user as others may see him: without what proves who he is.
struct User {
  std::string id;
  std::string tenant;
  std::string email;
  std::string username;
  std::optional<std::string> full_name;
  auth::Role role = auth::Role::kViewer;
  bool is_active = true;
  Time created_at;
  Time updated_at;
  std::optional<Time> last_login_at;
};

/// What a user is made from. Every member is checked: see Accounts.
struct NewUser {
  std::string tenant = std::string(kDefaultTenant);
  std::string email;
  std::string username;
  std::string password;
  std::optional<std::string> full_name = {};
  auth::Role role = auth::Role::kViewer;
};

/// What somebody who is nobody yet may say about himself. His role and tenant are not among it.
struct Registration {
  std::string email;
  std::string username;
  std::string password;
  std::optional<std::string> full_name = {};
};

/// What is to change of a user; unset members stay.
struct UserChange {
  std::optional<auth::Role> role = {};
  std::optional<bool> is_active = {};
  std::optional<std::string> full_name = {};  ///< "" removes it
  std::optional<std::string> email = {};
};

/// A tenant.
struct Organisation {
  std::string id;
  std::string name;
  Time created_at;
};

}  // namespace aqua::identity
