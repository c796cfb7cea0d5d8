#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/domain/prediction.hpp"
#include "aqua/serving/classifier.hpp"

namespace aqua::roles {

/// Runs one image's work in a worker thread and turns what it throws into an error: the backstop of the worker loop.
/// Errors: those of the work; kResourceExhausted ("out_of_memory"), kInternal ("internal_error").
Result<domain::Prediction> GuardWork(const std::function<Result<domain::Prediction>()>& work);

/// Reads a file into `buffer`, whose capacity is reused, and classifies it, guarded. Errors: those of base::ReadFile,
/// Classifier::Classify and GuardWork.
Result<domain::Prediction> ClassifyFile(serving::Classifier& classifier, const std::string& path, std::uint64_t max_bytes, std::size_t top, Bytes& buffer);

}  // namespace aqua::roles
