#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/base/result.hpp"
#include "aqua/domain/prediction.hpp"
#include "aqua/storage/catalogue.hpp"

namespace aqua::api {

/// What every request of a tenant needs to know of it.
struct TenantFacts {
  std::string id;
  std::string model_row_id;  ///< of the table models: the version that answers
  std::vector<storage::SpeciesRow> species;
  std::atomic<std::uint64_t> writes{0};  ///< of predictions and corrections by this process; cached figures go by it
};

/// The tenants that this process has served, each with its rows of the model and of the species, made when they are missing.
/// Thread-safe; facts live as long as somebody holds them.
class TenantDirectory {
 public:
  TenantDirectory(storage::Catalogue& catalogue, storage::ModelRow model, std::vector<domain::Species> labels);

  /// From memory; null when Load() must be asked.
  [[nodiscard]] std::shared_ptr<TenantFacts> Find(std::string_view tenant) const;
  /// Blocks for the database the first time. Errors: those of storage::Catalogue.
  Result<std::shared_ptr<TenantFacts>> Load(const std::string& tenant);

 private:
  storage::Catalogue& catalogue_;
  const storage::ModelRow model_;
  const std::vector<domain::Species> labels_;
  mutable std::shared_mutex mutex_;  // guards facts_
  std::map<std::string, std::shared_ptr<TenantFacts>, std::less<>> facts_;
};

}  // namespace aqua::api
