#include "aqua/storage/catalogue.hpp"

#include <algorithm>
#include <utility>

#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"
#include "column.hpp"
#include "species_description.hpp"

namespace aqua::storage {
namespace {

constexpr std::string_view kInsertSpecies =
    "INSERT INTO fish_species (id, tenant_id, label, name, scientific_name, description, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) "
    "ON CONFLICT (tenant_id, label) DO NOTHING";
constexpr std::string_view kSelectSpecies =
    "SELECT id, label, name, scientific_name, description, optimal_temperature_min, optimal_temperature_max, source FROM fish_species "
    "WHERE tenant_id = $1 ORDER BY name, id";
constexpr std::string_view kInsertModel =
    "INSERT INTO models (id, tenant_id, name, version, architecture, file_path, accuracy, precision_score, recall_score, f1_score, is_active, metadata, "
    "created_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (tenant_id, name, version) DO UPDATE SET architecture = "
    "excluded.architecture, "
    "file_path = excluded.file_path, accuracy = excluded.accuracy, precision_score = excluded.precision_score, recall_score = excluded.recall_score, "
    "f1_score = excluded.f1_score, metadata = excluded.metadata";
constexpr std::string_view kActivateModel = "UPDATE models SET is_active = (version = $3) WHERE tenant_id = $1 AND name = $2 AND is_active <> (version = $3)";
constexpr std::string_view kFindModel = "SELECT id FROM models WHERE tenant_id = $1 AND name = $2 AND version = $3";
constexpr std::string_view kSelectModels =
    "SELECT m.id, m.name, m.version, m.architecture, m.file_path, m.accuracy, m.precision_score, m.recall_score, m.f1_score, m.is_active, m.metadata, "
    "m.created_at, "
    "(SELECT count(*) FROM predictions p WHERE p.model_id = m.id) FROM models m WHERE m.tenant_id = $1 ORDER BY m.is_active DESC, m.name, m.created_at DESC, "
    "m.id";

SpeciesRow ReadSpecies(const sql::Row& row) {
  return {row.Text(0), row.Text(1), row.Text(2), OptionalText(row, 3), row.Text(4), OptionalReal(row, 5), OptionalReal(row, 6), OptionalText(row, 7)};
}

ModelRow ReadModel(const sql::Row& row) {
  ModelRow model;
  model.id = row.Text(0);
  model.name = row.Text(1);
  model.version = row.Text(2);
  model.architecture = row.Text(3);
  model.file_path = row.Text(4);
  model.accuracy = OptionalReal(row, 5);
  model.precision_score = OptionalReal(row, 6);
  model.recall_score = OptionalReal(row, 7);
  model.f1_score = OptionalReal(row, 8);
  model.is_active = row.Boolean(9);
  model.metadata = row.Text(10);
  model.created_at = TimeColumn(row, 11);
  model.total_predictions = row.Integer(12);
  return model;
}

}  // namespace

Status Catalogue::SeedSpecies(const std::string& tenant, const std::vector<domain::Species>& species) {
  AQUA_TRY_ASSIGN(const std::vector<SpeciesRow> present, Species(tenant));
  std::vector<sql::Command> commands;
  for (const domain::Species& one : species) {
    if (std::any_of(present.begin(), present.end(), [&](const SpeciesRow& row) { return row.label == one.label; })) continue;
    const std::optional<std::string> scientific_name = one.scientific_name.empty() ? std::nullopt : std::optional(one.scientific_name);
    commands.push_back({kInsertSpecies,
                        {base::NewUuidV7(), tenant, one.label, one.common_name, Nullable(scientific_name), std::string(SpeciesDescription(one.label)),
                         base::FormatTime(clock_.Now())}});
  }
  return commands.empty() ? Status() : commits_.Write(sql::TenantScope::Of(tenant), std::move(commands));
}

Result<std::vector<SpeciesRow>> Catalogue::Species(const std::string& tenant) {
  AQUA_TRY_ASSIGN(const auto connection, database_.Acquire(sql::TenantScope::Of(tenant)));
  AQUA_TRY_ASSIGN(const auto rows, connection->Query(kSelectSpecies, {tenant}));
  std::vector<SpeciesRow> species;
  for (const sql::Row& row : rows) species.push_back(ReadSpecies(row));
  return species;
}

Result<std::string> Catalogue::ActivateModel(const std::string& tenant, const ModelRow& model) {
  AQUA_TRY(commits_.Write(sql::TenantScope::Of(tenant), {{kInsertModel,
                                                          {base::NewUuidV7(), tenant, model.name, model.version, model.architecture, model.file_path,
                                                           Nullable(model.accuracy), Nullable(model.precision_score), Nullable(model.recall_score),
                                                           Nullable(model.f1_score), false, model.metadata, base::FormatTime(clock_.Now())}},
                                                         {kActivateModel, {tenant, model.name, model.version}}}));
  AQUA_TRY_ASSIGN(const auto connection, database_.Acquire(sql::TenantScope::Of(tenant)));
  AQUA_TRY_ASSIGN(const auto rows, connection->Query(kFindModel, {tenant, model.name, model.version}));
  if (rows.empty()) return MakeError(ErrorCode::kInternal, "the row of the model that was just written is not there", "database_error");
  return rows.front().Text(0);
}

Result<std::vector<ModelRow>> Catalogue::Models(const std::string& tenant) {
  AQUA_TRY_ASSIGN(const auto connection, database_.Acquire(sql::TenantScope::Of(tenant)));
  AQUA_TRY_ASSIGN(const auto rows, connection->Query(kSelectModels, {tenant}));
  std::vector<ModelRow> models;
  for (const sql::Row& row : rows) models.push_back(ReadModel(row));
  return models;
}

}  // namespace aqua::storage
