#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "aqua/base/cpu.hpp"
#include "aqua/base/file.hpp"
#include "aqua/base/text.hpp"
#include "aqua/inference_openvino/openvino_network.hpp"
#include "commands.hpp"
#include "json_text.hpp"
#include "version.hpp"
#include "wiring.hpp"

namespace aqua::roles {
namespace {

namespace fs = std::filesystem;

enum class Health { kOk, kWarning, kFailed };

struct Finding {
  Health health = Health::kOk;
  std::string subject;
  std::string text;
  std::string advice;  ///< what to do; empty when all is well
};

std::string_view Word(Health health) {
  switch (health) {
    case Health::kOk: return "ok";
    case Health::kWarning: return "warning";
    case Health::kFailed: return "FAILED";
  }
  return "";
}

Finding CheckProcessor() {
  const auto features = base::CpuFeatures();
  Finding finding{Health::kOk, "processor", fmt::format("{}, {} cores usable, {}", base::CpuModel(), base::AvailableCores(), fmt::join(features, " ")), {}};
  if (std::find(features.begin(), features.end(), "avx2") == features.end()) {
    finding.health = Health::kWarning;
    finding.advice = "this processor has no AVX2: it works, but several times slower; a machine of the last ten years has it";
  }
  return finding;
}

Finding CheckSettings(const std::vector<std::string>& warnings) {
  if (warnings.empty()) return {Health::kOk, "settings", "all understood (`aqua --print-config` shows them)", {}};
  return {Health::kWarning, "settings", fmt::format("{}", fmt::join(warnings, "; ")), "correct or remove them; docs/config.md lists every setting"};
}

Finding CheckEngine(const config::Settings& settings) {
  const std::string& engine = settings.Text("inference.engine");
  if (const auto loader = EngineLoader(settings); !loader) return {Health::kFailed, "engine", loader.error().message, "set INFERENCE_ENGINE=openvino"};
  return {Health::kOk, "engine", engine == "openvino" ? fmt::format("OpenVINO {}", inference::OpenVinoVersion()) : fmt::format("{} engine", engine), {}};
}

Finding CheckModel(const Context& context) {
  const auto location = FindModel(context.settings, "");
  if (!location)
    return {Health::kFailed, "model", location.error().message, "set ML_MODEL_BASE_PATH to the folder that holds the models, or train one with `make train`"};
  const auto start = std::chrono::steady_clock::now();
  const auto classifier = MakeClassifier(context, "", 1);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (!classifier)
    return {Health::kFailed, "model", classifier.error().message,
            "`aqua model list` shows what there is; install the model again, or choose another with ML_ACTIVE_MODEL_VERSION"};
  const auto& info = (*classifier)->info();
  return {
      Health::kOk,
      "model",
      fmt::format("{}@{} knows {} species; loaded, verified and warmed up in {:.2f} s", info.model, info.model_version, info.labels.size(), elapsed.count()),
      {}};
}

/// Nearest folder above `path` that exists.
fs::path ExistingParent(fs::path path) {
  std::error_code ignored;
  while (!path.empty() && !fs::exists(path, ignored) && path.has_relative_path()) path = path.parent_path();
  return path.empty() ? fs::path(".") : path;
}

Finding CheckState(const config::Settings& settings) {
  constexpr std::uintmax_t kLittleSpace = 200ULL << 20;
  const fs::path folder = settings.Path("state.directory");
  std::error_code failure;
  const bool exists = fs::exists(folder, failure);
  const fs::path probed = ExistingParent(fs::absolute(folder, failure));
  const std::string name = base::Printable(folder.string());
  const std::string advice = "set AQUA_STATE_DIR to a folder that this user may write to; classifying works without it, storing results will not";
  if (exists && !fs::is_directory(folder, failure)) return {Health::kWarning, "state folder", fmt::format("{} is not a folder", name), advice};
  if (::access(probed.c_str(), W_OK | X_OK) != 0)
    return {Health::kWarning, "state folder", fmt::format("{} cannot be {}", name, exists ? "written to" : "created"), advice};
  if (exists) {
    const fs::path probe = folder / ".aqua-doctor";
    const Status written = base::WriteFileAtomically(probe, AsBytes("probe"));
    fs::remove(probe, failure);
    if (!written) return {Health::kWarning, "state folder", fmt::format("{}: {}", name, written.error().message), advice};
  }
  const fs::space_info space = fs::space(probed, failure);
  const std::string text = fmt::format("{} {}, {} free", name, exists ? "is writable" : "can be created", base::FormatBytes(space.available));
  if (!failure && space.available < kLittleSpace) return {Health::kWarning, "state folder", text, "free some space: little is left for results and caches"};
  return {Health::kOk, "state folder", text, {}};
}

void Print(const Finding& finding) {
  fmt::print("{:<8} {:<13} {}\n", Word(finding.health), finding.subject, finding.text);
  if (!finding.advice.empty()) fmt::print("{:<22} → {}\n", "", finding.advice);
}

std::string Json(const std::vector<Finding>& findings) {
  std::string rows;
  for (const Finding& finding : findings)
    rows += fmt::format(R"({}{{"subject":{},"status":{},"text":{},"advice":{}}})", rows.empty() ? "" : ",", JsonText(finding.subject),
                        JsonText(base::ToLower(Word(finding.health))), JsonText(finding.text), JsonTextOrNull(finding.advice));
  return fmt::format(R"({{"version":{},"commit":{},"findings":[{}]}})", JsonText(Version()), JsonText(Commit()), rows);
}

}  // namespace

int RunDoctor(const Context& context, const DoctorArguments& arguments, const std::vector<std::string>& config_warnings) {
  const std::vector<Finding> findings = {CheckProcessor(), CheckSettings(config_warnings), CheckEngine(context.settings), CheckModel(context),
                                         CheckState(context.settings)};
  bool failed = false;
  bool warned = false;
  for (const Finding& finding : findings) {
    failed = failed || finding.health == Health::kFailed;
    warned = warned || finding.health == Health::kWarning;
    if (!arguments.json) Print(finding);
  }
  if (arguments.json)
    fmt::print("{}\n", Json(findings));
  else
    fmt::print("\naqua {} ({}): {}\n", Version(), Commit(),
               failed   ? "something must be mended before it can work"
               : warned ? "works; see the warnings"
                        : "all is well");
  return failed ? kExitFailed : kExitOk;
}

}  // namespace aqua::roles
