#include "aqua/config/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "aqua/base/text.hpp"
#include "aqua/config/setting.hpp"
#include "value.hpp"

namespace aqua::config {
namespace {

/// Text in double quotes, as YAML reads it. Values hold no control characters: ParseValue() refuses them.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string YamlValue(const SettingEntry& entry) {
  const bool bare =
      std::holds_alternative<bool>(entry.value) || std::holds_alternative<std::int64_t>(entry.value) || std::holds_alternative<double>(entry.value);
  return bare ? entry.text : Quoted(entry.text);
}

/// One line of the active part: "  max_side: 8192  # default".
std::string ActiveLine(std::string_view name, std::string_view indent, const Setting& row, const SettingEntry& entry) {
  const std::string_view comment = row.secret ? "# " : "";
  const std::string value = row.secret ? "\"***\"" : YamlValue(entry);
  return fmt::format("{}{}{}: {}  # {}\n", indent, comment, name, value, entry.origin);
}

void PrintReserved(const Settings& settings, std::string& out) {
  for (const Setting& row : Table()) {
    const auto entry = settings.entries().find(row.key);
    if (row.state != SettingState::kReserved || entry == settings.entries().end()) continue;
    // Reserved values were not checked, so they may hold anything.
    const std::string value = row.secret ? "\"***\"" : Quoted(base::Printable(entry->second.text));
    out += fmt::format("# {}: {}  # {}; known, but without effect in this build\n", row.key, value, entry->second.origin);
  }
}

std::string Names(const Setting& row) {
  std::vector<std::string_view> names;
  for (const EnvironmentName& name : row.environment) names.push_back(name.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::string PrintConfig(const Settings& settings) {
  std::string out;
  std::string_view group;
  for (const Setting& row : Table()) {
    if (row.state == SettingState::kReserved) continue;
    const SettingEntry& entry = settings.entries().find(row.key)->second;
    const auto dot = row.key.find('.');
    if (dot == std::string_view::npos) {
      group = {};
      out += ActiveLine(row.key, "", row, entry);
      continue;
    }
    if (row.key.substr(0, dot) != group) {
      group = row.key.substr(0, dot);
      out += fmt::format("{}:\n", group);
    }
    out += ActiveLine(row.key.substr(dot + 1), "  ", row, entry);
  }
  PrintReserved(settings, out);
  return out;
}

std::string HelpText() {
  std::string out = "Settings, from the defaults, then the file, .env, the environment and the command line; the last one wins:\n";
  std::string_view section;
  for (const Setting& row : Table()) {
    if (row.state == SettingState::kReserved) continue;
    if (row.section != section) {
      section = row.section;
      out += fmt::format("\n{}:\n", section);
    }
    out +=
        fmt::format("  {} = {}\n      {}\n      Takes {}", row.key, row.default_value.empty() ? "(empty)" : row.default_value, row.description, Allowed(row));
    if (!row.unit.empty()) out += fmt::format(" ({})", row.unit);
    out += fmt::format(". Environment: {}\n", Names(row));
  }
  return out;
}

}  // namespace aqua::config
