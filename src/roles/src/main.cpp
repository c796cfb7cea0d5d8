#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <filesystem>
#include <system_error>

#include "aqua/api/application.hpp"
#include "aqua/base/text.hpp"
#include "aqua/config/loader.hpp"
#include "aqua/config/report.hpp"
#include "aqua/inference_openvino/openvino_network.hpp"
#include "aqua/observe/log.hpp"
#include "command_line.hpp"
#include "output.hpp"
#include "version.hpp"

namespace aqua::roles {
namespace {

template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

void PrintVersion() {
  fmt::print("aqua {} (commit {})\n", Version(), Commit());
  fmt::print("engines: OpenVINO {} (default), reference\n", inference::OpenVinoVersion());
}

Result<config::Loaded> LoadSettings(const CommandLine& line) {
  config::Sources sources;
  if (!line.config_file.empty()) sources.file = line.config_file;
  std::error_code ignored;
  if (std::filesystem::exists(".env", ignored)) sources.dotenv = ".env";
  sources.environment = config::ProcessEnvironment();
  sources.flags = line.setting_flags;
  return config::Load(sources);
}

Result<std::unique_ptr<observe::Logger>> MakeLogger(const config::Settings& settings) {
  observe::LogConfig config;
  config.level = observe::ParseLogLevel(settings.Text("log.level")).value_or(observe::LogLevel::kInfo);
  const std::string& format = settings.Text("log.format");
  const bool text = format == "text" || (format == "auto" && IsTerminal(STDERR_FILENO));
  config.format = text ? observe::LogFormat::kText : observe::LogFormat::kJson;
  config.file = settings.Path("log.file");
  return observe::MakeLogger(config);
}

int Show(ShowCommand command, const config::Loaded& loaded) {
  if (command == ShowCommand::kPrintConfig) fmt::print("{}", config::PrintConfig(loaded.settings));
  if (command == ShowCommand::kCheckConfig) {
    for (const std::string& warning : loaded.warnings) Complain("warning: " + warning);
    fmt::print("the settings are valid\n");
  }
  return kExitOk;
}

int RunModel(const Context& context, ModelCommand command, const ModelArguments& arguments) {
  switch (command) {
    case ModelCommand::kList: return RunModelList(context, arguments);
    case ModelCommand::kInspect: return RunModelInspect(context, arguments);
    case ModelCommand::kValidate: return RunModelValidate(context, arguments);
  }
  return kExitUsage;
}

int RunWithSettings(const CommandLine& line) {
  const auto loaded = LoadSettings(line);
  if (!loaded) {
    for (const std::string_view fault : base::Split(loaded.error().message, '\n')) Complain(fault);
    return kExitUsage;
  }
  if (const auto* show = std::get_if<ShowCommand>(&line.command)) return Show(*show, *loaded);
  const auto logger = MakeLogger(loaded->settings);
  if (!logger) {
    Complain(logger.error().message);
    return kExitFailed;
  }
  const Context context{loaded->settings, **logger};
  // The doctor tells of the warnings itself.
  if (!std::holds_alternative<DoctorArguments>(line.command))
    for (const std::string& warning : loaded->warnings) context.logger.Log(observe::LogLevel::kWarning, warning);
  return std::visit(Overloaded{
                        [&](const ClassifyArguments& arguments) { return RunClassify(context, arguments); },
                        [&](const std::pair<ModelCommand, ModelArguments>& model) { return RunModel(context, model.first, model.second); },
                        [&](const EvaluateArguments& arguments) { return RunModelEvaluate(context, arguments); },
                        [&](const ServeArguments& arguments) { return RunServe(context, arguments); },
                        [&](const MigrateArguments& arguments) { return RunMigrate(context, arguments); },
                        [&](const AccountArguments& arguments) { return RunAccounts(context, arguments); },
                        [&](const DoctorArguments& arguments) { return RunDoctor(context, arguments, loaded->warnings); },
                        [](const auto&) { return static_cast<int>(kExitUsage); },
                    },
                    line.command);
}

int Main(const std::vector<std::string>& arguments) {
  const auto parsed = ParseCommandLine(arguments);
  if (const int* exit_code = std::get_if<int>(&parsed)) return *exit_code;
  const auto& line = std::get<CommandLine>(parsed);
  if (const auto* show = std::get_if<ShowCommand>(&line.command)) {
    if (*show == ShowCommand::kVersion) {
      PrintVersion();
      return kExitOk;
    }
    if (*show == ShowCommand::kOpenApi) {
      fmt::print("{}", api::OpenApiDocument());
      return kExitOk;
    }
    if (*show == ShowCommand::kConfigReference) {
      fmt::print("{}", config::MarkdownReference());
      return kExitOk;
    }
  }
  if (const auto* completion = std::get_if<CompletionArguments>(&line.command)) {
    fmt::print("{}", CompletionScript(completion->shell));
    return kExitOk;
  }
  return RunWithSettings(line);
}

}  // namespace
}  // namespace aqua::roles

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write, told as such
  try {
    const int exit_code = aqua::roles::Main({argv + 1, argv + argc});
    if (const auto written = aqua::roles::Output::Finish(); !written && exit_code == aqua::roles::kExitOk) {
      aqua::roles::Complain(written.error().message);
      return aqua::roles::kExitFailed;
    }
    return exit_code;
  } catch (const std::system_error& failure) {
    aqua::roles::Complain(fmt::format("the output could not be written: {}", failure.code().message()));
    return aqua::roles::kExitFailed;
  } catch (const std::exception& failure) {
    aqua::roles::Complain(fmt::format("internal error: {}; please report this", failure.what()));
    return aqua::roles::kExitFailed;
  }
}
