#include "aqua/storage/prediction_store.hpp"

#include <utility>

#include "aqua/base/time.hpp"
#include "column.hpp"
#include "prediction_metadata.hpp"
#include "prediction_query.hpp"

namespace aqua::storage {
namespace {

constexpr std::string_view kInsertPrediction =
    "INSERT INTO predictions (id, tenant_id, model_id, predicted_species_id, label, confidence, inference_time_ms, rejected, rejection_score, low_confidence, "
    "metadata, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO NOTHING";
constexpr std::string_view kInsertThumbnail =
    "INSERT INTO prediction_thumbnails (prediction_id, tenant_id, jpeg) VALUES ($1, $2, $3) ON CONFLICT (prediction_id) DO NOTHING";
constexpr std::string_view kInsertCorrection =
    "INSERT INTO prediction_labels (id, tenant_id, prediction_id, label, species_id, note, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
    "ON CONFLICT (id) DO NOTHING";
constexpr std::string_view kSelectThumbnail = "SELECT jpeg FROM prediction_thumbnails WHERE tenant_id = $1 AND prediction_id = $2";
constexpr std::string_view kSelectTotals =
    "SELECT count(*), avg(confidence), coalesce(sum(CASE WHEN created_at >= $2 THEN 1 ELSE 0 END), 0), "
    "coalesce(sum(CASE WHEN confidence >= $3 THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN confidence < 0.7 AND confidence < $3 THEN 1 ELSE 0 END), 0) "
    "FROM predictions WHERE tenant_id = $1";
constexpr std::string_view kSelectBreakdown =
    "SELECT coalesce(s.name, 'unknown'), sum(n.n) FROM (SELECT predicted_species_id AS species_id, count(*) AS n FROM predictions WHERE tenant_id = $1 "
    "GROUP BY predicted_species_id) n LEFT JOIN fish_species s ON s.id = n.species_id GROUP BY 1";

double Milliseconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

std::string FirstOfMonth(Time now) { return base::FormatTime(now).substr(0, 8) + "01T00:00:00.000000Z"; }

Result<std::vector<StoredPrediction>> Run(sql::Database& database, const std::string& tenant, const PredictionQuery& query) {
  AQUA_TRY_ASSIGN(const auto connection, database.Acquire(sql::TenantScope::Of(tenant)));
  AQUA_TRY_ASSIGN(const auto rows, connection->Query(query.sql, query.parameters));
  std::vector<StoredPrediction> predictions;
  predictions.reserve(rows.size());
  for (const sql::Row& row : rows) {
    AQUA_TRY_ASSIGN(auto prediction, ReadPrediction(row));
    predictions.push_back(std::move(prediction));
  }
  return predictions;
}

}  // namespace

void PredictionStore::Add(const NewPrediction& record, CommitQueue::Done done, std::size_t upcoming) {
  const domain::Prediction& prediction = record.prediction;
  std::vector<sql::Command> commands;
  commands.push_back({kInsertPrediction,
                      {record.id, record.tenant, record.model_id, Nullable(record.species_id), prediction.species.label, prediction.confidence,
                       Milliseconds(prediction.inference_time), prediction.rejected, prediction.rejection_score, prediction.low_confidence,
                       WriteMetadata(record), base::FormatTime(record.created_at), Nullable(record.created_by)}});
  if (!prediction.thumbnail_jpeg.empty()) commands.push_back({kInsertThumbnail, {record.id, record.tenant, prediction.thumbnail_jpeg}});
  commits_.Submit(sql::TenantScope::Of(record.tenant), std::move(commands), std::move(done), upcoming);
}

void PredictionStore::AddCorrection(const std::string& tenant, const std::string& prediction_id, const Correction& correction, CommitQueue::Done done) {
  commits_.Submit(sql::TenantScope::Of(tenant),
                  {{kInsertCorrection,
                    {correction.id, tenant, prediction_id, Nullable(correction.label), Nullable(correction.species_id), Nullable(correction.note),
                     base::FormatTime(correction.created_at), Nullable(correction.created_by)}}},
                  std::move(done));
}

Result<std::optional<StoredPrediction>> PredictionStore::Find(const std::string& tenant, const std::string& id) {
  AQUA_TRY_ASSIGN(auto found, Run(database_, tenant, FindQuery(tenant, id)));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

Result<std::optional<Bytes>> PredictionStore::Thumbnail(const std::string& tenant, const std::string& id) {
  AQUA_TRY_ASSIGN(const auto connection, database_.Acquire(sql::TenantScope::Of(tenant)));
  AQUA_TRY_ASSIGN(const auto rows, connection->Query(kSelectThumbnail, {tenant, id}));
  return rows.empty() ? std::nullopt : std::optional<Bytes>(rows.front().Blob(0));
}

Result<std::vector<StoredPrediction>> PredictionStore::List(const std::string& tenant, const PredictionFilter& filter, std::size_t limit, std::size_t offset,
                                                            const std::optional<Position>& after) {
  return Run(database_, tenant, ListQuery(tenant, filter, limit, offset, after));
}

Result<PredictionStats> PredictionStore::Stats(const std::string& tenant, Time now, double high) {
  AQUA_TRY_ASSIGN(const auto connection, database_.Acquire(sql::TenantScope::Of(tenant)));
  AQUA_TRY_ASSIGN(const auto totals, connection->Query(kSelectTotals, {tenant, FirstOfMonth(now), high}));
  PredictionStats stats;
  const sql::Row& row = totals.front();
  stats.total = row.Integer(0);
  if (!row.IsNull(1)) stats.average_confidence = row.Real(1);
  stats.this_month = row.Integer(2);
  stats.high_confidence = row.Integer(3);
  stats.low_confidence = row.Integer(4);
  stats.medium_confidence = stats.total - stats.high_confidence - stats.low_confidence;
  AQUA_TRY_ASSIGN(const auto breakdown, connection->Query(kSelectBreakdown, {tenant}));
  for (const sql::Row& species : breakdown) stats.species_breakdown[species.Text(0)] = static_cast<std::int64_t>(species.Real(1));
  return stats;
}

}  // namespace aqua::storage
