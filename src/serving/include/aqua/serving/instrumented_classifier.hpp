#pragma once

#include <memory>

#include "aqua/observe/metrics.hpp"
#include "aqua/serving/classifier.hpp"

namespace aqua::serving {

/// Counts and times the answers of another classifier, which it owns. Thread-safe; `registry` must outlive it.
/// aqua_serving_images_total{outcome="classified|rejected|failed"}: images by outcome, failed ones for whatever reason.
/// aqua_serving_classify_seconds: the whole call, waiting included, failed ones too.
/// aqua_serving_inference_seconds: the engine alone, of answered images.
/// model_predictions_total, model_prediction_duration_seconds: answered images and the whole call, as old dashboards name them.
class InstrumentedClassifier final : public Classifier {
 public:
  InstrumentedClassifier(std::unique_ptr<Classifier> inner, observe::MetricsRegistry& registry);

  Result<domain::Prediction> Classify(ByteView image, const ClassifyOptions& options) override;
  const ClassifierInfo& info() const override { return inner_->info(); }

 private:
  std::unique_ptr<Classifier> inner_;
  observe::Counter& classified_;
  observe::Counter& rejected_;
  observe::Counter& failed_;
  observe::Counter& predictions_;
  observe::Histogram& prediction_seconds_;
  observe::Histogram& inference_seconds_;
  observe::Histogram& classify_seconds_;
};

}  // namespace aqua::serving
