#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "aqua/serving/classifier.hpp"

namespace aqua::serving::testing {

/// A classifier whose answers come from a function of the image and the number of candidates. Thread-safe: the function is
/// called by one thread at a time. Model, version and preprocessing of an answer are filled in.
class FakeClassifier final : public Classifier {
 public:
  using Answer = std::function<Result<domain::Prediction>(ByteView image, std::size_t top)>;

  FakeClassifier(ClassifierInfo info, Answer answer) : info_(std::move(info)), answer_(std::move(answer)) {}

  Result<domain::Prediction> Classify(ByteView image, const ClassifyOptions& options) override {
    const std::lock_guard lock(mutex_);
    auto prediction = answer_(image, options.top);
    if (!prediction) return prediction;
    if (options.thumbnail_side > 0) prediction->thumbnail_jpeg = {0xFF, 0xD8};
    prediction->model = info_.model;
    prediction->model_version = info_.model_version;
    prediction->preprocess_id = info_.preprocess_id;
    return prediction;
  }

  const ClassifierInfo& info() const override { return info_; }

 private:
  ClassifierInfo info_;
  Answer answer_;
  std::mutex mutex_;  // guards answer_
};

/// A prediction whose candidates are the first `top` of those given, most probable first.
inline domain::Prediction PredictionOf(std::vector<domain::Candidate> candidates, std::size_t top) {
  domain::Prediction prediction;
  candidates.resize(std::min(std::max<std::size_t>(top, 1), candidates.size()));
  prediction.species = candidates.front().species;
  prediction.confidence = candidates.front().confidence;
  prediction.rejection_score = prediction.confidence;
  prediction.candidates = std::move(candidates);
  return prediction;
}

}  // namespace aqua::serving::testing
