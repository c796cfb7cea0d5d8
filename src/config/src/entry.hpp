#pragma once

#include <optional>
#include <string>
#include <vector>

namespace aqua::config {

/// Most settings that one file may hold.
inline constexpr std::size_t kMaxEntries = 1000;

/// One name and its value as a source gives them, before anything is known about the name.
struct Entry {
  std::string name;
  /// Absent for a YAML key without a value.
  std::optional<std::string> value;
  /// Place for people: "config/staging.yaml:12".
  std::string origin;
};

/// What a file says, as far as it could be read.
struct Reading {
  std::vector<Entry> entries;
  /// One line each, with their place.
  std::vector<std::string> faults;
};

}  // namespace aqua::config
