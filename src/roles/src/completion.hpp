#pragma once

#include <string>

namespace CLI {
class App;
}

namespace aqua::roles {

/// Writes a completion script for bash, zsh or fish from the parser itself, so that it cannot lag behind.
std::string MakeCompletion(const CLI::App& app, const std::string& shell);

}  // namespace aqua::roles
