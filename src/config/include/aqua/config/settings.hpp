#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace aqua::config {

/// Where a value came from; a later source wins over an earlier one.
enum class SettingSource { kDefault, kFile, kDotenv, kEnvironment, kFlag };

/// A parsed value; paths, choices and URLs are strings, and reserved settings are not parsed (std::monostate).
using SettingValue = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::uint64_t, std::chrono::milliseconds>;

/// The value of one setting with its history.
struct SettingEntry {
  SettingValue value;
  /// The value as it would be written in a file.
  std::string text;
  SettingSource source = SettingSource::kDefault;
  /// The place for people: "default", "config/staging.yaml:12", "environment LOG_LEVEL", "command line".
  std::string origin;
};

/// The settings of one run: a checked value for every active row of the table. Immutable, so safe to share.
/// Asking for a key that is not in the table, or by the wrong type, ends the process: it is a slip of the program.
class Settings {
 public:
  /// Requires: an entry of the row's type for every active row. Load() makes such entries.
  explicit Settings(std::map<std::string, SettingEntry, std::less<>> entries);

  /// Returns the value of a kText, kChoice (in lower case) or kUrl.
  [[nodiscard]] const std::string& Text(std::string_view key) const;
  [[nodiscard]] bool Boolean(std::string_view key) const;
  [[nodiscard]] std::int64_t Integer(std::string_view key) const;
  [[nodiscard]] double Real(std::string_view key) const;
  /// Returns the value of a kPath; relative paths are relative to the working directory.
  [[nodiscard]] std::filesystem::path Path(std::string_view key) const;
  [[nodiscard]] std::uint64_t Bytes(std::string_view key) const;
  [[nodiscard]] std::chrono::milliseconds Duration(std::string_view key) const;

  /// Tells whether a value was set, and where: a caller may use a default of its own while it is kDefault.
  [[nodiscard]] SettingSource source(std::string_view key) const;

  /// Every active setting, and the reserved ones that were given; by key.
  [[nodiscard]] const std::map<std::string, SettingEntry, std::less<>>& entries() const { return entries_; }

 private:
  template <typename T>
  const T& Value(std::string_view key) const;

  std::map<std::string, SettingEntry, std::less<>> entries_;
};

}  // namespace aqua::config
