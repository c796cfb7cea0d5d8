#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "aqua/api/services.hpp"
#include "aqua/storage/prediction_store.hpp"
#include "messages.hpp"

namespace aqua::api {

/// What a recorded prediction looks like outside: "unknown" instead of a name when it was rejected.
PredictionAnswer MakePredictionAnswer(const storage::StoredPrediction& stored);
CorrectionAnswer MakeCorrectionAnswer(const std::string& prediction_id, const storage::Correction& correction);

/// As MakePredictionAnswer(), of one that was just recorded.
storage::StoredPrediction AsStored(const TenantFacts& tenant, const storage::NewPrediction& record);

/// Answer of the old route /ml/predict. with_probabilities: of every species, under its name.
PredictAnswer MakePredictAnswer(const storage::StoredPrediction& stored, bool with_probabilities);

/// The row of a label, or null.
const storage::SpeciesRow* FindSpecies(const TenantFacts& tenant, const std::string& label);

}  // namespace aqua::api
