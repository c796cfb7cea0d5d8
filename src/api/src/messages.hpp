#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aqua/contract/description.hpp"
#include "aqua/contract/json.hpp"

/// Bodies and parameters of the API. Each is described once: parsing, validation, answers and api/openapi.json come from the
/// description. Absent values of answers are null.
namespace aqua::api {

struct ErrorDetail {
  std::string pointer, message, type;
  static const contract::Object<ErrorDetail>& Description();
};

struct ErrorBody {
  std::string type, message;
  int status_code = 0;
  std::string path, timestamp;
  std::vector<ErrorDetail> details;
  std::string request_id;
  static const contract::Object<ErrorBody>& Description();
};

/// The envelope of every error. `detail` repeats the message where clients of the old system look for it.
struct ErrorEnvelope {
  ErrorBody error;
  std::string detail;
  static const contract::Object<ErrorEnvelope>& Description();
};

struct TemperatureRange {
  std::optional<double> min, max;
  static const contract::Object<TemperatureRange>& Description();
};

struct CandidateAnswer {
  std::string label, species;
  std::optional<std::string> scientific_name;
  double confidence = 0;
  static const contract::Object<CandidateAnswer>& Description();
};

struct ImageAnswer {
  int width = 0, height = 0;
  std::string format;
  std::int64_t bytes = 0;
  static const contract::Object<ImageAnswer>& Description();
};

struct CorrectionAnswer {
  std::string id, prediction_id;
  std::optional<std::string> label, species_id, species_name, note;
  std::string created_at;
  static const contract::Object<CorrectionAnswer>& Description();
};

struct PredictionAnswer {
  std::string id, species_name;
  std::optional<std::string> scientific_name;
  double confidence = 0, inference_time_ms = 0;
  std::string model_version, created_at;
  TemperatureRange optimal_temp_range;
  std::string species, label;
  std::optional<std::string> species_id;
  bool rejected = false, low_confidence = false;
  double rejection_score = 0;
  std::string model, preprocess_id;
  std::vector<CandidateAnswer> candidates;
  ImageAnswer image;
  std::optional<std::string> thumbnail_url;
  std::optional<CorrectionAnswer> correction;
  static const contract::Object<PredictionAnswer>& Description();
};

struct PredictRequest {
  std::string image_base64;
  std::optional<std::string> model_version;
  bool return_probabilities = false;
  static const contract::Object<PredictRequest>& Description();
};

struct PredictAnswer {
  std::string species;
  std::optional<std::string> species_id;
  double confidence = 0, inference_time_ms = 0;
  std::string model_version, timestamp;
  std::optional<std::map<std::string, double>> all_probabilities;
  std::string id, model, label;
  std::optional<std::string> scientific_name;
  bool rejected = false, low_confidence = false;
  double rejection_score = 0;
  std::string preprocess_id;
  std::vector<CandidateAnswer> candidates;
  static const contract::Object<PredictAnswer>& Description();
};

/// The form of an upload; for the contract only, the transport splits it.
struct UploadForm {
  std::string file;
  static const contract::Object<UploadForm>& Description();
};

struct LabelRequest {
  std::optional<std::string> label, species_id, note;
  static const contract::Object<LabelRequest>& Description();
};

struct HistoryFilter {
  std::optional<std::string> species_id, label, from, to;
  std::optional<bool> rejected, low_confidence, corrected;
  static const contract::Object<HistoryFilter>& Description();
};

struct HistoryQuery {
  std::int64_t limit = 10, offset = 0;
  std::optional<std::string> cursor;
  std::optional<std::string> species_id, label, from, to;
  std::optional<bool> rejected, low_confidence, corrected;
  static const contract::Object<HistoryQuery>& Description();
};

struct StatsAnswer {
  std::int64_t total_predictions = 0;
  std::optional<double> average_confidence;
  std::optional<std::string> most_common_species;
  std::int64_t predictions_this_month = 0, species_variety = 0;
  std::map<std::string, std::int64_t> species_breakdown;
  static const contract::Object<StatsAnswer>& Description();
};

struct SpeciesAnswer {
  std::string id, name;
  std::optional<std::string> scientific_name;
  std::string label, description;
  TemperatureRange optimal_temperature_range;
  std::optional<std::string> source, picture_url, picture_credit;
  static const contract::Object<SpeciesAnswer>& Description();
};

struct SampleAnswer {
  std::string name, url;
  std::optional<std::string> species;
  std::string credit;
  static const contract::Object<SampleAnswer>& Description();
};

struct FiguresAnswer {
  double accuracy = 0, macro_recall = 0;
  std::optional<double> ece;
  static const contract::Object<FiguresAnswer>& Description();
};

struct ModelRowAnswer {
  std::string id, name, version, architecture, file_path;
  std::optional<double> accuracy, precision_score, recall_score, f1_score;
  bool is_active = false;
  std::string created_at;
  std::int64_t total_predictions = 0;
  static const contract::Object<ModelRowAnswer>& Description();
};

struct ActiveModelAnswer {
  std::string id, name, version, architecture;
  std::optional<double> accuracy, precision_score, recall_score, f1_score;
  bool is_active = true;
  std::string created_at;
  std::vector<std::string> supported_species;
  std::int64_t total_species = 0;
  double confidence_threshold = 0, high_confidence_threshold = 0;
  std::string inference_device, engine;
  std::int64_t num_parameters = 0;
  std::string preprocess_id, checksum, loaded_at;
  std::map<std::string, FiguresAnswer> metrics;
  std::string card_markdown;
  static const contract::Object<ActiveModelAnswer>& Description();
};

struct ConfidenceDistribution {
  std::int64_t high = 0, medium = 0, low = 0;
  static const contract::Object<ConfidenceDistribution>& Description();
};

struct ModelStatsAnswer {
  std::int64_t total_models = 0, active_models = 0, total_predictions = 0;
  std::optional<double> average_confidence;
  ConfidenceDistribution confidence_distribution;
  static const contract::Object<ModelStatsAnswer>& Description();
};

struct ModelHealthAnswer {
  std::string status;
  bool model_loaded = false;
  std::string model_name, model_version;
  std::int64_t supported_species = 0;
  std::string inference_device;
  bool ready_for_predictions = false;
  static const contract::Object<ModelHealthAnswer>& Description();
};

struct PerformanceMetrics {
  std::optional<double> accuracy, f1_score;
  static const contract::Object<PerformanceMetrics>& Description();
};

struct MlModelAnswer {
  std::string version, architecture;
  std::int64_t num_parameters = 0;
  std::string checksum, loaded_at;
  PerformanceMetrics performance_metrics;
  bool is_active = false;
  static const contract::Object<MlModelAnswer>& Description();
};

struct PerformanceAnswer {
  double latency_mean_ms = 0, latency_p50_ms = 0, latency_p95_ms = 0, latency_p99_ms = 0, throughput_rps = 0, error_rate = 0;
  std::int64_t total_requests = 0;
  double uptime_seconds = 0;
  std::int64_t total_errors = 0, window_size = 0;
  double client_error_rate = 0;
  std::string metrics_info;
  static const contract::Object<PerformanceAnswer>& Description();
};

struct MessageAnswer {
  std::string message, timestamp;
  static const contract::Object<MessageAnswer>& Description();
};

struct RootAnswer {
  std::string message, version, docs, health;
  static const contract::Object<RootAnswer>& Description();
};

struct StatusAnswer {
  std::string status;
  static const contract::Object<StatusAnswer>& Description();
};

struct HealthAnswer {
  std::string status, service, version, environment;
  static const contract::Object<HealthAnswer>& Description();
};

struct CheckAnswer {
  std::string status;
  bool required = false;
  std::optional<std::string> reason;
  static const contract::Object<CheckAnswer>& Description();
};

struct DetailedHealthAnswer {
  std::string status, service, version, environment;
  std::map<std::string, CheckAnswer> checks;
  static const contract::Object<DetailedHealthAnswer>& Description();
};

struct IdPath {
  std::string id;
  static const contract::Object<IdPath>& Description();
};

struct VersionPath {
  std::string version;
  static const contract::Object<VersionPath>& Description();
};

struct NoParameters {
  static const contract::Object<NoParameters>& Description();
};

}  // namespace aqua::api
