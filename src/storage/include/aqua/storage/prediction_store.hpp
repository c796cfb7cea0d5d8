#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/domain/prediction.hpp"
#include "aqua/sql/database.hpp"
#include "aqua/storage/commit_queue.hpp"

namespace aqua::storage {

using Time = std::chrono::system_clock::time_point;

/// A prediction to record. `id` is a new UUIDv7.
struct NewPrediction {
  std::string id;
  std::string tenant;
  std::string model_id;                   ///< row of the model that answered
  std::optional<std::string> species_id;  ///< none when rejected
  Time created_at;
  std::uint64_t image_bytes = 0;               ///< size of the encoded image
  domain::Prediction prediction;               ///< a thumbnail in it is kept
  std::optional<std::string> created_by = {};  ///< row of the user
};

/// What a person says a photo shows.
struct Correction {
  std::string id;
  std::optional<std::string> label;  ///< none: another fish than those of the list
  std::optional<std::string> species_id;
  std::optional<std::string> species_name;
  std::optional<std::string> note;
  Time created_at;
  std::optional<std::string> created_by = {};  ///< row of the user; written only
};

/// A recorded prediction with what belongs to it.
struct StoredPrediction {
  std::string id;
  Time created_at;
  std::optional<std::string> species_id;
  domain::Prediction prediction;  ///< without the thumbnail
  std::uint64_t image_bytes = 0;
  bool has_thumbnail = false;
  std::optional<double> optimal_temperature_min;  ///< degrees Celsius
  std::optional<double> optimal_temperature_max;
  std::optional<Correction> correction;  ///< the newest one
};

/// Which predictions to list; unset members do not filter.
struct PredictionFilter {
  std::optional<std::string> species_id = {};
  std::optional<std::string> label = {};  ///< most probable class, rejected or not
  std::optional<Time> from = {};          ///< inclusive
  std::optional<Time> to = {};            ///< exclusive
  std::optional<bool> rejected = {};
  std::optional<bool> low_confidence = {};
  std::optional<bool> corrected = {};
};

/// Where a page ended: the next one begins after this row.
struct Position {
  Time created_at;
  std::string id;
};

struct PredictionStats {
  std::int64_t total = 0;
  std::int64_t this_month = 0;  ///< since the first of the calendar month, UTC
  std::optional<double> average_confidence;
  std::map<std::string, std::int64_t> species_breakdown;  ///< by species name; rejected ones under "unknown"
  std::int64_t high_confidence = 0;                       ///< from `high` on
  std::int64_t medium_confidence = 0;                     ///< from 0.7 on
  std::int64_t low_confidence = 0;
};

/// Recorded predictions of a tenant, newest first. Thread-safe; reads block for the database, writes go through the commit queue.
/// Errors: those of sql::Connection.
class PredictionStore {
 public:
  PredictionStore(sql::Database& database, CommitQueue& commits) : database_(database), commits_(commits) {}

  /// Records a prediction; `done` is told when it is durable. upcoming: as of CommitQueue::Submit().
  void Add(const NewPrediction& prediction, CommitQueue::Done done, std::size_t upcoming = 0);
  /// Adds a correction to a prediction. kFailedPrecondition ("reference_missing") when there is no such prediction.
  void AddCorrection(const std::string& tenant, const std::string& prediction_id, const Correction& correction, CommitQueue::Done done);

  /// Finds one, or nothing when the tenant has none of that id.
  Result<std::optional<StoredPrediction>> Find(const std::string& tenant, const std::string& id);
  /// The JPEG kept with a prediction, or nothing.
  Result<std::optional<Bytes>> Thumbnail(const std::string& tenant, const std::string& id);
  /// At most `limit` rows after `after` (or from the newest on), `offset` of them passed over.
  Result<std::vector<StoredPrediction>> List(const std::string& tenant, const PredictionFilter& filter, std::size_t limit, std::size_t offset,
                                             const std::optional<Position>& after);
  /// Figures over all predictions. high: confidence that counts as high, 0–1.
  Result<PredictionStats> Stats(const std::string& tenant, Time now, double high);

 private:
  sql::Database& database_;
  CommitQueue& commits_;
};

}  // namespace aqua::storage
