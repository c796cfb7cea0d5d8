#include <fmt/format.h>

#include "aqua/config/report.hpp"
#include "aqua/config/setting.hpp"
#include "value.hpp"

namespace aqua::config {
namespace {

constexpr std::string_view kIntroduction = R"(# Settings

Generated from the settings table (`src/config`); do not edit by hand.

A setting comes from, the later winning over the earlier: its default, the YAML file, `.env`, the environment, the command
line. `--check-config` reports every fault at once and exits; `--print-config` shows the values in force and where each one
comes from.

* **YAML file**: `--config FILE`, or `AQUA_CONFIG=FILE`. Nested maps or dotted keys (`imaging.max_side: 4096`); environment
  names are read at the top level too. An unknown key is an error.
* **`.env` and the environment**: the names below; the first one wins when several are set. An empty value counts as not set.
  An unknown name that starts with `AQUA_` is an error in `.env` and a warning in the environment.
* **Sizes** are bytes or carry a unit: `512 KiB`, `10 MiB`, `10MB` (decimal). **Durations** carry one: `250ms`, `10 s`, `2min`.
  **Booleans** are true/false, yes/no, on/off or 1/0. Choices do not depend on case.
)";

constexpr std::string_view kReservedIntroduction = R"(
## Known, without effect in this build

Names of the compatibility contract. They are accepted and logged as having no effect. In production (`ENVIRONMENT=production`)
a short or well-known secret or database password among them is refused all the same.

| Key | Environment | Default | Meaning |
|---|---|---|---|
)";

std::string Names(const Setting& row) {
  std::string names;
  for (const EnvironmentName& name : row.environment) names += fmt::format("{}`{}`", names.empty() ? "" : "<br>", name.name);
  return names.empty() ? "–" : names;
}

std::string Default(const Setting& row) { return row.default_value.empty() ? "empty" : fmt::format("`{}`", row.default_value); }

std::string ActiveRow(const Setting& row) {
  const std::string unit = row.unit.empty() ? "" : fmt::format(" ({})", row.unit);
  return fmt::format("| `{}` | {} | {} | {}{} | {} |\n", row.key, Names(row), Default(row), Allowed(row), unit, row.description);
}

}  // namespace

std::string MarkdownReference() {
  std::string out(kIntroduction);
  std::string_view section;
  for (const Setting& row : Table()) {
    if (row.state == SettingState::kReserved) continue;
    if (row.section != section) {
      section = row.section;
      out += fmt::format("\n## {}\n\n| Key | Environment | Default | Takes | Meaning |\n|---|---|---|---|---|\n", section);
    }
    out += ActiveRow(row);
  }
  out += kReservedIntroduction;
  for (const Setting& row : Table())
    if (row.state == SettingState::kReserved) out += fmt::format("| `{}` | {} | {} | {} |\n", row.key, Names(row), Default(row), row.description);
  return out;
}

}  // namespace aqua::config
