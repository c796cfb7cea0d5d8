#include "aqua/serving/direct_classifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>

#include "aqua/base/assert.hpp"
#include "aqua/imaging/preprocessor.hpp"
#include "aqua/imaging/thumbnail.hpp"
#include "aqua/inference/decision.hpp"

namespace aqua::serving {
namespace {

/// What one classification in progress needs; used by one thread at a time.
struct Lane {
  std::unique_ptr<inference::Session> session;
  imaging::Preprocessor preprocessor;
};

/// A bounded set of lanes. Thread-safe; Take() waits while all are out.
class LanePool {
 public:
  /// Gives its lane back when it goes out of scope.
  class Lease {
   public:
    Lease(LanePool& pool, std::unique_ptr<Lane> lane) : pool_(pool), lane_(std::move(lane)) {}
    ~Lease() { pool_.Return(std::move(lane_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Lane* operator->() { return lane_.get(); }

   private:
    LanePool& pool_;
    std::unique_ptr<Lane> lane_;
  };

  void Return(std::unique_ptr<Lane> lane) {
    {
      const std::lock_guard lock(mutex_);
      lanes_.push_back(std::move(lane));
    }
    returned_.notify_one();
  }

  Lease Take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !lanes_.empty(); });
    std::unique_ptr<Lane> lane = std::move(lanes_.back());
    lanes_.pop_back();
    return {*this, std::move(lane)};
  }

 private:
  std::mutex mutex_;  // guards lanes_
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

class DirectClassifier final : public Classifier {
 public:
  DirectClassifier(const inference::ModelPackage& package, const DirectClassifierOptions& options, std::unique_ptr<inference::Network> network)
      : temperature_(package.sidecar.temperature),
        rejection_(package.sidecar.rejection),
        confidence_threshold_(options.confidence_threshold),
        network_(std::move(network)),
        info_{package.sidecar.name, package.sidecar.version, package.sidecar.preprocess.id, network_->description(), package.sidecar.labels} {}

  Status Prepare(const inference::ModelPackage& package, const DirectClassifierOptions& options) {
    const auto& outputs = network_->outputs();
    const auto logits = std::find_if(outputs.begin(), outputs.end(), [&](const auto& output) { return output.name == package.sidecar.logits_name; });
    const imaging::PreprocessSpec& spec = package.sidecar.preprocess;
    if (network_->input().shape != std::vector<std::size_t>{3, static_cast<std::size_t>(spec.height), static_cast<std::size_t>(spec.width)} ||
        logits == outputs.end() || logits->size() != info_.labels.size())
      return MakeError(ErrorCode::kInvalidArgument, "the engine reads other inputs or outputs in the network than model.json declares", "signature_mismatch");
    logits_index_ = static_cast<std::size_t>(logits - outputs.begin());
    for (std::size_t i = 0; i < std::max<std::size_t>(options.sessions, 1); ++i) {
      AQUA_TRY_ASSIGN(auto session, network_->CreateSession());
      lanes_.Return(std::make_unique<Lane>(Lane{std::move(session), imaging::Preprocessor(package.sidecar.preprocess, options.limits)}));
    }
    return CheckWarmUp(package);
  }

  Result<domain::Prediction> Classify(ByteView image, const ClassifyOptions& options) override {
    LanePool::Lease lane = lanes_.Take();
    AQUA_TRY(lane->preprocessor.Run(image, lane->session->Input(1)));
    const auto start = std::chrono::steady_clock::now();
    AQUA_TRY(lane->session->Run(1));
    const auto inference_time = std::chrono::steady_clock::now() - start;
    AQUA_TRY_ASSIGN(const inference::Decision decision, inference::Decide(lane->session->Output(logits_index_, 1), temperature_, rejection_));
    domain::Prediction prediction = MakePrediction(decision, options.top, inference_time);
    const imaging::ImageInfo& info = lane->preprocessor.info();
    prediction.image_width = info.width;
    prediction.image_height = info.height;
    prediction.image_format = Name(info.format);
    if (options.thumbnail_side > 0) {
      AQUA_TRY_ASSIGN(prediction.thumbnail_jpeg, imaging::MakeThumbnail(lane->preprocessor.decoded(), options.thumbnail_side));
    }
    return prediction;
  }

  const ClassifierInfo& info() const override { return info_; }

 private:
  domain::Prediction MakePrediction(const inference::Decision& decision, std::size_t top, std::chrono::nanoseconds inference_time) const {
    domain::Prediction prediction;
    prediction.model = info_.model;
    prediction.model_version = info_.model_version;
    prediction.preprocess_id = info_.preprocess_id;
    for (std::size_t i = 0; i < std::min(std::max<std::size_t>(top, 1), decision.ranking.size()); ++i)
      prediction.candidates.push_back({info_.labels[decision.ranking[i]], decision.probabilities[decision.ranking[i]]});
    prediction.species = prediction.candidates.front().species;
    prediction.confidence = prediction.candidates.front().confidence;
    prediction.rejected = decision.rejected;
    prediction.rejection_score = decision.rejection_score;
    prediction.low_confidence = prediction.confidence < confidence_threshold_;
    prediction.inference_time = inference_time;
    return prediction;
  }

  Status CheckWarmUp(const inference::ModelPackage& package) {
    const inference::WarmUp& expected = package.sidecar.warm_up;
    auto prediction = Classify(package.warm_up_image, {.top = 1});
    if (!prediction) return prediction.error().WithContext("warm-up image " + expected.image);
    if (prediction->species.label == expected.label && std::abs(prediction->confidence - expected.confidence) <= expected.tolerance) return {};
    return MakeError(ErrorCode::kFailedPrecondition,
                     fmt::format("the warm-up image {} must be '{}' with confidence {:.3f} ± {:.3f}, but this engine says '{}' with {:.3f}; model, engine and "
                                 "processor do not fit together",
                                 expected.image, expected.label, expected.confidence, expected.tolerance, prediction->species.label, prediction->confidence),
                     "warm_up_mismatch");
  }

  double temperature_;
  inference::Rejection rejection_;
  double confidence_threshold_;
  std::unique_ptr<inference::Network> network_;
  ClassifierInfo info_;
  std::size_t logits_index_ = 0;
  LanePool lanes_;  // after network_: sessions must go first
};

}  // namespace

Result<std::unique_ptr<Classifier>> MakeDirectClassifier(const inference::ModelPackage& package, const DirectClassifierOptions& options) {
  AQUA_ASSERT(options.loader != nullptr);
  inference::NetworkOptions network_options;
  network_options.precision = package.file.precision;
  network_options.sessions = std::max<std::size_t>(options.sessions, 1);
  network_options.cache_folder = options.cache_folder;
  AQUA_TRY_ASSIGN(auto network, options.loader(package.onnx, network_options));
  auto classifier = std::make_unique<DirectClassifier>(package, options, std::move(network));
  AQUA_TRY(classifier->Prepare(package, options));
  return classifier;
}

}  // namespace aqua::serving
