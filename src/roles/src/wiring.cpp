#include "wiring.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aqua/base/cpu.hpp"
#include "aqua/base/text.hpp"
#include "aqua/inference_openvino/openvino_network.hpp"
#include "aqua/inference_reference/reference_network.hpp"
#include "aqua/serving/direct_classifier.hpp"
#include "installation.hpp"

namespace aqua::roles {
namespace {

namespace fs = std::filesystem;

/// What the command line allows where nobody else has to be protected from a large image.
constexpr int kCommandLineMinSide = 16;
constexpr std::chrono::milliseconds kCommandLineMaxCpu{10'000};

bool IsDefault(const config::Settings& settings, std::string_view key) { return settings.source(key) == config::SettingSource::kDefault; }

/// Compiled networks are kept in a state folder that was set, exists, and that only this user may write to: what lies in
/// a cache is run without the checks that a model passes.
fs::path CacheFolder(const config::Settings& settings) {
  const fs::path state = settings.Path("state.directory");
  struct stat info {};
  if (!settings.Boolean("inference.cache_compiled") || IsDefault(settings, "state.directory") || ::stat(state.c_str(), &info) != 0) return {};
  if (!S_ISDIR(info.st_mode) || info.st_uid != ::geteuid() || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) return {};
  return state / "cache" / fmt::format("openvino-{}", inference::OpenVinoVersion());
}

}  // namespace

fs::path ModelBasePath(const config::Settings& settings) {
  fs::path configured = settings.Path("model.base_path");
  if (!configured.empty()) return configured;
  // Installed: <prefix>/bin/aqua beside <prefix>/models. Checkout: build/<preset>/bin/aqua below it.
  if (const fs::path folder = InstalledFolder("models/SHIPPED"); !folder.empty()) return folder / "models";
  return "models";
}

Result<inference::NetworkLoader> EngineLoader(const config::Settings& settings) {
  const std::string& engine = settings.Text("inference.engine");
  if (engine == "openvino") return &inference::LoadOpenVinoNetwork;
  if (engine == "reference") return &inference::LoadReferenceNetwork;
  return MakeError(ErrorCode::kUnimplemented, fmt::format("the engine '{}' is not in this build; set INFERENCE_ENGINE=openvino", engine), "engine_not_built");
}

imaging::DecodeLimits ServerLimits(const config::Settings& settings) {
  imaging::DecodeLimits limits;
  limits.min_side = static_cast<int>(settings.Integer("imaging.min_side"));
  limits.max_side = static_cast<int>(settings.Integer("imaging.max_side"));
  limits.max_pixels = settings.Integer("imaging.max_pixels");
  limits.max_memory_bytes = settings.Bytes("imaging.max_memory_bytes");
  limits.max_scans = static_cast<int>(settings.Integer("imaging.max_scans"));
  limits.max_expansion = static_cast<int>(settings.Integer("imaging.max_expansion"));
  limits.max_cpu = settings.Duration("imaging.max_decode_cpu");
  return limits;
}

imaging::DecodeLimits CommandLineLimits(const config::Settings& settings) {
  imaging::DecodeLimits limits = ServerLimits(settings);
  if (IsDefault(settings, "imaging.min_side")) limits.min_side = kCommandLineMinSide;
  if (IsDefault(settings, "imaging.max_decode_cpu")) limits.max_cpu = kCommandLineMaxCpu;
  return limits;
}

Result<serving::ModelLocation> FindModel(const config::Settings& settings, std::string_view model) {
  auto [name, version] = serving::SplitModelName(model);
  if (name.empty()) {
    name = settings.Text("model.name");
    if (version.empty()) version = settings.Text("model.active_version");
  }
  return serving::ModelRepository(ModelBasePath(settings)).Find(name, version);
}

Result<inference::ModelPackage> LoadModel(const config::Settings& settings, const serving::ModelLocation& location) {
  const std::string& precision = settings.Text("inference.precision");
  auto package =
      inference::LoadModelPackage(location.folder, settings.Text("inference.engine"), precision == "auto" ? "" : precision, inference::ShippedModels());
  if (!package) return package.error().WithContext(fmt::format("model {}@{}", base::Printable(location.name), location.version));
  // Otherwise a changed model could pass for another version than the shipped list knows.
  if (package->sidecar.name != location.name || package->sidecar.version != location.version)
    return MakeError(ErrorCode::kFailedPrecondition,
                     fmt::format("the folder {} holds {}@{} by its model.json; rename the folder or correct model.json",
                                 base::Printable(location.folder.string()), package->sidecar.name, package->sidecar.version),
                     "model_misplaced");
  return package;
}

Result<std::unique_ptr<serving::Classifier>> MakeClassifier(const Context& context, const inference::ModelPackage& package, std::size_t sessions,
                                                            const imaging::DecodeLimits& limits) {
  const config::Settings& settings = context.settings;
  if (settings.Text("inference.device") != "cpu")
    context.logger.Log(observe::LogLevel::kWarning, "no engine in this build runs on a GPU; using the CPU", {{"device", settings.Text("inference.device")}});
  serving::DirectClassifierOptions options;
  AQUA_TRY_ASSIGN(options.loader, EngineLoader(settings));
  options.limits = limits;
  options.sessions = sessions;
  options.cache_folder = CacheFolder(settings);
  options.confidence_threshold = settings.Real("model.confidence_threshold");
  auto classifier = serving::MakeDirectClassifier(package, options);
  if (!classifier) return classifier.error().WithContext(fmt::format("model {}@{}", base::Printable(package.sidecar.name), package.sidecar.version));
  return classifier;
}

Result<std::unique_ptr<serving::Classifier>> MakeClassifier(const Context& context, std::string_view model, std::size_t sessions) {
  AQUA_TRY_ASSIGN(const serving::ModelLocation location, FindModel(context.settings, model));
  AQUA_TRY_ASSIGN(const inference::ModelPackage package, LoadModel(context.settings, location));
  return MakeClassifier(context, package, sessions, CommandLineLimits(context.settings));
}

std::size_t WorkerCount(const config::Settings& settings) {
  const auto configured = static_cast<std::size_t>(settings.Integer("classify.workers"));
  return configured > 0 ? configured : base::AvailableCores();
}

}  // namespace aqua::roles
