#include "prediction_answer.hpp"

#include <algorithm>
#include <utility>

#include "aqua/base/time.hpp"

namespace aqua::api {
namespace {

/// Candidates of a prediction that was asked for all probabilities; the others are in all_probabilities.
constexpr std::size_t kCandidates = 5;

std::optional<std::string> NullIfEmpty(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

std::vector<CandidateAnswer> MakeCandidates(const domain::Prediction& prediction) {
  std::vector<CandidateAnswer> candidates;
  for (const domain::Candidate& candidate : prediction.candidates) {
    if (candidates.size() == kCandidates) break;
    candidates.push_back({candidate.species.label, candidate.species.common_name, NullIfEmpty(candidate.species.scientific_name), candidate.confidence});
  }
  return candidates;
}

double Milliseconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

std::string SpeciesName(const domain::Prediction& prediction) { return prediction.rejected ? "unknown" : prediction.species.common_name; }

std::optional<std::string> ScientificName(const domain::Prediction& prediction) {
  return prediction.rejected ? std::nullopt : NullIfEmpty(prediction.species.scientific_name);
}

}  // namespace

const storage::SpeciesRow* FindSpecies(const TenantFacts& tenant, const std::string& label) {
  const auto found = std::find_if(tenant.species.begin(), tenant.species.end(), [&](const storage::SpeciesRow& row) { return row.label == label; });
  return found == tenant.species.end() ? nullptr : &*found;
}

CorrectionAnswer MakeCorrectionAnswer(const std::string& prediction_id, const storage::Correction& correction) {
  return {
      correction.id, prediction_id, correction.label, correction.species_id, correction.species_name, correction.note, base::FormatTime(correction.created_at)};
}

PredictionAnswer MakePredictionAnswer(const storage::StoredPrediction& stored) {
  const domain::Prediction& prediction = stored.prediction;
  PredictionAnswer answer;
  answer.id = stored.id;
  answer.species_name = answer.species = SpeciesName(prediction);
  answer.scientific_name = ScientificName(prediction);
  answer.confidence = prediction.confidence;
  answer.inference_time_ms = Milliseconds(prediction.inference_time);
  answer.model_version = prediction.model_version;
  answer.created_at = base::FormatTime(stored.created_at);
  if (!prediction.rejected) answer.optimal_temp_range = {stored.optimal_temperature_min, stored.optimal_temperature_max};
  answer.label = prediction.species.label;
  answer.species_id = stored.species_id;
  answer.rejected = prediction.rejected;
  answer.low_confidence = prediction.low_confidence;
  answer.rejection_score = prediction.rejection_score;
  answer.model = prediction.model;
  answer.preprocess_id = prediction.preprocess_id;
  answer.candidates = MakeCandidates(prediction);
  answer.image = {prediction.image_width, prediction.image_height, prediction.image_format, static_cast<std::int64_t>(stored.image_bytes)};
  if (stored.has_thumbnail) answer.thumbnail_url = "/api/v1/predictions/" + stored.id + "/thumbnail";
  if (stored.correction) answer.correction = MakeCorrectionAnswer(stored.id, *stored.correction);
  return answer;
}

storage::StoredPrediction AsStored(const TenantFacts& tenant, const storage::NewPrediction& record) {
  storage::StoredPrediction stored;
  stored.id = record.id;
  stored.created_at = record.created_at;
  stored.species_id = record.species_id;
  stored.prediction = record.prediction;
  stored.image_bytes = record.image_bytes;
  stored.has_thumbnail = !record.prediction.thumbnail_jpeg.empty();
  if (const storage::SpeciesRow* species = FindSpecies(tenant, record.prediction.species.label)) {
    stored.optimal_temperature_min = species->optimal_temperature_min;
    stored.optimal_temperature_max = species->optimal_temperature_max;
  }
  return stored;
}

PredictAnswer MakePredictAnswer(const storage::StoredPrediction& stored, bool with_probabilities) {
  const domain::Prediction& prediction = stored.prediction;
  PredictAnswer answer;
  answer.species = SpeciesName(prediction);
  answer.species_id = stored.species_id;
  answer.confidence = prediction.confidence;
  answer.inference_time_ms = Milliseconds(prediction.inference_time);
  answer.model_version = prediction.model_version;
  answer.timestamp = base::FormatTime(stored.created_at);
  if (with_probabilities) {
    answer.all_probabilities.emplace();
    for (const domain::Candidate& candidate : prediction.candidates) answer.all_probabilities->emplace(candidate.species.common_name, candidate.confidence);
  }
  answer.id = stored.id;
  answer.model = prediction.model;
  answer.label = prediction.species.label;
  answer.scientific_name = ScientificName(prediction);
  answer.rejected = prediction.rejected;
  answer.low_confidence = prediction.low_confidence;
  answer.rejection_score = prediction.rejection_score;
  answer.preprocess_id = prediction.preprocess_id;
  answer.candidates = MakeCandidates(prediction);
  return answer;
}

}  // namespace aqua::api
