#include "aqua/serving/instrumented_classifier.hpp"

#include <gmock/gmock.h>

#include "aqua/serving/testing/fake_classifier.hpp"

namespace aqua::serving {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using testing::FakeClassifier;
using ::testing::HasSubstr;

const ClassifierInfo kInfo = {"fish_species", "v1.0.0", "none-v1", "fake", {{"bream", "Common bream", ""}}};

/// "known" is classified in 2 ms, "unknown" rejected in 20 ms; anything else fails.
Result<domain::Prediction> Answer(ByteView image, std::size_t top) {
  const std::string_view text = AsText(image);
  if (text != "known" && text != "unknown") return MakeError(ErrorCode::kInvalidArgument, "no picture", "not_an_image");
  domain::Prediction prediction = testing::PredictionOf({{kInfo.labels[0], 1.0}}, top);
  prediction.rejected = text == "unknown";
  prediction.inference_time = prediction.rejected ? milliseconds(20) : milliseconds(2);
  return prediction;
}

class InstrumentedClassifierTest : public ::testing::Test {
 protected:
  observe::MetricsRegistry registry_;
  InstrumentedClassifier classifier_{std::make_unique<FakeClassifier>(kInfo, Answer), registry_};
};

TEST_F(InstrumentedClassifierTest, PassesAnswersErrorsAndInfoThrough) {
  const auto prediction = classifier_.Classify(AsBytes("unknown"), {.top = 1});
  ASSERT_TRUE(prediction.has_value());
  EXPECT_TRUE(prediction->rejected);
  EXPECT_EQ(prediction->species.label, "bream");
  const auto failure = classifier_.Classify(AsBytes("x"), {.top = 1});
  ASSERT_FALSE(failure.has_value());
  EXPECT_EQ(failure.error().reason, "not_an_image");
  EXPECT_EQ(classifier_.info().model, "fish_species");
}

TEST_F(InstrumentedClassifierTest, PassesTheOptionsThrough) {
  EXPECT_TRUE(classifier_.Classify(AsBytes("known"), {.top = 1}).value().thumbnail_jpeg.empty());
  EXPECT_FALSE(classifier_.Classify(AsBytes("known"), {.top = 1, .thumbnail_side = 16}).value().thumbnail_jpeg.empty());
}

TEST_F(InstrumentedClassifierTest, ShowsEveryOutcomeBeforeTheFirstImage) {
  EXPECT_THAT(registry_.Text(),
              AllOf(HasSubstr("aqua_serving_images_total{outcome=\"classified\"} 0\n"), HasSubstr("aqua_serving_images_total{outcome=\"rejected\"} 0\n"),
                    HasSubstr("aqua_serving_images_total{outcome=\"failed\"} 0\n"), HasSubstr("model_predictions_total 0\n")));
}

TEST_F(InstrumentedClassifierTest, CountsImagesByOutcome) {
  for (const std::string_view image : {"known", "known", "known", "unknown", "x", "y"}) static_cast<void>(classifier_.Classify(AsBytes(image), {.top = 1}));
  EXPECT_THAT(registry_.Text(),
              AllOf(HasSubstr("aqua_serving_images_total{outcome=\"classified\"} 3\n"), HasSubstr("aqua_serving_images_total{outcome=\"rejected\"} 1\n"),
                    HasSubstr("aqua_serving_images_total{outcome=\"failed\"} 2\n"), HasSubstr("model_predictions_total 4\n")));
}

TEST_F(InstrumentedClassifierTest, TimesTheEngineForAnsweredImagesAndTheCallForAll) {
  for (const std::string_view image : {"known", "unknown", "x"}) static_cast<void>(classifier_.Classify(AsBytes(image), {.top = 1}));
  EXPECT_THAT(registry_.Text(),
              AllOf(HasSubstr("aqua_serving_inference_seconds_bucket{le=\"0.001\"} 0\n"), HasSubstr("aqua_serving_inference_seconds_bucket{le=\"0.0025\"} 1\n"),
                    HasSubstr("aqua_serving_inference_seconds_bucket{le=\"0.025\"} 2\n"), HasSubstr("aqua_serving_inference_seconds_sum 0.022"),
                    HasSubstr("aqua_serving_inference_seconds_count 2\n"), HasSubstr("aqua_serving_classify_seconds_count 3\n"),
                    HasSubstr("model_prediction_duration_seconds_count 2\n")));
}

TEST_F(InstrumentedClassifierTest, TwoClassifiersShareTheMetricsOfARegistry) {
  InstrumentedClassifier other(std::make_unique<FakeClassifier>(kInfo, Answer), registry_);
  static_cast<void>(classifier_.Classify(AsBytes("known"), {.top = 1}));
  static_cast<void>(other.Classify(AsBytes("known"), {.top = 1}));
  EXPECT_THAT(registry_.Text(), HasSubstr("aqua_serving_images_total{outcome=\"classified\"} 2\n"));
}

}  // namespace
}  // namespace aqua::serving
