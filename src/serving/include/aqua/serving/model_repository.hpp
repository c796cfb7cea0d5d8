#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/base/result.hpp"

namespace aqua::serving {

/// A model version found on disk; its files are not read yet.
struct ModelLocation {
  std::string name;
  std::string version;
  std::filesystem::path folder;
};

/// Finds model versions below a base folder: <base>/<name>/<version>/, and the old <base>/<version>/ as fish_species.
/// A version that lies in both places is listed twice and found in the first.
/// Reads the disk anew on each call, so versions copied in are seen. Thread-safe.
class ModelRepository {
 public:
  explicit ModelRepository(std::filesystem::path base) : base_(std::move(base)) {}

  /// All versions, by name, then from the oldest version to the newest (numerically).
  /// Errors: kNotFound ("model_base_missing") when the base folder is missing or cannot be read.
  [[nodiscard]] Result<std::vector<ModelLocation>> List() const;

  /// The version asked for, or the newest when `version` is empty.
  /// Errors: as List; kNotFound ("model_not_found") naming what there is.
  [[nodiscard]] Result<ModelLocation> Find(std::string_view name, std::string_view version) const;

  [[nodiscard]] const std::filesystem::path& base() const { return base_; }

 private:
  std::filesystem::path base_;
};

/// Splits "name@version" or "name"; the version is empty when left out.
std::pair<std::string, std::string> SplitModelName(std::string_view text);

}  // namespace aqua::serving
