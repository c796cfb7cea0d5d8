#pragma once

#include <string>
#include <vector>

#include "aqua/sql/database.hpp"
#include "aqua/storage/prediction_store.hpp"

namespace aqua::storage {

/// A SELECT with its parameters.
struct PredictionQuery {
  std::string sql;
  std::vector<sql::Value> parameters;
};

/// The query for a page; the text depends only on which members of the filter are set.
PredictionQuery ListQuery(const std::string& tenant, const PredictionFilter& filter, std::size_t limit, std::size_t offset,
                          const std::optional<Position>& after);

/// The query for one prediction.
PredictionQuery FindQuery(const std::string& tenant, const std::string& id);

/// Reads a row of either query. Errors: those of ReadMetadata().
Result<StoredPrediction> ReadPrediction(const sql::Row& row);

}  // namespace aqua::storage
