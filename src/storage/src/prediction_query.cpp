#include "prediction_query.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "aqua/base/time.hpp"
#include "column.hpp"
#include "prediction_metadata.hpp"

namespace aqua::storage {
namespace {

constexpr std::string_view kNewestCorrection = "(SELECT l.id FROM prediction_labels l WHERE l.prediction_id = p.id ORDER BY l.id DESC LIMIT 1)";

/// Columns and joins of every query; the order of the columns is that of ReadPrediction().
std::string SelectFrom() {
  return fmt::format(
      "SELECT p.id, p.created_at, m.name, m.version, p.predicted_species_id, p.label, p.confidence, p.inference_time_ms, p.rejected, p.rejection_score, "
      "p.low_confidence, p.metadata, s.name, s.scientific_name, s.optimal_temperature_min, s.optimal_temperature_max, "
      "(SELECT count(*) FROM prediction_thumbnails t WHERE t.prediction_id = p.id), c.id, c.label, c.species_id, cs.name, c.note, c.created_at "
      "FROM predictions p JOIN models m ON m.id = p.model_id LEFT JOIN fish_species s ON s.tenant_id = p.tenant_id AND s.label = p.label "
      "LEFT JOIN prediction_labels c ON c.id = {} LEFT JOIN fish_species cs ON cs.id = c.species_id ",
      kNewestCorrection);
}

/// Gathers conditions and numbers their parameters.
class Conditions {
 public:
  explicit Conditions(const std::string& tenant) { Add("p.tenant_id = ${}", tenant); }

  /// condition: with "${}" for the parameter.
  void Add(std::string_view condition, sql::Value value) {
    parameters_.push_back(std::move(value));
    Append(fmt::format(fmt::runtime(condition), parameters_.size()));
  }

  void Append(const std::string& condition) { text_ += (text_.empty() ? "WHERE " : " AND ") + condition; }

  /// Adds a parameter and returns its "$number".
  std::string Parameter(sql::Value value) {
    parameters_.push_back(std::move(value));
    return fmt::format("${}", parameters_.size());
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  std::vector<sql::Value> TakeParameters() { return std::move(parameters_); }

 private:
  std::string text_;
  std::vector<sql::Value> parameters_;
};

void AddFilter(const PredictionFilter& filter, Conditions& conditions) {
  if (filter.species_id) conditions.Add("p.predicted_species_id = ${}", *filter.species_id);
  if (filter.label) conditions.Add("p.label = ${}", *filter.label);
  if (filter.from) conditions.Add("p.created_at >= ${}", base::FormatTime(*filter.from));
  if (filter.to) conditions.Add("p.created_at < ${}", base::FormatTime(*filter.to));
  // Written as the partial indexes are, so that they are used.
  if (filter.rejected) conditions.Append(*filter.rejected ? "p.rejected" : "NOT p.rejected");
  if (filter.low_confidence) conditions.Append(*filter.low_confidence ? "p.low_confidence" : "NOT p.low_confidence");
  if (filter.corrected)
    conditions.Append(fmt::format("{}EXISTS (SELECT 1 FROM prediction_labels x WHERE x.prediction_id = p.id)", *filter.corrected ? "" : "NOT "));
}

std::optional<Correction> ReadCorrection(const sql::Row& row) {
  if (row.IsNull(17)) return std::nullopt;
  return Correction{row.Text(17), OptionalText(row, 18), OptionalText(row, 19), OptionalText(row, 20), OptionalText(row, 21), TimeColumn(row, 22)};
}

}  // namespace

PredictionQuery ListQuery(const std::string& tenant, const PredictionFilter& filter, std::size_t limit, std::size_t offset,
                          const std::optional<Position>& after) {
  Conditions conditions(tenant);
  AddFilter(filter, conditions);
  if (after) {
    const std::string time = conditions.Parameter(base::FormatTime(after->created_at));
    const std::string id = conditions.Parameter(after->id);
    conditions.Append(fmt::format("(p.created_at, p.id) < ({}, {})", time, id));
  }
  const std::string rows = conditions.Parameter(static_cast<std::int64_t>(limit));
  const std::string skipped = conditions.Parameter(static_cast<std::int64_t>(offset));
  std::string sql = fmt::format("{}{} ORDER BY p.created_at DESC, p.id DESC LIMIT {} OFFSET {}", SelectFrom(), conditions.text(), rows, skipped);
  return {std::move(sql), conditions.TakeParameters()};
}

PredictionQuery FindQuery(const std::string& tenant, const std::string& id) {
  Conditions conditions(tenant);
  conditions.Add("p.id = ${}", id);
  return {SelectFrom() + conditions.text(), conditions.TakeParameters()};
}

Result<StoredPrediction> ReadPrediction(const sql::Row& row) {
  StoredPrediction stored;
  stored.id = row.Text(0);
  stored.created_at = TimeColumn(row, 1);
  domain::Prediction& prediction = stored.prediction;
  prediction.model = row.Text(2);
  prediction.model_version = row.Text(3);
  stored.species_id = OptionalText(row, 4);
  prediction.species.label = row.Text(5);
  prediction.confidence = row.Real(6);
  prediction.inference_time = std::chrono::nanoseconds(static_cast<std::int64_t>(row.Real(7) * 1e6));
  prediction.rejected = row.Boolean(8);
  prediction.rejection_score = row.Real(9);
  prediction.low_confidence = row.Boolean(10);
  AQUA_TRY(ReadMetadata(row.Text(11), stored));
  prediction.species.common_name = OptionalText(row, 12).value_or(prediction.species.label);
  prediction.species.scientific_name = OptionalText(row, 13).value_or("");
  stored.optimal_temperature_min = OptionalReal(row, 14);
  stored.optimal_temperature_max = OptionalReal(row, 15);
  stored.has_thumbnail = row.Integer(16) != 0;
  stored.correction = ReadCorrection(row);
  return stored;
}

}  // namespace aqua::storage
