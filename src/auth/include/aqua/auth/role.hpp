#pragma once

#include <optional>
#include <string_view>

namespace aqua::auth {

/// What a principal may do in its tenant. The matrix of routes and roles lies with the operations, not here; roles are not ordered.
enum class Role { kViewer, kOperator, kScientist, kAdmin, kService };

/// "viewer", "operator", "scientist", "admin", "service".
std::string_view Name(Role role);

/// The role of exactly that name.
std::optional<Role> ParseRole(std::string_view name);

}  // namespace aqua::auth
