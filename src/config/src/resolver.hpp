#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "aqua/config/setting.hpp"
#include "aqua/config/settings.hpp"
#include "entry.hpp"

namespace aqua::config {

/// Merges what the sources say over the defaults, and gathers faults and warnings. Sources are added lowest first.
class Resolver {
 public:
  /// Starts from the defaults.
  Resolver();

  void Add(SettingSource source, const std::vector<Entry>& entries);

  /// The merged entries; a setting whose value was refused has none (std::monostate).
  [[nodiscard]] const std::map<std::string, SettingEntry, std::less<>>& entries() const { return entries_; }
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  /// An entry whose name was found in the table.
  struct Match {
    const Setting* setting;
    const Entry* entry;
    /// Index of the environment name; 0 for a key.
    std::size_t rank;
    std::string_view unit;
  };

  static std::optional<Match> Recognise(SettingSource source, const Entry& entry);
  void AddUnknown(SettingSource source, const Entry& entry);
  void Choose(SettingSource source, const Match& match, std::map<const Setting*, Match>& chosen);
  void Apply(SettingSource source, const Match& match);
  void WarnReserved(const Match& match);

  std::map<std::string, SettingEntry, std::less<>> entries_;
  std::set<std::string, std::less<>> warned_names_;
  std::vector<std::string> faults_;
  std::vector<std::string> warnings_;
};

}  // namespace aqua::config
