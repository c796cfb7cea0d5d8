#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"
#include "caller.hpp"
#include "csv.hpp"
#include "cursor.hpp"
#include "endpoint.hpp"
#include "input.hpp"
#include "messages.hpp"
#include "prediction_answer.hpp"

namespace aqua::api {
namespace {

constexpr std::size_t kCsvPage = 500;

std::optional<storage::Time> ReadTime(const std::optional<std::string>& text) { return text ? base::ParseTime(*text) : std::nullopt; }

/// Reads the filter as ReadQuery() does; a time that no clock of ours can hold is a fault too.
template <typename Query>
std::optional<Query> ReadFilter(const Services& services, http::Exchange& exchange) {
  std::optional<Query> query = ReadQuery<Query>(services, exchange);
  if (!query) return query;
  std::vector<contract::Fault> faults;
  if (query->from && !ReadTime(query->from)) faults.push_back({"/from", "must lie between the years 1678 and 2261", "out_of_range"});
  if (query->to && !ReadTime(query->to)) faults.push_back({"/to", "must lie between the years 1678 and 2261", "out_of_range"});
  if (faults.empty()) return query;
  exchange.Respond(FaultsResponse(services, exchange.request(), faults));
  return std::nullopt;
}

/// The filter members that HistoryQuery and HistoryFilter share.
template <typename Query>
storage::PredictionFilter MakeFilter(const Query& query) {
  return {query.species_id, query.label, ReadTime(query.from), ReadTime(query.to), query.rejected, query.low_confidence, query.corrected};
}

/// A text that is the same for the same filter, to bind cursors to it.
std::string FilterText(const HistoryQuery& query) {
  HistoryFilter filter{query.species_id, query.label, query.from, query.to, query.rejected, query.low_confidence, query.corrected};
  return contract::ToJson(filter);
}

void History(Services& services, const ExchangePtr& exchange) {
  const http::Request& request = exchange->request();
  const auto query = ReadFilter<HistoryQuery>(services, *exchange);
  if (!query) return;
  std::optional<storage::Position> after;
  if (query->cursor) {
    auto position = ReadCursor(*query->cursor, FilterText(*query), services.options.cursor_key);
    if (!position) return exchange->Respond(FaultsResponse(services, request, {{"/cursor", position.error().message, position.error().reason}}));
    after = *position;
  }
  const auto limit = static_cast<std::size_t>(query->limit);
  // One row more than asked for tells whether there is a next page.
  auto rows = services.predictions.List(TenantOf(request).id, MakeFilter(*query), limit + 1, static_cast<std::size_t>(query->offset), after);
  if (!rows) return exchange->Respond(ErrorResponse(services, request, rows.error()));
  const bool more = rows->size() > limit;
  if (more) rows->pop_back();
  std::string json = "[";
  for (const storage::StoredPrediction& row : *rows) {
    if (json.size() > 1) json += ',';
    contract::Write(MakePredictionAnswer(row), json);
  }
  http::Response response = JsonResponse(200, std::move(json) + "]");
  if (more) response.headers.Set("X-Next-Cursor", MakeCursor({rows->back().created_at, rows->back().id}, FilterText(*query), services.options.cursor_key));
  exchange->Respond(std::move(response));
}

void AppendCsv(const storage::StoredPrediction& row, std::string& out) {
  const PredictionAnswer answer = MakePredictionAnswer(row);
  const auto correction = answer.correction.value_or(CorrectionAnswer{});
  AppendCsvLine({answer.id, answer.created_at, answer.species, answer.scientific_name.value_or(""), answer.label, fmt::format("{:.4f}", answer.confidence),
                 answer.rejected ? "true" : "false", answer.low_confidence ? "true" : "false", answer.model, answer.model_version,
                 fmt::format("{:.3f}", answer.inference_time_ms), answer.correction ? correction.label.value_or("other") : "", correction.note.value_or(""),
                 correction.created_at},
                out);
}

/// Reads page after page, so that an export of any length takes the memory of one.
class CsvExport {
 public:
  CsvExport(Services& services, std::string tenant, storage::PredictionFilter filter)
      : services_(services), tenant_(std::move(tenant)), filter_(std::move(filter)) {}

  Result<std::string> Next() {
    std::string text;
    if (!std::exchange(begun_, true))
      AppendCsvLine({"id", "created_at", "species", "scientific_name", "label", "confidence", "rejected", "low_confidence", "model", "model_version",
                     "inference_time_ms", "corrected_label", "correction_note", "corrected_at"},
                    text);
    if (ended_) return text;
    AQUA_TRY_ASSIGN(const auto rows, services_.predictions.List(tenant_, filter_, kCsvPage, 0, after_));
    for (const storage::StoredPrediction& row : rows) AppendCsv(row, text);
    ended_ = rows.size() < kCsvPage;
    if (!rows.empty()) after_ = storage::Position{rows.back().created_at, rows.back().id};
    return text;
  }

 private:
  Services& services_;
  const std::string tenant_;
  const storage::PredictionFilter filter_;
  std::optional<storage::Position> after_;
  bool begun_ = false;
  bool ended_ = false;
};

void HistoryCsv(Services& services, const ExchangePtr& exchange) {
  const auto query = ReadFilter<HistoryFilter>(services, *exchange);
  if (!query) return;
  const auto audited = Audit(services, exchange->request(), "predictions.export", "prediction", "history.csv");
  if (!audited) return exchange->Respond(ErrorResponse(services, exchange->request(), audited.error()));
  auto pages = std::make_shared<CsvExport>(services, TenantOf(exchange->request()).id, MakeFilter(*query));
  auto first = pages->Next();  // a database that is down is told by a status, not by a broken file
  if (!first) return exchange->Respond(ErrorResponse(services, exchange->request(), first.error()));
  http::Response response;
  response.content_type = "text/csv; charset=utf-8";
  response.headers.Set("Content-Disposition", "attachment; filename=\"predictions.csv\"");
  response.body = http::BodySource([pages, text = std::move(*first)]() mutable -> Result<std::string> {
    if (!text.empty()) return std::exchange(text, {});
    return pages->Next();
  });
  exchange->Respond(std::move(response));
}

/// Finds a prediction of the caller, or answers 404.
std::optional<storage::StoredPrediction> FindOrRespond(Services& services, http::Exchange& exchange, const std::string& id) {
  auto found = services.predictions.Find(TenantOf(exchange.request()).id, id);
  if (!found) {
    exchange.Respond(ErrorResponse(services, exchange.request(), found.error()));
    return std::nullopt;
  }
  if (!*found) exchange.Respond(EnvelopeResponse(services, exchange.request(), 404, "prediction_not_found", "there is no prediction of this id"));
  return *std::move(found);
}

void OnePrediction(Services& services, const ExchangePtr& exchange) {
  const auto path = ReadPath<IdPath>(services, *exchange);
  if (!path || !ReadQuery<NoParameters>(services, *exchange)) return;
  const auto found = FindOrRespond(services, *exchange, path->id);
  if (found) exchange->Respond(JsonResponseOf(200, MakePredictionAnswer(*found)));
}

void Thumbnail(Services& services, const ExchangePtr& exchange) {
  const auto path = ReadPath<IdPath>(services, *exchange);
  if (!path || !ReadQuery<NoParameters>(services, *exchange)) return;
  const auto jpeg = services.predictions.Thumbnail(TenantOf(exchange->request()).id, path->id);
  if (!jpeg) return exchange->Respond(ErrorResponse(services, exchange->request(), jpeg.error()));
  if (!*jpeg) return exchange->Respond(EnvelopeResponse(services, exchange->request(), 404, "thumbnail_not_found", "there is no thumbnail of this prediction"));
  http::Response response;
  response.content_type = "image/jpeg";
  response.headers.Set("Cache-Control", "private, max-age=31536000, immutable");
  response.body = std::make_shared<const Bytes>(**jpeg);
  exchange->Respond(std::move(response));
}

/// Resolves what a person says into a correction. Errors: kNotFound ("species_not_found"); kInvalidArgument when label and
/// species_id name different species.
Result<storage::Correction> MakeCorrection(const Services& services, const TenantFacts& tenant, const LabelRequest& request) {
  storage::Correction correction;
  correction.label = request.label;
  correction.species_id = request.species_id;
  if (request.label || request.species_id) {
    const auto known = std::find_if(tenant.species.begin(), tenant.species.end(), [&](const storage::SpeciesRow& row) {
      return (!request.label || row.label == *request.label) && (!request.species_id || row.id == *request.species_id);
    });
    if (known == tenant.species.end())
      return MakeError(ErrorCode::kNotFound, "there is no such species; GET /api/v1/predictions/species lists them, and label null means another fish",
                       "species_not_found");
    correction.label = known->label;
    correction.species_id = known->id;
    correction.species_name = known->name;
  }
  correction.note = request.note;
  correction.id = base::NewUuidV7();
  correction.created_at = services.clock.Now();
  return correction;
}

void Label(Services& services, const ExchangePtr& exchange) {
  const auto path = ReadPath<IdPath>(services, *exchange);
  if (!path || !ReadQuery<NoParameters>(services, *exchange)) return;
  const auto body = ReadBody<LabelRequest>(services, *exchange);
  if (!body) return;
  TenantFacts& tenant = TenantOf(exchange->request());
  auto correction = MakeCorrection(services, tenant, *body);
  if (!correction) return exchange->Respond(ErrorResponse(services, exchange->request(), correction.error()));
  if (!FindOrRespond(services, *exchange, path->id)) return;
  correction->created_by = UserOf(exchange->request());
  services.predictions.AddCorrection(
      tenant.id, path->id, *correction, [&services, &tenant, exchange, id = path->id, added = *correction](const Status& status) {
        if (status) ++tenant.writes;
        exchange->Respond(status ? JsonResponseOf(201, MakeCorrectionAnswer(id, added)) : ErrorResponse(services, exchange->request(), status.error()));
      });
}

void Stats(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const auto stats = services.predictions.Stats(TenantOf(exchange->request()).id, services.clock.Now(), services.options.high_confidence_threshold);
  if (!stats) return exchange->Respond(ErrorResponse(services, exchange->request(), stats.error()));
  StatsAnswer answer;
  answer.total_predictions = stats->total;
  answer.average_confidence = stats->average_confidence;
  answer.predictions_this_month = stats->this_month;
  answer.species_breakdown = stats->species_breakdown;
  std::int64_t most = 0;
  for (const auto& [name, count] : stats->species_breakdown) {
    if (name == "unknown") continue;
    ++answer.species_variety;
    if (count > most) {
      most = count;
      answer.most_common_species = name;
    }
  }
  exchange->Respond(JsonResponseOf(200, answer));
}

/// What all reading endpoints of predictions share.
Endpoint Reading(std::string path, std::string id, std::string summary, void (*handler)(Services&, const ExchangePtr&)) {
  Endpoint endpoint = ReadingEndpoint(std::move(path), std::move(id), std::move(summary), "predictions", http::Execution::kBlocking, handler);
  endpoint.operation.roles = ReaderRoles();
  endpoint.operation.rate_class = "read";
  return endpoint;
}

Endpoint LabelEndpoint() {
  Endpoint endpoint = Reading("/api/v1/predictions/{id}/label", "labelPrediction", "Says what a photo really shows", &Label);
  contract::Operation& operation = endpoint.operation;
  operation.method = "POST";
  operation.description =
      "Adds a correction; the newest one counts, earlier ones are kept. label null (and no species_id) means: another fish than those of the list. These "
      "labels are what later models learn from.";
  operation.path_parameters = &contract::SchemaOf<IdPath>();
  operation.request_bodies = {{"application/json", &contract::SchemaOf<LabelRequest>()}};
  operation.body_required = true;
  operation.answers = {JsonAnswer<CorrectionAnswer>(201, "Recorded")};
  AddErrors(operation, {400, 403, 404, 408, 413, 415, 422, 500, 503, 504});
  operation.roles = {"operator", "scientist", "admin"};
  operation.rate_class = "write";
  operation.max_body_bytes = 16 << 10;
  return endpoint;
}

std::vector<Endpoint> ListEndpoints() {
  Endpoint history = Reading("/api/v1/predictions/history", "listPredictions", "Recorded predictions, newest first", &History);
  history.operation.description =
      "Filters combine. When there is more, the header X-Next-Cursor holds the cursor of the next page; it is valid for the same filters only, and stays valid "
      "while new predictions come in. offset is for old clients.";
  history.operation.query = &contract::SchemaOf<HistoryQuery>();
  history.operation.answers = {{200,
                                "A page of predictions",
                                "application/json",
                                &contract::SchemaOf<std::vector<PredictionAnswer>>(),
                                {{"X-Next-Cursor", "Cursor of the next page; absent on the last one"}}}};
  AddErrors(history.operation, {400, 403, 422, 500, 503, 504});
  Endpoint csv = Reading("/api/v1/predictions/history.csv", "exportPredictions", "All recorded predictions that match, as CSV", &HistoryCsv);
  csv.operation.description = "UTF-8, RFC 4180, newest first, times in UTC. Sent as it is read, whatever its length.";
  csv.operation.query = &contract::SchemaOf<HistoryFilter>();
  csv.operation.answers = {{200, "The file", "text/csv", nullptr, {}}};
  AddErrors(csv.operation, {400, 403, 422, 500, 503, 504});
  return {history, csv};
}

}  // namespace

std::vector<Endpoint> HistoryEndpoints() {
  std::vector<Endpoint> endpoints = ListEndpoints();
  Endpoint stats = Reading("/api/v1/predictions/stats", "predictionStats", "Figures over all recorded predictions", &Stats);
  stats.operation.description = "predictions_this_month counts the calendar month in UTC; species_breakdown counts rejected images as \"unknown\".";
  stats.operation.answers = {JsonAnswer<StatsAnswer>(200, "The figures; averages are null while nothing is recorded")};
  AddErrors(stats.operation, {400, 403, 422, 500, 503, 504});
  stats.cache_for = std::chrono::seconds(2);
  stats.follows_writes = true;
  Endpoint one = Reading("/api/v1/predictions/{id}", "getPrediction", "One recorded prediction", &OnePrediction);
  one.operation.path_parameters = &contract::SchemaOf<IdPath>();
  one.operation.answers = {JsonAnswer<PredictionAnswer>(200, "The prediction")};
  AddErrors(one.operation, {400, 403, 404, 422, 500, 503, 504});
  Endpoint thumbnail = Reading("/api/v1/predictions/{id}/thumbnail", "getThumbnail", "The thumbnail of a recorded prediction", &Thumbnail);
  thumbnail.operation.path_parameters = &contract::SchemaOf<IdPath>();
  thumbnail.operation.answers = {{200, "A JPEG of at most 160 pixels a side", "image/jpeg", nullptr, {}}};
  AddErrors(thumbnail.operation, {400, 403, 404, 422, 500, 503, 504});
  thumbnail.operation.rate_class.clear();  // a page of the history asks for many
  endpoints.insert(endpoints.end(), {stats, one, thumbnail, LabelEndpoint()});
  return endpoints;
}

}  // namespace aqua::api
