#include "aqua/serving/instrumented_classifier.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace aqua::serving {
namespace {

using Seconds = std::chrono::duration<double>;

/// Upper bounds in seconds, from a small network on a fast core to a call that waited for others.
std::vector<double> Buckets() { return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}; }

observe::Counter& OutcomeCounter(observe::MetricsRegistry& registry, const std::string& outcome) {
  return registry.AddCounter("aqua_serving_images_total", "Images by what became of them.", {{"outcome", outcome}});
}

}  // namespace

InstrumentedClassifier::InstrumentedClassifier(std::unique_ptr<Classifier> inner, observe::MetricsRegistry& registry)
    : inner_(std::move(inner)),
      classified_(OutcomeCounter(registry, "classified")),
      rejected_(OutcomeCounter(registry, "rejected")),
      failed_(OutcomeCounter(registry, "failed")),
      predictions_(registry.AddCounter("model_predictions_total", "Images that a model answered.")),
      prediction_seconds_(registry.AddHistogram("model_prediction_duration_seconds", "Time to answer one image.", Buckets())),
      inference_seconds_(registry.AddHistogram("aqua_serving_inference_seconds", "Time in the engine for one image.", Buckets())),
      classify_seconds_(registry.AddHistogram("aqua_serving_classify_seconds", "Time to classify one image, waiting included.", Buckets())) {}

Result<domain::Prediction> InstrumentedClassifier::Classify(ByteView image, const ClassifyOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  auto prediction = inner_->Classify(image, options);
  const double seconds = Seconds(std::chrono::steady_clock::now() - start).count();
  classify_seconds_.Observe(seconds);
  if (!prediction) {
    failed_.Increment();
    return prediction;
  }
  (prediction->rejected ? rejected_ : classified_).Increment();
  predictions_.Increment();
  prediction_seconds_.Observe(seconds);
  inference_seconds_.Observe(Seconds(prediction->inference_time).count());
  return prediction;
}

}  // namespace aqua::serving
