#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "aqua/inference/sidecar.hpp"

namespace aqua::inference {

/// Classes by calibrated probability, and whether the fish is one the model knows.
struct Decision {
  std::vector<double> probabilities;  ///< by class index; sums to 1
  std::vector<std::size_t> ranking;   ///< class indices, most probable first, ties by lower index
  double rejection_score = 0;
  bool rejected = false;
};

/// Turns logits into a decision: softmax(logits / temperature), then the model's rejection rule.
/// logits: one a class. Errors: kInternal ("non_finite_output") when one is NaN or infinite.
Result<Decision> Decide(std::span<const float> logits, double temperature, const Rejection& rejection);

}  // namespace aqua::inference
