#pragma once

#include <string_view>

namespace aqua::roles {

/// "0.1.0"
std::string_view Version();
/// First digits of the commit the binary was configured from, or "unknown".
std::string_view Commit();

}  // namespace aqua::roles
