#include <fmt/format.h>

#include <functional>
#include <string>
#include <utility>

#include "aqua/base/base64.hpp"
#include "aqua/base/text.hpp"
#include "aqua/base/uuid.hpp"
#include "aqua/http/multipart.hpp"
#include "caller.hpp"
#include "endpoint.hpp"
#include "input.hpp"
#include "messages.hpp"
#include "prediction_answer.hpp"

namespace aqua::api {
namespace {

/// Candidates kept with a prediction.
constexpr std::size_t kCandidates = 5;
constexpr int kThumbnailSide = 160;

/// Makes the answer of a route from the recorded prediction.
using MakeResponse = std::function<http::Response(const storage::StoredPrediction&)>;

/// Classifies an image, records the answer and responds when the record is durable.
void ClassifyAndRecord(Services& services, const ExchangePtr& exchange, ByteView image, std::size_t top, MakeResponse make_response) {
  const http::Request& request = exchange->request();
  if (exchange->cancelled()) return;
  serving::ClassifyOptions options;
  options.top = top;
  options.thumbnail_side = services.options.thumbnails ? kThumbnailSide : 0;
  auto prediction = services.classifier.Classify(image, options);
  if (!prediction) {
    const Error& error = prediction.error();
    const bool image_at_fault = error.code == ErrorCode::kInvalidArgument || error.code == ErrorCode::kResourceExhausted;
    exchange->Respond(image_at_fault ? ImageErrorResponse(services, request, error) : ErrorResponse(services, request, error));
    return;
  }
  auto record = std::make_shared<storage::NewPrediction>();
  record->id = base::NewUuidV7();
  TenantFacts& tenant = TenantOf(request);
  record->tenant = tenant.id;
  record->model_id = tenant.model_row_id;
  record->created_by = UserOf(request);
  if (const storage::SpeciesRow* species = prediction->rejected ? nullptr : FindSpecies(tenant, prediction->species.label)) record->species_id = species->id;
  record->created_at = services.clock.Now();
  record->image_bytes = image.size();
  record->prediction = *std::move(prediction);
  const auto respond = [&services, &tenant, exchange, record, make_response = std::move(make_response)](const Status& status) {
    if (status) ++tenant.writes;
    exchange->Respond(status ? make_response(AsStored(tenant, *record)) : ErrorResponse(services, exchange->request(), status.error()));
  };
  // Other images that wait for a thread will want to be recorded soon.
  const std::size_t upcoming = services.server == nullptr ? 0 : services.server->load().queued;
  services.predictions.Add(*record, respond, upcoming);
}

/// The one part named "file". Errors: kInvalidArgument with what the form lacks or has too much.
Result<ByteView> UploadedFile(const http::Request& request) {
  AQUA_TRY_ASSIGN(const auto parts, http::ParseMultipart(request.headers.Find("Content-Type").value_or(""), request.body));
  const http::Part* file = nullptr;
  for (const http::Part& part : parts) {
    if (part.name != "file")
      return MakeError(ErrorCode::kInvalidArgument,
                       fmt::format("the form has a field '{}', which is not known; it takes one field, file", base::Printable(part.name)), "unknown_field");
    if (file != nullptr) return MakeError(ErrorCode::kInvalidArgument, "the form has more than one field 'file'; send one image a request", "duplicate_field");
    file = &part;
  }
  if (file == nullptr) return MakeError(ErrorCode::kInvalidArgument, "the form has no field 'file' with the image", "missing_field");
  return file->content;
}

http::Response TooLarge(const Services& services, const http::Request& request) {
  return EnvelopeResponse(services, request, 413, "body_too_large",
                          fmt::format("the image is larger than {}; send a smaller one", base::FormatBytes(services.options.max_image_bytes)));
}

void ClassifyUpload(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const http::Request& request = exchange->request();
  const auto file = UploadedFile(request);
  if (!file) return exchange->Respond(ErrorResponse(services, request, file.error()));
  if (file->size() > services.options.max_image_bytes) return exchange->Respond(TooLarge(services, request));
  ClassifyAndRecord(services, exchange, *file, kCandidates,
                    [](const storage::StoredPrediction& stored) { return JsonResponseOf(201, MakePredictionAnswer(stored)); });
}

void Predict(Services& services, const ExchangePtr& exchange) {
  if (!ReadQuery<NoParameters>(services, *exchange)) return;
  const http::Request& request = exchange->request();
  const auto body = ReadBody<PredictRequest>(services, *exchange, request.body.size());
  if (!body) return;
  const std::string& active = services.classifier.info().model_version;
  if (body->model_version && *body->model_version != active)
    return exchange->Respond(EnvelopeResponse(services, request, 404, "version_not_found",
                                              fmt::format("there is no version {} that answers; the one that does is {}", *body->model_version, active)));
  const auto image = base::DecodeBase64(body->image_base64);
  if (!image) return exchange->Respond(FaultsResponse(services, request, {{"/image_base64", image.error().message, image.error().reason}}));
  if (image->size() > services.options.max_image_bytes) return exchange->Respond(TooLarge(services, request));
  const bool all = body->return_probabilities;
  const std::size_t top = all ? services.classifier.info().labels.size() : kCandidates;
  ClassifyAndRecord(services, exchange, *image, top,
                    [all](const storage::StoredPrediction& stored) { return JsonResponseOf(200, MakePredictAnswer(stored, all)); });
}

Endpoint ClassifyUploadEndpoint() {
  Endpoint endpoint;
  contract::Operation& operation = endpoint.operation;
  operation.method = "POST";
  operation.path = "/api/v1/predictions/classify";
  operation.operation_id = "classifyImage";
  operation.summary = "Says which fish an uploaded image shows, and records the answer";
  operation.description =
      "The image is a JPEG, PNG or WebP, told by its content; names and media types of the part are not looked at. A fish that the model does not know is "
      "answered with rejected = true and species \"unknown\". The answer is sent when its record is on disk. The image itself is not kept.";
  operation.tag = "predictions";
  operation.request_bodies = {{"multipart/form-data", &contract::SchemaOf<UploadForm>()}};
  operation.body_required = true;
  operation.answers = {JsonAnswer<PredictionAnswer>(201, "Classified and recorded")};
  AddErrors(operation, {400, 403, 408, 413, 415, 422, 500, 503});
  operation.roles = {"operator", "scientist", "admin", "service"};
  operation.rate_class = "inference";
  operation.max_body_bytes = (10 << 20) + kImageOverhead;
  endpoint.execution = http::Execution::kCompute;
  endpoint.carries_image = true;
  endpoint.handler = &ClassifyUpload;
  return endpoint;
}

Endpoint PredictEndpoint() {
  Endpoint endpoint;
  contract::Operation& operation = endpoint.operation;
  operation.method = "POST";
  operation.path = "/api/v1/ml/predict";
  operation.operation_id = "predict";
  operation.summary = "Says which fish an image given as base64 shows, and records the answer";
  operation.description =
      "As /api/v1/predictions/classify, for clients that send JSON. image_base64 is standard base64 without line breaks and without a data: prefix.";
  operation.tag = "ml";
  operation.scope = "predictions:write";
  operation.request_bodies = {{"application/json", &contract::SchemaOf<PredictRequest>()}};
  operation.body_required = true;
  operation.answers = {JsonAnswer<PredictAnswer>(200, "Classified and recorded")};
  AddErrors(operation, {400, 403, 404, 408, 413, 415, 422, 500, 503});
  operation.roles = {"operator", "scientist", "admin", "service"};
  operation.rate_class = "inference";
  operation.max_body_bytes = (10 << 20) / 3 * 4 + kImageOverhead;
  endpoint.execution = http::Execution::kCompute;
  endpoint.carries_image = true;
  endpoint.handler = &Predict;
  return endpoint;
}

}  // namespace

std::vector<Endpoint> ClassifyEndpoints() { return {ClassifyUploadEndpoint(), PredictEndpoint()}; }

}  // namespace aqua::api
