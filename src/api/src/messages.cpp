#include "messages.hpp"

#include <utility>

namespace aqua::api {
namespace {

using contract::FieldRules;
using contract::Object;

constexpr std::size_t kMaxCursor = 200;
constexpr std::size_t kMaxLabel = 100;
constexpr std::size_t kMaxNote = 500;
constexpr double kMaxPage = 500;
/// Beyond it an offset reads more than it is worth; the cursor has no such limit.
constexpr double kMaxOffset = 100'000;

FieldRules Fraction(std::string description) { return {.description = std::move(description), .minimum = 0, .maximum = 1}; }
FieldRules Uuid(std::string description) { return {.description = std::move(description), .pattern = &contract::kUuid}; }
FieldRules Time(std::string description) { return {.description = std::move(description), .pattern = &contract::kDateTime}; }
FieldRules Says(std::string description) { return {.description = std::move(description)}; }
FieldRules Milliseconds(std::string description) { return {.description = std::move(description), .minimum = 0, .decimals = 3}; }
FieldRules Count(std::string description) { return {.description = std::move(description), .minimum = 0}; }

const FieldRules& ConfidenceRules() {
  static const FieldRules rules = {
      .description = "Calibrated probability of the most probable species, also when rejected.", .minimum = 0, .maximum = 1, .decimals = 6};
  return rules;
}

/// The members that HistoryFilter and HistoryQuery share.
template <typename T>
Object<T>& AddFilter(Object<T>& object) {
  return object.Field("species_id", &T::species_id, Uuid("Only this answered species."))
      .Field("label", &T::label, {.description = "Only this most probable class, rejected or not.", .min_length = 1, .max_length = kMaxLabel})
      .Field("from", &T::from, Time("Only from this time on."))
      .Field("to", &T::to, Time("Only before this time."))
      .Field("rejected", &T::rejected, Says("Only rejected ones (true) or only the others (false)."))
      .Field("low_confidence", &T::low_confidence, Says("Only those under the confidence threshold, or only the others."))
      .Field("corrected", &T::corrected, Says("Only those that somebody corrected, or only the others."));
}

}  // namespace

const Object<ErrorDetail>& ErrorDetail::Description() {
  static const auto description = Object<ErrorDetail>("ErrorDetail", "One fault of a body or a parameter.")
                                      .Field("pointer", &ErrorDetail::pointer, Says("JSON pointer of the value; /name for a parameter."))
                                      .Field("message", &ErrorDetail::message)
                                      .Field("type", &ErrorDetail::type, Says("Stable word for programs."));
  return description;
}

const Object<ErrorBody>& ErrorBody::Description() {
  static const auto description = Object<ErrorBody>("ErrorBody", "What went wrong.")
                                      .Field("type", &ErrorBody::type, Says("Stable word for programs."))
                                      .Field("message", &ErrorBody::message, Says("For people: what is wrong and what to do."))
                                      .Field("status_code", &ErrorBody::status_code)
                                      .Field("path", &ErrorBody::path)
                                      .Field("timestamp", &ErrorBody::timestamp, Time("UTC."))
                                      .Field("details", &ErrorBody::details, Says("Every fault, when there are several."))
                                      .Field("request_id", &ErrorBody::request_id, Says("As in the header X-Request-ID; the log of the server has it too."));
  return description;
}

const Object<ErrorEnvelope>& ErrorEnvelope::Description() {
  static const auto description = Object<ErrorEnvelope>("Error", "The body of every error.")
                                      .Field("error", &ErrorEnvelope::error)
                                      .Field("detail", &ErrorEnvelope::detail, Says("The message again, where older clients look for it."));
  return description;
}

const Object<TemperatureRange>& TemperatureRange::Description() {
  static const auto description = Object<TemperatureRange>("TemperatureRange", "Degrees Celsius; null where no source is cited.")
                                      .Field("min", &TemperatureRange::min)
                                      .Field("max", &TemperatureRange::max);
  return description;
}

const Object<CandidateAnswer>& CandidateAnswer::Description() {
  static const auto description = Object<CandidateAnswer>("Candidate", "A species with the probability the model gives it.")
                                      .Field("label", &CandidateAnswer::label, Says("Class of the model."))
                                      .Field("species", &CandidateAnswer::species, Says("Common name."))
                                      .Field("scientific_name", &CandidateAnswer::scientific_name)
                                      .Field("confidence", &CandidateAnswer::confidence, ConfidenceRules());
  return description;
}

const Object<ImageAnswer>& ImageAnswer::Description() {
  static const auto description = Object<ImageAnswer>("Image", "What was sent; the image itself is not kept.")
                                      .Field("width", &ImageAnswer::width, Count("Pixels, upright."))
                                      .Field("height", &ImageAnswer::height, Count("Pixels, upright."))
                                      .Field("format", &ImageAnswer::format, Says("JPEG, PNG or WebP."))
                                      .Field("bytes", &ImageAnswer::bytes, Count("Size of the file."));
  return description;
}

const Object<CorrectionAnswer>& CorrectionAnswer::Description() {
  static const auto description = Object<CorrectionAnswer>("Correction", "What a person says a photo shows.")
                                      .Field("id", &CorrectionAnswer::id, Uuid(""))
                                      .Field("prediction_id", &CorrectionAnswer::prediction_id, Uuid(""))
                                      .Field("label", &CorrectionAnswer::label, Says("null: another fish than those of the list."))
                                      .Field("species_id", &CorrectionAnswer::species_id, Uuid(""))
                                      .Field("species_name", &CorrectionAnswer::species_name)
                                      .Field("note", &CorrectionAnswer::note)
                                      .Field("created_at", &CorrectionAnswer::created_at, Time("UTC."));
  return description;
}

const Object<PredictionAnswer>& PredictionAnswer::Description() {
  static const auto description =
      Object<PredictionAnswer>("Prediction", "A recorded answer.")
          .Field("id", &PredictionAnswer::id, Uuid(""))
          .Field("species_name", &PredictionAnswer::species_name, Says("Common name; \"unknown\" when rejected."))
          .Field("scientific_name", &PredictionAnswer::scientific_name)
          .Field("confidence", &PredictionAnswer::confidence, ConfidenceRules())
          .Field("inference_time_ms", &PredictionAnswer::inference_time_ms, Milliseconds("The engine alone."))
          .Field("model_version", &PredictionAnswer::model_version)
          .Field("created_at", &PredictionAnswer::created_at, Time("UTC."))
          .Field("optimal_temp_range", &PredictionAnswer::optimal_temp_range)
          .Field("species", &PredictionAnswer::species, Says("As species_name."))
          .Field("label", &PredictionAnswer::label, Says("Most probable class of the model, also when rejected."))
          .Field("species_id", &PredictionAnswer::species_id, Uuid("null when rejected."))
          .Field("rejected", &PredictionAnswer::rejected, Says("The model says: not one of the fish I know."))
          .Field("low_confidence", &PredictionAnswer::low_confidence, Says("confidence is under the configured threshold."))
          .Field("rejection_score", &PredictionAnswer::rejection_score, Says("Compared with the model's own threshold; higher is more like a known fish."))
          .Field("model", &PredictionAnswer::model)
          .Field("preprocess_id", &PredictionAnswer::preprocess_id)
          .Field("candidates", &PredictionAnswer::candidates, Says("The most probable species, best first, also when rejected."))
          .Field("image", &PredictionAnswer::image)
          .Field("thumbnail_url", &PredictionAnswer::thumbnail_url, Says("null when none is kept."))
          .Field("correction", &PredictionAnswer::correction, Says("The newest correction; null while there is none."));
  return description;
}

const Object<PredictRequest>& PredictRequest::Description() {
  static const auto description =
      Object<PredictRequest>("PredictRequest", "An image to classify.")
          .Field("image_base64", &PredictRequest::image_base64, {.description = "A JPEG, PNG or WebP file in standard base64.", .min_length = 1})
          .Field("model_version", &PredictRequest::model_version,
                 {.description = "Version that must answer; another than the active one is 404.", .pattern = &contract::kModelVersion})
          .Field("return_probabilities", &PredictRequest::return_probabilities, {.description = "Give all_probabilities too.", .has_default = true});
  return description;
}

const Object<PredictAnswer>& PredictAnswer::Description() {
  static const auto description =
      Object<PredictAnswer>("PredictAnswer", "A recorded answer, in the shape of /ml/predict.")
          .Field("species", &PredictAnswer::species, Says("Common name; \"unknown\" when rejected."))
          .Field("species_id", &PredictAnswer::species_id, Uuid("null when rejected."))
          .Field("confidence", &PredictAnswer::confidence, ConfidenceRules())
          .Field("inference_time_ms", &PredictAnswer::inference_time_ms, Milliseconds("The engine alone."))
          .Field("model_version", &PredictAnswer::model_version)
          .Field("timestamp", &PredictAnswer::timestamp, Time("UTC."))
          .Field("all_probabilities", &PredictAnswer::all_probabilities, Says("Of every species, by common name; null unless asked for."))
          .Field("id", &PredictAnswer::id, Uuid("Of the recorded prediction."))
          .Field("model", &PredictAnswer::model)
          .Field("label", &PredictAnswer::label, Says("Most probable class of the model, also when rejected."))
          .Field("scientific_name", &PredictAnswer::scientific_name)
          .Field("rejected", &PredictAnswer::rejected, Says("The model says: not one of the fish I know."))
          .Field("low_confidence", &PredictAnswer::low_confidence, Says("confidence is under the configured threshold."))
          .Field("rejection_score", &PredictAnswer::rejection_score)
          .Field("preprocess_id", &PredictAnswer::preprocess_id)
          .Field("candidates", &PredictAnswer::candidates, Says("The most probable species, best first, also when rejected."));
  return description;
}

const Object<UploadForm>& UploadForm::Description() {
  static const auto description =
      Object<UploadForm>("UploadForm", "One image.").Field("file", &UploadForm::file, {.description = "A JPEG, PNG or WebP.", .format = "binary"});
  return description;
}

const Object<LabelRequest>& LabelRequest::Description() {
  static const auto description =
      Object<LabelRequest>("LabelRequest", "What the photo really shows; label or species_id, or neither for another fish than those of the list.")
          .Field("label", &LabelRequest::label, {.description = "Class of the model.", .min_length = 1, .max_length = kMaxLabel})
          .Field("species_id", &LabelRequest::species_id, Uuid("Must name the same species as label when both are given."))
          .Field("note", &LabelRequest::note, {.max_length = kMaxNote});
  return description;
}

const Object<HistoryFilter>& HistoryFilter::Description() {
  static const auto description = [] {
    Object<HistoryFilter> object("HistoryFilter", "Which predictions.");
    return AddFilter(object);
  }();
  return description;
}

const Object<HistoryQuery>& HistoryQuery::Description() {
  static const auto description = [] {
    Object<HistoryQuery> object("HistoryQuery", "Which predictions, and how many.");
    object.Field("limit", &HistoryQuery::limit, {.description = "Most rows to give.", .minimum = 1, .maximum = kMaxPage, .has_default = true})
        .Field("offset", &HistoryQuery::offset,
               {.description = "Rows to pass over; use cursor to go far.", .minimum = 0, .maximum = kMaxOffset, .has_default = true})
        .Field("cursor", &HistoryQuery::cursor, {.description = "X-Next-Cursor of the page before.", .min_length = 1, .max_length = kMaxCursor});
    return AddFilter(object);
  }();
  return description;
}

const Object<StatsAnswer>& StatsAnswer::Description() {
  static const auto description = Object<StatsAnswer>("PredictionStats", "Figures over all recorded predictions.")
                                      .Field("total_predictions", &StatsAnswer::total_predictions, Count(""))
                                      .Field("average_confidence", &StatsAnswer::average_confidence, Fraction("null while nothing is recorded."))
                                      .Field("most_common_species", &StatsAnswer::most_common_species, Says("null while no species was answered."))
                                      .Field("predictions_this_month", &StatsAnswer::predictions_this_month, Count("Calendar month, UTC."))
                                      .Field("species_variety", &StatsAnswer::species_variety, Count("Different species answered."))
                                      .Field("species_breakdown", &StatsAnswer::species_breakdown, Count("By common name; \"unknown\" counts the rejected."));
  return description;
}

const Object<SpeciesAnswer>& SpeciesAnswer::Description() {
  static const auto description = Object<SpeciesAnswer>("Species", "A species that the model knows.")
                                      .Field("id", &SpeciesAnswer::id, Uuid("species_id of answers."))
                                      .Field("name", &SpeciesAnswer::name, Says("Common name."))
                                      .Field("scientific_name", &SpeciesAnswer::scientific_name)
                                      .Field("label", &SpeciesAnswer::label, Says("Class of the model."))
                                      .Field("description", &SpeciesAnswer::description)
                                      .Field("optimal_temperature_range", &SpeciesAnswer::optimal_temperature_range)
                                      .Field("source", &SpeciesAnswer::source, Says("Where the temperatures are from."))
                                      .Field("picture_url", &SpeciesAnswer::picture_url)
                                      .Field("picture_credit", &SpeciesAnswer::picture_credit, Says("Source and licence of the picture."));
  return description;
}

const Object<SampleAnswer>& SampleAnswer::Description() {
  static const auto description = Object<SampleAnswer>("Sample", "A photo to try.")
                                      .Field("name", &SampleAnswer::name)
                                      .Field("url", &SampleAnswer::url)
                                      .Field("species", &SampleAnswer::species, Says("What it shows; null for a fish that the model does not know."))
                                      .Field("credit", &SampleAnswer::credit, Says("Source and licence."));
  return description;
}

const Object<FiguresAnswer>& FiguresAnswer::Description() {
  static const auto description = Object<FiguresAnswer>("ModelFigures", "Measured on one split of the data.")
                                      .Field("accuracy", &FiguresAnswer::accuracy, Fraction(""))
                                      .Field("macro_recall", &FiguresAnswer::macro_recall, Fraction("Mean over the classes."))
                                      .Field("ece", &FiguresAnswer::ece, Fraction("Expected calibration error."));
  return description;
}

const Object<ModelRowAnswer>& ModelRowAnswer::Description() {
  static const auto description = Object<ModelRowAnswer>("Model", "A model version; scores are of the test split.")
                                      .Field("id", &ModelRowAnswer::id, Uuid(""))
                                      .Field("name", &ModelRowAnswer::name)
                                      .Field("version", &ModelRowAnswer::version)
                                      .Field("architecture", &ModelRowAnswer::architecture)
                                      .Field("file_path", &ModelRowAnswer::file_path, Says("Relative to the folder of the models."))
                                      .Field("accuracy", &ModelRowAnswer::accuracy, Fraction(""))
                                      .Field("precision_score", &ModelRowAnswer::precision_score, Fraction("null: not measured."))
                                      .Field("recall_score", &ModelRowAnswer::recall_score, Fraction("Mean over the classes."))
                                      .Field("f1_score", &ModelRowAnswer::f1_score, Fraction("Mean over the classes."))
                                      .Field("is_active", &ModelRowAnswer::is_active)
                                      .Field("created_at", &ModelRowAnswer::created_at, Time("UTC; when it was first active here."))
                                      .Field("total_predictions", &ModelRowAnswer::total_predictions, Count("Recorded here."));
  return description;
}

const Object<ActiveModelAnswer>& ActiveModelAnswer::Description() {
  static const auto description =
      Object<ActiveModelAnswer>("ActiveModel", "The model that answers.")
          .Field("id", &ActiveModelAnswer::id, Uuid(""))
          .Field("name", &ActiveModelAnswer::name)
          .Field("version", &ActiveModelAnswer::version)
          .Field("architecture", &ActiveModelAnswer::architecture)
          .Field("accuracy", &ActiveModelAnswer::accuracy, Fraction("Of the test split."))
          .Field("precision_score", &ActiveModelAnswer::precision_score, Fraction("null: not measured."))
          .Field("recall_score", &ActiveModelAnswer::recall_score, Fraction("Mean over the classes."))
          .Field("f1_score", &ActiveModelAnswer::f1_score, Fraction("Mean over the classes."))
          .Field("is_active", &ActiveModelAnswer::is_active)
          .Field("created_at", &ActiveModelAnswer::created_at, Time("UTC; when it was trained."))
          .Field("supported_species", &ActiveModelAnswer::supported_species, Says("Common names."))
          .Field("total_species", &ActiveModelAnswer::total_species, Count(""))
          .Field("confidence_threshold", &ActiveModelAnswer::confidence_threshold, Fraction("Answers under it are marked low_confidence."))
          .Field("high_confidence_threshold", &ActiveModelAnswer::high_confidence_threshold, Fraction("Answers from it on count as high."))
          .Field("inference_device", &ActiveModelAnswer::inference_device)
          .Field("engine", &ActiveModelAnswer::engine)
          .Field("num_parameters", &ActiveModelAnswer::num_parameters, Count(""))
          .Field("preprocess_id", &ActiveModelAnswer::preprocess_id)
          .Field("checksum", &ActiveModelAnswer::checksum, Says("SHA-256 of the network file."))
          .Field("loaded_at", &ActiveModelAnswer::loaded_at, Time("UTC."))
          .Field("metrics", &ActiveModelAnswer::metrics, Says("By split of the data."))
          .Field("card_markdown", &ActiveModelAnswer::card_markdown, Says("The model card: what it was taught, what it cannot do."));
  return description;
}

const Object<ConfidenceDistribution>& ConfidenceDistribution::Description() {
  static const auto description = Object<ConfidenceDistribution>("ConfidenceDistribution", "Predictions by confidence.")
                                      .Field("high", &ConfidenceDistribution::high, Count("From the high threshold (0.9 unless configured) on."))
                                      .Field("medium", &ConfidenceDistribution::medium, Count("From 0.7 on."))
                                      .Field("low", &ConfidenceDistribution::low, Count("Under 0.7."));
  return description;
}

const Object<ModelStatsAnswer>& ModelStatsAnswer::Description() {
  static const auto description = Object<ModelStatsAnswer>("ModelStats", "Counts of models and predictions.")
                                      .Field("total_models", &ModelStatsAnswer::total_models, Count(""))
                                      .Field("active_models", &ModelStatsAnswer::active_models, Count(""))
                                      .Field("total_predictions", &ModelStatsAnswer::total_predictions, Count(""))
                                      .Field("average_confidence", &ModelStatsAnswer::average_confidence, Fraction("null while nothing is recorded."))
                                      .Field("confidence_distribution", &ModelStatsAnswer::confidence_distribution);
  return description;
}

const Object<ModelHealthAnswer>& ModelHealthAnswer::Description() {
  static const auto description = Object<ModelHealthAnswer>("ModelHealth", "Whether the model can answer.")
                                      .Field("status", &ModelHealthAnswer::status, {.enum_values = {"healthy", "draining"}})
                                      .Field("model_loaded", &ModelHealthAnswer::model_loaded)
                                      .Field("model_name", &ModelHealthAnswer::model_name)
                                      .Field("model_version", &ModelHealthAnswer::model_version)
                                      .Field("supported_species", &ModelHealthAnswer::supported_species, Count(""))
                                      .Field("inference_device", &ModelHealthAnswer::inference_device)
                                      .Field("ready_for_predictions", &ModelHealthAnswer::ready_for_predictions);
  return description;
}

const Object<PerformanceMetrics>& PerformanceMetrics::Description() {
  static const auto description = Object<PerformanceMetrics>("PerformanceMetrics", "Of the test split.")
                                      .Field("accuracy", &PerformanceMetrics::accuracy, Fraction(""))
                                      .Field("f1_score", &PerformanceMetrics::f1_score, Fraction("Mean over the classes."));
  return description;
}

const Object<MlModelAnswer>& MlModelAnswer::Description() {
  static const auto description = Object<MlModelAnswer>("LoadedModel", "A loaded model version.")
                                      .Field("version", &MlModelAnswer::version)
                                      .Field("architecture", &MlModelAnswer::architecture)
                                      .Field("num_parameters", &MlModelAnswer::num_parameters, Count(""))
                                      .Field("checksum", &MlModelAnswer::checksum, Says("SHA-256 of the network file."))
                                      .Field("loaded_at", &MlModelAnswer::loaded_at, Time("UTC."))
                                      .Field("performance_metrics", &MlModelAnswer::performance_metrics)
                                      .Field("is_active", &MlModelAnswer::is_active);
  return description;
}

const Object<PerformanceAnswer>& PerformanceAnswer::Description() {
  static const auto description = Object<PerformanceAnswer>("Performance", "The last 10,000 requests.")
                                      .Field("latency_mean_ms", &PerformanceAnswer::latency_mean_ms)
                                      .Field("latency_p50_ms", &PerformanceAnswer::latency_p50_ms)
                                      .Field("latency_p95_ms", &PerformanceAnswer::latency_p95_ms)
                                      .Field("latency_p99_ms", &PerformanceAnswer::latency_p99_ms)
                                      .Field("throughput_rps", &PerformanceAnswer::throughput_rps, Says("Requests of the window by the time they span."))
                                      .Field("error_rate", &PerformanceAnswer::error_rate, Fraction("5xx only."))
                                      .Field("total_requests", &PerformanceAnswer::total_requests, Count("Since start or reset."))
                                      .Field("uptime_seconds", &PerformanceAnswer::uptime_seconds)
                                      .Field("total_errors", &PerformanceAnswer::total_errors, Count("5xx since start or reset."))
                                      .Field("window_size", &PerformanceAnswer::window_size, Count("Requests in the window now."))
                                      .Field("client_error_rate", &PerformanceAnswer::client_error_rate, Fraction("4xx only."))
                                      .Field("metrics_info", &PerformanceAnswer::metrics_info);
  return description;
}

const Object<MessageAnswer>& MessageAnswer::Description() {
  static const auto description =
      Object<MessageAnswer>("Message", "Done.").Field("message", &MessageAnswer::message).Field("timestamp", &MessageAnswer::timestamp, Time("UTC."));
  return description;
}

const Object<RootAnswer>& RootAnswer::Description() {
  static const auto description = Object<RootAnswer>("Root", "What this server is.")
                                      .Field("message", &RootAnswer::message)
                                      .Field("version", &RootAnswer::version)
                                      .Field("docs", &RootAnswer::docs)
                                      .Field("health", &RootAnswer::health);
  return description;
}

const Object<StatusAnswer>& StatusAnswer::Description() {
  static const auto description = Object<StatusAnswer>("Status", "One word.").Field("status", &StatusAnswer::status);
  return description;
}

const Object<HealthAnswer>& HealthAnswer::Description() {
  static const auto description = Object<HealthAnswer>("Health", "That the server runs.")
                                      .Field("status", &HealthAnswer::status)
                                      .Field("service", &HealthAnswer::service)
                                      .Field("version", &HealthAnswer::version)
                                      .Field("environment", &HealthAnswer::environment);
  return description;
}

const Object<CheckAnswer>& CheckAnswer::Description() {
  static const auto description = Object<CheckAnswer>("Check", "One thing that the server uses.")
                                      .Field("status", &CheckAnswer::status, {.enum_values = {"ok", "failed"}})
                                      .Field("required", &CheckAnswer::required, Says("Whether requests fail without it."))
                                      .Field("reason", &CheckAnswer::reason, Says("Stable word; null when ok."));
  return description;
}

const Object<DetailedHealthAnswer>& DetailedHealthAnswer::Description() {
  static const auto description = Object<DetailedHealthAnswer>("DetailedHealth", "What the server uses, and whether it works.")
                                      .Field("status", &DetailedHealthAnswer::status, {.enum_values = {"healthy", "degraded"}})
                                      .Field("service", &DetailedHealthAnswer::service)
                                      .Field("version", &DetailedHealthAnswer::version)
                                      .Field("environment", &DetailedHealthAnswer::environment)
                                      .Field("checks", &DetailedHealthAnswer::checks);
  return description;
}

const Object<IdPath>& IdPath::Description() {
  static const auto description = Object<IdPath>("IdPath", "").Field("id", &IdPath::id, Uuid("Of the thing that the path names."));
  return description;
}

const Object<VersionPath>& VersionPath::Description() {
  static const auto description = Object<VersionPath>("VersionPath", "")
                                      .Field("version", &VersionPath::version, {.description = "For example v1.0.0.", .pattern = &contract::kModelVersion});
  return description;
}

const Object<NoParameters>& NoParameters::Description() {
  static const Object<NoParameters> description("NoParameters", "");
  return description;
}

}  // namespace aqua::api
