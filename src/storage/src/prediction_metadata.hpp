#pragma once

#include <string>

#include "aqua/base/result.hpp"
#include "aqua/storage/prediction_store.hpp"

namespace aqua::storage {

/// What the column predictions.metadata keeps: candidates with their names at that time, preprocess id, size and format of the image.
std::string WriteMetadata(const NewPrediction& record);

/// Fills the members of `record` that WriteMetadata() wrote. What is missing or of another type stays as it was: rows may
/// come from an import. Errors: those of contract::ParseJson.
Status ReadMetadata(std::string_view json, StoredPrediction& record);

}  // namespace aqua::storage
