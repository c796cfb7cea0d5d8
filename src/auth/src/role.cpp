#include "aqua/auth/role.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace aqua::auth {
namespace {

/// In the order of Role.
constexpr std::array<std::string_view, 5> kNames = {"viewer", "operator", "scientist", "admin", "service"};
static_assert(static_cast<std::size_t>(Role::kService) + 1 == kNames.size());

}  // namespace

std::string_view Name(Role role) { return kNames.at(static_cast<std::size_t>(role)); }

std::optional<Role> ParseRole(std::string_view name) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Role>(found - kNames.begin());
}

}  // namespace aqua::auth
