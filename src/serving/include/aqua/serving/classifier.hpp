#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/domain/prediction.hpp"

namespace aqua::serving {

/// What stands behind a classifier, for answers and reports.
struct ClassifierInfo {
  std::string model;
  std::string model_version;
  std::string preprocess_id;
  std::string engine;                   ///< "OpenVINO 2026.4.1, cpu, fp32"
  std::vector<domain::Species> labels;  ///< by class index
};

/// What an answer is to hold.
struct ClassifyOptions {
  std::size_t top = 5;     ///< candidates, at least 1
  int thumbnail_side = 0;  ///< longer side of the thumbnail in pixels, at most; 0: none
};

/// Answers which fish an encoded image shows. Thread-safe; Classify() blocks for one inference, or longer while all
/// sessions are busy.
class Classifier {
 public:
  virtual ~Classifier() = default;

  /// image: the bytes of a JPEG, PNG or WebP file.
  /// Errors: those of imaging::Decode (the image is at fault) and of inference::Session::Run.
  virtual Result<domain::Prediction> Classify(ByteView image, const ClassifyOptions& options) = 0;

  virtual const ClassifierInfo& info() const = 0;
};

}  // namespace aqua::serving
