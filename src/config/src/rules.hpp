#pragma once

#include <map>
#include <string>
#include <vector>

#include "aqua/config/settings.hpp"

namespace aqua::config {

/// Checks what one row alone cannot say: bounds between settings, and what production refuses. Returns one line a
/// fault, with its place and never with a secret. Settings without a value, which had faults of their own, are not checked.
std::vector<std::string> BrokenRules(const std::map<std::string, SettingEntry, std::less<>>& entries);

}  // namespace aqua::config
