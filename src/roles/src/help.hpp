#pragma once

#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace aqua::roles {

/// What a command's manual page says beside its options.
struct Manual {
  std::string_view command;  ///< "aqua classify"
  std::string_view summary;  ///< one line
  std::string_view synopsis;
  std::string_view description;
  std::string_view exit_status;
  std::string_view examples;
};

/// Manual of a command, by its full name.
const Manual& FindManual(std::string_view command);

/// The page that --help prints, in the manner of a manual page. `settings` is added under SETTINGS when not empty.
std::string ManualPage(const CLI::App& app, const Manual& manual, std::string_view settings);

}  // namespace aqua::roles
