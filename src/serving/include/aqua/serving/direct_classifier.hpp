#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "aqua/imaging/decode.hpp"
#include "aqua/inference/model_package.hpp"
#include "aqua/inference/network.hpp"
#include "aqua/serving/classifier.hpp"

namespace aqua::serving {

struct DirectClassifierOptions {
  inference::NetworkLoader loader = nullptr;
  imaging::DecodeLimits limits;
  /// Images classified at once; each holds one session and the scratch memory of one decoder.
  std::size_t sessions = 1;
  /// Answers under this confidence are marked low_confidence, 0–1.
  double confidence_threshold = 0.5;
  /// Where the engine may keep compiled networks; empty: nowhere.
  std::filesystem::path cache_folder;
};

/// Makes a classifier that decodes, preprocesses, infers and decides in the calling thread, without a queue.
/// It is ready only when the model's warm-up image got the answer that its sidecar stores.
/// Errors: those of NetworkLoader; kInvalidArgument ("signature_mismatch") when the engine finds other inputs or outputs
/// than the sidecar declares; kFailedPrecondition ("warm_up_mismatch"); those of Classify() on that image.
Result<std::unique_ptr<Classifier>> MakeDirectClassifier(const inference::ModelPackage& package, const DirectClassifierOptions& options);

}  // namespace aqua::serving
