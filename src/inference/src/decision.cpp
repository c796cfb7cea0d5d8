#include "aqua/inference/decision.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace aqua::inference {
namespace {

/// exp(logit / temperature) of each logit, with the highest scaled to 1 so that nothing overflows.
struct Exponentials {
  double top = 0;  ///< highest logit / temperature
  std::vector<double> values;
  double sum = 0;
};

Exponentials Exponentiate(std::span<const float> logits, double temperature) {
  Exponentials result;
  result.top = static_cast<double>(*std::max_element(logits.begin(), logits.end())) / temperature;
  result.values.reserve(logits.size());
  for (const float logit : logits) {
    result.values.push_back(std::exp(static_cast<double>(logit) / temperature - result.top));
    result.sum += result.values.back();
  }
  return result;
}

std::vector<double> Softmax(std::span<const float> logits, double temperature) {
  Exponentials exponentials = Exponentiate(logits, temperature);
  for (double& value : exponentials.values) value /= exponentials.sum;
  return std::move(exponentials.values);
}

double Energy(std::span<const float> logits, double temperature) {
  const Exponentials exponentials = Exponentiate(logits, temperature);
  return temperature * (exponentials.top + std::log(exponentials.sum));
}

}  // namespace

Result<Decision> Decide(std::span<const float> logits, double temperature, const Rejection& rejection) {
  if (logits.empty() || !std::all_of(logits.begin(), logits.end(), [](float logit) { return std::isfinite(logit); }))
    return MakeError(ErrorCode::kInternal, "the model gave a result that is not a number; validate the model with `aqua model validate`", "non_finite_output");

  Decision decision;
  decision.probabilities = Softmax(logits, temperature);
  decision.ranking.resize(logits.size());
  std::iota(decision.ranking.begin(), decision.ranking.end(), std::size_t{0});
  std::stable_sort(decision.ranking.begin(), decision.ranking.end(), [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });

  switch (rejection.method) {
    case RejectionMethod::kMaxProbability: decision.rejection_score = decision.probabilities[decision.ranking.front()]; break;
    case RejectionMethod::kEnergy: decision.rejection_score = Energy(logits, rejection.energy_temperature); break;
  }
  decision.rejected = decision.rejection_score < rejection.threshold;
  return decision;
}

}  // namespace aqua::inference
