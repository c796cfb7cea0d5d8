#include "prediction_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "aqua/base/text.hpp"
#include "json_text.hpp"

namespace aqua::roles {
namespace {

constexpr std::size_t kSpeciesColumns = 27;
constexpr std::size_t kScientificColumns = 32;
constexpr std::size_t kOtherColumns = kSpeciesColumns + kScientificColumns + 32;

double Milliseconds(std::chrono::nanoseconds duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

std::string Pad(std::string_view text, std::size_t columns) {
  std::string cell = base::ShortenFront(text, columns);
  cell.append(columns - std::min(columns, base::DisplayWidth(cell)), ' ');
  return cell;
}

std::string_view ConfidenceWord(const domain::Prediction& prediction, double high_confidence) {
  if (prediction.rejected) return "";
  if (prediction.low_confidence) return "low";
  return prediction.confidence >= high_confidence ? "high" : "medium";
}

}  // namespace

std::string PredictionJson(std::string_view path, const domain::Prediction& prediction) {
  std::string candidates;
  for (const domain::Candidate& candidate : prediction.candidates)
    candidates += fmt::format(R"({}{{"label":{},"species":{},"confidence":{}}})", candidates.empty() ? "" : ",", JsonText(candidate.species.label),
                              JsonText(candidate.species.common_name), JsonNumber(candidate.confidence));
  const domain::Species& species = prediction.species;
  return fmt::format(
      R"({{"path":{},"model":{},"model_version":{},"preprocess_id":{},"label":{},"species":{},"scientific_name":{},"confidence":{},"rejected":{},"rejection_score":{},"low_confidence":{},"candidates":[{}],"inference_time_ms":{}}})",
      JsonText(path), JsonText(prediction.model), JsonText(prediction.model_version), JsonText(prediction.preprocess_id), JsonText(species.label),
      prediction.rejected ? JsonText("unknown") : JsonText(species.common_name), prediction.rejected ? "null" : JsonTextOrNull(species.scientific_name),
      JsonNumber(prediction.confidence), prediction.rejected, JsonNumber(prediction.rejection_score), prediction.low_confidence, candidates,
      JsonNumber(Milliseconds(prediction.inference_time), 3));
}

std::string FailureJson(std::string_view path, const Error& error) {
  return fmt::format(R"({{"path":{},"error":{{"reason":{},"message":{}}}}})", JsonText(path), JsonText(error.reason.empty() ? Name(error.code) : error.reason),
                     JsonText(error.message));
}

PredictionTable::PredictionTable(std::size_t path_columns, std::size_t terminal_columns, bool show_candidates, double high_confidence)
    : show_candidates_(show_candidates), high_confidence_(high_confidence) {
  const std::size_t room = terminal_columns > kOtherColumns + 12 ? terminal_columns - kOtherColumns : 12;
  path_columns_ = std::clamp<std::size_t>(path_columns, 5, std::max<std::size_t>(room, 24));
}

std::string PredictionTable::PathCell(std::string_view path) const { return Pad(base::Printable(path), path_columns_); }

std::string PredictionTable::Header() const {
  return fmt::format("{}  {}  {}  {}  {:>8}{}", Pad("IMAGE", path_columns_), Pad("SPECIES", kSpeciesColumns), Pad("SCIENTIFIC NAME", kScientificColumns),
                     Pad("CONFIDENCE", 14), "MS", show_candidates_ ? "  NEXT" : "");
}

std::string PredictionTable::Row(std::string_view path, const domain::Prediction& prediction) const {
  const std::string species = prediction.rejected ? "unknown" : prediction.species.common_name;
  const std::string scientific = prediction.rejected ? fmt::format("(nearest: {})", prediction.species.common_name) : prediction.species.scientific_name;
  const std::string confidence = fmt::format("{:5.1f} % {}", 100 * prediction.confidence, ConfidenceWord(prediction, high_confidence_));
  std::string row = fmt::format("{}  {}  {}  {}  {:8.2f}", PathCell(path), Pad(species, kSpeciesColumns), Pad(scientific, kScientificColumns),
                                Pad(confidence, 14), Milliseconds(prediction.inference_time));
  if (!show_candidates_) return row;
  for (std::size_t i = 1; i < prediction.candidates.size(); ++i)
    row += fmt::format("{}{} {:.1f} %", i == 1 ? "  " : ", ", prediction.candidates[i].species.common_name, 100 * prediction.candidates[i].confidence);
  return row;
}

}  // namespace aqua::roles
