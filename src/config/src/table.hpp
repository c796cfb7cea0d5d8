#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "aqua/config/setting.hpp"

namespace aqua::config {

/// The rows that the program uses.
std::vector<Setting> ActiveSettings();

/// The active rows of the server: transport, database, telemetry.
std::vector<Setting> ServiceSettings();

/// The active rows of identity and of what faces the network.
std::vector<Setting> AccountSettings();

/// The rows of the compatibility contract that nothing uses yet.
std::vector<Setting> ReservedSettings();

/// A row found by one of its environment names.
struct NamedSetting {
  const Setting* setting = nullptr;
  /// Index of the name in Setting::environment; the lower one wins.
  std::size_t rank = 0;
};

std::optional<NamedSetting> FindByEnvironmentName(std::string_view name);

}  // namespace aqua::config
