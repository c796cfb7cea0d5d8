#pragma once

#include <chrono>

#include "aqua/api/services.hpp"
#include "aqua/base/result.hpp"
#include "aqua/inference/model_package.hpp"
#include "aqua/storage/catalogue.hpp"

namespace aqua::roles {

/// What the API tells about a model, from its sidecar and its card. `row_id` stays empty.
/// Errors: those of ReadFile for a card that is there and cannot be read.
Result<api::ModelFacts> MakeModelFacts(const inference::ModelPackage& package, std::chrono::system_clock::time_point loaded_at);

/// The row of the table models.
storage::ModelRow MakeModelRow(const inference::ModelPackage& package, const api::ModelFacts& facts);

}  // namespace aqua::roles
