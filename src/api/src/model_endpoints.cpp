#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "aqua/base/time.hpp"
#include "caller.hpp"
#include "endpoint.hpp"
#include "input.hpp"
#include "messages.hpp"

namespace aqua::api {
namespace {

void Active(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const serving::ClassifierInfo& info = services.classifier.info();
  const ModelFacts& model = services.model;
  ActiveModelAnswer answer;
  answer.id = TenantOf(exchange->request()).model_row_id;
  answer.name = info.model;
  answer.version = info.model_version;
  answer.architecture = model.architecture;
  answer.accuracy = model.accuracy;
  answer.precision_score = model.precision;
  answer.recall_score = model.recall;
  answer.f1_score = model.f1;
  answer.created_at = base::FormatTime(model.created_at);
  for (const domain::Species& species : info.labels) answer.supported_species.push_back(species.common_name);
  answer.total_species = static_cast<std::int64_t>(info.labels.size());
  answer.confidence_threshold = services.options.confidence_threshold;
  answer.high_confidence_threshold = services.options.high_confidence_threshold;
  answer.inference_device = model.device;
  answer.engine = info.engine;
  answer.num_parameters = model.parameter_count;
  answer.preprocess_id = info.preprocess_id;
  answer.checksum = model.checksum;
  answer.loaded_at = base::FormatTime(model.loaded_at);
  for (const auto& [split, figures] : model.figures) answer.metrics[split] = {figures.accuracy, figures.macro_recall, figures.ece};
  answer.card_markdown = model.card;
  exchange->Respond(JsonResponseOf(200, answer));
}

void ModelStats(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const auto models = services.catalogue.Models(TenantOf(exchange->request()).id);
  if (!models) return exchange->Respond(ErrorResponse(services, exchange->request(), models.error()));
  const auto stats = services.predictions.Stats(TenantOf(exchange->request()).id, services.clock.Now(), services.options.high_confidence_threshold);
  if (!stats) return exchange->Respond(ErrorResponse(services, exchange->request(), stats.error()));
  ModelStatsAnswer answer;
  answer.total_models = static_cast<std::int64_t>(models->size());
  answer.active_models = std::count_if(models->begin(), models->end(), [](const storage::ModelRow& row) { return row.is_active; });
  answer.total_predictions = stats->total;
  answer.average_confidence = stats->average_confidence;
  answer.confidence_distribution = {stats->high_confidence, stats->medium_confidence, stats->low_confidence};
  exchange->Respond(JsonResponseOf(200, answer));
}

void ModelHealth(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const serving::ClassifierInfo& info = services.classifier.info();
  const bool ready = !services.draining;
  exchange->Respond(JsonResponseOf(200, ModelHealthAnswer{ready ? "healthy" : "draining", true, info.model, info.model_version,
                                                          static_cast<std::int64_t>(info.labels.size()), services.model.device, ready}));
}

void AllModels(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const auto models = services.catalogue.Models(TenantOf(exchange->request()).id);
  if (!models) return exchange->Respond(ErrorResponse(services, exchange->request(), models.error()));
  std::vector<ModelRowAnswer> answers;
  for (const storage::ModelRow& row : *models) {
    ModelRowAnswer answer{row.id,
                          row.name,
                          row.version,
                          row.architecture,
                          row.file_path,
                          row.accuracy,
                          row.precision_score,
                          row.recall_score,
                          row.f1_score,
                          row.is_active,
                          base::FormatTime(row.created_at),
                          row.total_predictions};
    answers.push_back(std::move(answer));
  }
  exchange->Respond(JsonResponseOf(200, answers));
}

MlModelAnswer MakeMlModel(const Services& services) {
  const serving::ClassifierInfo& info = services.classifier.info();
  const ModelFacts& model = services.model;
  return {info.model_version, model.architecture, model.parameter_count, model.checksum, base::FormatTime(model.loaded_at), {model.accuracy, model.f1}, true};
}

void MlModels(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  exchange->Respond(JsonResponseOf(200, std::vector<MlModelAnswer>{MakeMlModel(services)}));
}

void MlModel(Services& services, const ExchangePtr& exchange) {
  const auto path = ReadPath<VersionPath>(services, *exchange);
  if (!path || !ReadQuery<NoParameters>(services, *exchange)) return;
  if (path->version != services.classifier.info().model_version)
    return exchange->Respond(EnvelopeResponse(services, exchange->request(), 404, "version_not_found",
                                              fmt::format("no such version is loaded; {} is", services.classifier.info().model_version)));
  exchange->Respond(JsonResponseOf(200, MakeMlModel(services)));
}

template <typename Answer>
Endpoint ModelEndpoint(std::string path, std::string id, std::string summary, std::string answer, bool reads_database,
                       void (*handler)(Services&, const ExchangePtr&)) {
  Endpoint endpoint = ReadingEndpoint(std::move(path), std::move(id), std::move(summary), "models",
                                      reads_database ? http::Execution::kBlocking : http::Execution::kInline, handler);
  contract::Operation& operation = endpoint.operation;
  operation.rate_class = "read";
  operation.answers = {JsonAnswer<Answer>(200, std::move(answer))};
  AddErrors(operation, {400, 403, 422, 500});
  if (reads_database) {
    AddErrors(operation, {503, 504});
    endpoint.cache_for = std::chrono::seconds(2);
    endpoint.follows_writes = true;
  }
  return endpoint;
}

}  // namespace

std::vector<Endpoint> ModelEndpoints() {
  Endpoint all = ModelEndpoint<std::vector<ModelRowAnswer>>("/api/v1/models/all", "listModels", "Every model version that was ever active here",
                                                            "The versions, active ones first", true, &AllModels);
  Endpoint ml_models =
      ModelEndpoint<std::vector<MlModelAnswer>>("/api/v1/ml/models", "listLoadedModels", "The versions that are loaded", "The versions", false, &MlModels);
  Endpoint ml_model = ModelEndpoint<MlModelAnswer>("/api/v1/ml/models/{version}", "getLoadedModel", "One loaded version", "The version", false, &MlModel);
  ml_model.operation.path_parameters = &contract::SchemaOf<VersionPath>();
  AddErrors(ml_model.operation, {404});
  all.operation.roles = ml_models.operation.roles = ml_model.operation.roles = ReaderRoles();
  return {ModelEndpoint<ActiveModelAnswer>("/api/v1/models/active", "getActiveModel", "The model that answers, with its figures and its card", "The model",
                                           false, &Active),
          ModelEndpoint<ModelStatsAnswer>("/api/v1/models/stats", "modelStats", "Counts of models and predictions, and how sure they were", "The counts", true,
                                          &ModelStats),
          ModelEndpoint<ModelHealthAnswer>("/api/v1/models/health", "modelHealth", "Whether the model can answer", "How it is", false, &ModelHealth),
          all,
          ml_models,
          ml_model};
}

}  // namespace aqua::api
