#include "prediction_metadata.hpp"

#include <limits>
#include <utility>

#include "aqua/contract/json.hpp"

namespace aqua::storage {
namespace {

using contract::Json;

Json CandidateJson(const domain::Candidate& candidate) {
  return Json{Json::Object{{"label", Json{candidate.species.label}},
                           {"species", Json{candidate.species.common_name}},
                           {"scientific_name", Json{candidate.species.scientific_name}},
                           {"confidence", Json{candidate.confidence}}}};
}

void ReadText(const Json& object, std::string_view name, std::string& out) {
  const Json* member = object.Find(name);
  if (const auto* text = member == nullptr ? nullptr : std::get_if<std::string>(&member->value)) out = *text;
}

/// Numbers come back as the narrowest type that holds their text.
double Number(const Json* json) {
  if (json == nullptr) return 0;
  if (const auto* whole = std::get_if<std::int64_t>(&json->value)) return static_cast<double>(*whole);
  if (const auto* natural = std::get_if<std::uint64_t>(&json->value)) return static_cast<double>(*natural);
  if (const auto* real = std::get_if<double>(&json->value)) return *real;
  return 0;
}

int Pixels(const Json& object, std::string_view name) {
  const double number = Number(object.Find(name));
  return number >= 0 && number <= std::numeric_limits<int>::max() ? static_cast<int>(number) : 0;
}

domain::Candidate ReadCandidate(const Json& json) {
  domain::Candidate candidate;
  ReadText(json, "label", candidate.species.label);
  ReadText(json, "species", candidate.species.common_name);
  ReadText(json, "scientific_name", candidate.species.scientific_name);
  candidate.confidence = Number(json.Find("confidence"));
  return candidate;
}

}  // namespace

std::string WriteMetadata(const NewPrediction& record) {
  const domain::Prediction& prediction = record.prediction;
  Json::Array candidates;
  for (const domain::Candidate& candidate : prediction.candidates) candidates.push_back(CandidateJson(candidate));
  const Json image{Json::Object{{"width", Json{std::int64_t{prediction.image_width}}},
                                {"height", Json{std::int64_t{prediction.image_height}}},
                                {"format", Json{prediction.image_format}},
                                {"bytes", Json{std::uint64_t{record.image_bytes}}}}};
  const Json metadata{Json::Object{{"preprocess_id", Json{prediction.preprocess_id}}, {"candidates", Json{std::move(candidates)}}, {"image", image}}};
  std::string text;
  contract::WriteJson(metadata, text);
  return text;
}

Status ReadMetadata(std::string_view json, StoredPrediction& record) {
  AQUA_TRY_ASSIGN(const Json metadata, contract::ParseJson(json));
  domain::Prediction& prediction = record.prediction;
  ReadText(metadata, "preprocess_id", prediction.preprocess_id);
  const Json* candidates = metadata.Find("candidates");
  if (const auto* list = candidates == nullptr ? nullptr : std::get_if<Json::Array>(&candidates->value))
    for (const Json& candidate : *list) prediction.candidates.push_back(ReadCandidate(candidate));
  if (const Json* image = metadata.Find("image"); image != nullptr) {
    prediction.image_width = Pixels(*image, "width");
    prediction.image_height = Pixels(*image, "height");
    ReadText(*image, "format", prediction.image_format);
    record.image_bytes = static_cast<std::uint64_t>(Number(image->Find("bytes")));
  }
  return {};
}

}  // namespace aqua::storage
