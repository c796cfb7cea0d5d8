#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace aqua::config {

enum class SettingType { kBoolean, kInteger, kReal, kText, kChoice, kPath, kBytes, kDuration, kUrl };

/// Whether the program uses a setting, or only knows its name because the compatibility contract fixes it.
enum class SettingState { kActive, kReserved };

/// A name under which a setting is read from the environment, a .env file or the top level of the YAML file.
struct EnvironmentName {
  std::string_view name;
  /// Unit of a bare number given under this name ("MiB" for ..._MB); empty when the name implies none.
  std::string_view unit = {};
};

/// One row of the settings table: everything that parsing, validation, help and documentation know about a setting.
struct Setting {
  /// Dotted snake_case, for example "imaging.max_side".
  std::string_view key;
  SettingType type = SettingType::kText;
  /// As it would be written in a file; empty means "not set" and is then also an allowed value.
  std::string_view default_value = {};
  /// Inclusive bounds of numbers; bytes for kBytes, milliseconds for kDuration.
  std::optional<double> minimum = {};
  std::optional<double> maximum = {};
  /// Allowed values of a kChoice, in lower case; values are compared without regard to case.
  std::vector<std::string_view> choices = {};
  /// Further spellings of a kChoice and the choice each one stands for.
  std::vector<std::pair<std::string_view, std::string_view>> synonyms = {};
  /// What a number counts, for example "pixels"; empty for sizes and durations, which carry their unit.
  std::string_view unit = {};
  /// The first name is the canonical one and wins over the others within one source.
  std::vector<EnvironmentName> environment = {};
  /// Never shown in messages, reports or logs.
  bool secret = false;
  SettingState state = SettingState::kActive;
  /// Heading under which help and documentation show the row; rows of a section stand together in the table.
  std::string_view section = {};
  std::string_view description = {};
};

/// Every setting, active ones first. The table lives as long as the program and never changes.
std::span<const Setting> Table();

/// Finds a row by its key, or returns null.
const Setting* FindSetting(std::string_view key);

}  // namespace aqua::config
