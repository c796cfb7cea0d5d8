#include "aqua/serving/model_repository.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "aqua/base/text.hpp"
#include "aqua/inference/sidecar.hpp"

namespace aqua::serving {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOldLayoutName = "fish_species";
constexpr std::size_t kMaxEntries = 10'000;

std::vector<fs::path> Folders(const fs::path& parent) {
  std::vector<fs::path> folders;
  std::error_code failure;
  for (fs::directory_iterator entry(parent, failure), end; !failure && entry != end && folders.size() < kMaxEntries; entry.increment(failure))
    if (std::error_code ignored; entry->is_directory(ignored)) folders.push_back(entry->path());
  return folders;
}

bool HoldsModel(const fs::path& folder) {
  std::error_code ignored;
  return inference::ParseVersion(folder.filename().string()) && fs::exists(folder / "model.json", ignored);
}

}  // namespace

Result<std::vector<ModelLocation>> ModelRepository::List() const {
  std::error_code failure;
  const fs::directory_iterator readable(base_, failure);
  if (failure)
    return MakeError(
        ErrorCode::kNotFound,
        fmt::format("there is no model folder at {}; set ML_MODEL_BASE_PATH to the folder that holds your models", base::Printable(base_.string())),
        "model_base_missing");

  std::vector<ModelLocation> found;
  for (const fs::path& folder : Folders(base_)) {
    if (HoldsModel(folder)) found.push_back({std::string(kOldLayoutName), folder.filename().string(), folder});
    for (const fs::path& version : Folders(folder))
      if (HoldsModel(version)) found.push_back({folder.filename().string(), version.filename().string(), version});
  }
  std::sort(found.begin(), found.end(), [](const ModelLocation& a, const ModelLocation& b) {
    if (a.name != b.name) return a.name < b.name;
    const auto older = inference::ParseVersion(a.version);
    const auto newer = inference::ParseVersion(b.version);
    // The same version in both layouts: <name>/<version> comes last, so that Find() picks it.
    return older != newer ? older < newer : a.folder > b.folder;
  });
  return found;
}

Result<ModelLocation> ModelRepository::Find(std::string_view name, std::string_view version) const {
  AQUA_TRY_ASSIGN(const std::vector<ModelLocation> all, List());
  const ModelLocation* best = nullptr;
  std::string known;
  for (const ModelLocation& location : all) {
    if (known.size() < 400) known += fmt::format("{}{}@{}", known.empty() ? "" : ", ", base::Printable(location.name), location.version);
    if (location.name == name && (version.empty() || location.version == version)) best = &location;
  }
  if (best != nullptr) return *best;
  return MakeError(
      ErrorCode::kNotFound,
      fmt::format("there is no model {}{}{} in {}; {}", base::Printable(name), version.empty() ? "" : "@", base::Printable(version),
                  base::Printable(base_.string()),
                  known.empty() ? "the folder holds no models: copy one to <name>/<version>/ there, or train one with `make train`" : "there are: " + known),
      "model_not_found");
}

std::pair<std::string, std::string> SplitModelName(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos) return {std::string(text), {}};
  return {std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

}  // namespace aqua::serving
