#include "table.hpp"

#include <algorithm>

namespace aqua::config {

std::span<const Setting> Table() {
  static const std::vector<Setting> table = [] {
    std::vector<Setting> rows = ActiveSettings();
    for (Setting& row : ReservedSettings()) rows.push_back(std::move(row));
    return rows;
  }();
  return table;
}

const Setting* FindSetting(std::string_view key) {
  const auto row = std::ranges::find(Table(), key, &Setting::key);
  return row == Table().end() ? nullptr : &*row;
}

std::optional<NamedSetting> FindByEnvironmentName(std::string_view name) {
  for (const Setting& row : Table()) {
    const auto found = std::ranges::find(row.environment, name, &EnvironmentName::name);
    if (found != row.environment.end()) return NamedSetting{&row, static_cast<std::size_t>(found - row.environment.begin())};
  }
  return std::nullopt;
}

}  // namespace aqua::config
