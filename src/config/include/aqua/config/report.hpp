#pragma once

#include <string>

#include "aqua/config/settings.hpp"

namespace aqua::config {

/// Writes the settings as YAML that Load() reads back, each with its origin as a comment. Secrets read "***" and are
/// commented out, as are reserved settings.
std::string PrintConfig(const Settings& settings);

/// Writes the part of --help that explains the active settings.
std::string HelpText();

/// Writes docs/config.md from the table.
std::string MarkdownReference();

}  // namespace aqua::config
