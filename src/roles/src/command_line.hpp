#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "commands.hpp"

namespace aqua::roles {

/// Which sub-command of `aqua model` was given.
enum class ModelCommand { kList, kInspect, kValidate };

/// Prints something and ends; needs no model. kCheckConfig and kPrintConfig load the settings.
enum class ShowCommand { kVersion, kCheckConfig, kPrintConfig, kConfigReference, kOpenApi };

struct CompletionArguments {
  std::string shell;
};

/// The command line, taken apart.
struct CommandLine {
  std::filesystem::path config_file;
  std::vector<std::pair<std::string, std::string>> setting_flags;
  std::variant<ShowCommand, ClassifyArguments, std::pair<ModelCommand, ModelArguments>, EvaluateArguments, DoctorArguments, CompletionArguments, ServeArguments,
               MigrateArguments, AccountArguments>
      command;
};

/// Parses the command line. Returns the exit code instead when help was printed or the usage was wrong (then with the
/// reason on standard error).
std::variant<CommandLine, int> ParseCommandLine(const std::vector<std::string>& arguments);

/// The completion script of a shell (bash, zsh or fish).
std::string CompletionScript(const std::string& shell);

}  // namespace aqua::roles
