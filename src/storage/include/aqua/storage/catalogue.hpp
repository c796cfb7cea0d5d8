#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aqua/base/clock.hpp"
#include "aqua/base/result.hpp"
#include "aqua/domain/prediction.hpp"
#include "aqua/sql/database.hpp"
#include "aqua/storage/commit_queue.hpp"

namespace aqua::storage {

/// A row of fish_species. Temperatures in degrees Celsius, both null unless `source` says where they are from.
struct SpeciesRow {
  std::string id;     ///< UUID; what answers call species_id
  std::string label;  ///< class name of the models
  std::string name;
  std::optional<std::string> scientific_name;
  std::string description;
  std::optional<double> optimal_temperature_min;
  std::optional<double> optimal_temperature_max;
  std::optional<std::string> source;
};

/// Figures and facts of a model version as its row keeps them; scores 0–1, of the test split.
struct ModelRow {
  std::string id;
  std::string name;
  std::string version;
  std::string architecture;
  std::string file_path;  ///< relative to the folder of the models
  std::optional<double> accuracy;
  std::optional<double> precision_score;
  std::optional<double> recall_score;
  std::optional<double> f1_score;
  bool is_active = false;
  std::string metadata = "{}";  ///< JSON
  std::chrono::system_clock::time_point created_at;
  std::int64_t total_predictions = 0;  ///< counted when listed
};

/// The species and model rows of a tenant. Thread-safe; calls block for the database.
/// Errors: those of sql::Connection.
class Catalogue {
 public:
  Catalogue(sql::Database& database, CommitQueue& commits, const base::Clock& clock) : database_(database), commits_(commits), clock_(clock) {}

  /// Adds the species that are missing, with a sentence of description where we have one; rows that exist are left alone.
  Status SeedSpecies(const std::string& tenant, const std::vector<domain::Species>& species);
  /// All species by name.
  Result<std::vector<SpeciesRow>> Species(const std::string& tenant);

  /// Adds or brings up to date the row of a model version (by name and version; id and created_at of an existing row stay), and
  /// makes it the only active one of its name. Returns its id.
  Result<std::string> ActivateModel(const std::string& tenant, const ModelRow& model);
  /// All model versions, the active ones first, then by name and newest; with their predictions counted.
  Result<std::vector<ModelRow>> Models(const std::string& tenant);

 private:
  sql::Database& database_;
  CommitQueue& commits_;
  const base::Clock& clock_;
};

}  // namespace aqua::storage
