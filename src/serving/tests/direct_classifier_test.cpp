#include "aqua/serving/direct_classifier.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <thread>
#include <utility>

#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/inference/testing/model_folder.hpp"
#include "aqua/inference_reference/reference_network.hpp"
#include "aqua/serving/testing/solid_image.hpp"

namespace aqua::serving {
namespace {

using base::testing::TemporaryFolder;
using inference::testing::ColourModel;
using ::testing::HasSubstr;
using testing::kBlue;
using testing::kGreen;
using testing::kRed;
using testing::SolidPng;

/// Probability of the class of a pure colour: e^gain / (e^gain + 2).
double PureColourConfidence(double gain) { return std::exp(gain) / (std::exp(gain) + 2); }

inference::ModelPackage LoadPackage(const ColourModel& model, const std::string& warm_up_image = SolidPng(kRed)) {
  const TemporaryFolder folder;
  inference::testing::WriteModelFolder(folder.path(), warm_up_image, model);
  auto package = inference::LoadModelPackage(folder.path(), "reference", "", {});
  if (package) return *std::move(package);
  ADD_FAILURE() << package.error().message;
  return {};
}

DirectClassifierOptions Options(std::size_t sessions = 1) {
  DirectClassifierOptions options;
  options.loader = &inference::LoadReferenceNetwork;
  options.sessions = sessions;
  return options;
}

std::unique_ptr<Classifier> MakeOrFail(const ColourModel& model, const DirectClassifierOptions& options = Options()) {
  auto classifier = MakeDirectClassifier(LoadPackage(model), options);
  if (classifier) return *std::move(classifier);
  ADD_FAILURE() << classifier.error().message;
  return nullptr;
}

domain::Prediction ClassifyOrFail(Classifier& classifier, const std::string& image, std::size_t top = 1) {
  auto prediction = classifier.Classify(AsBytes(image), {.top = top});
  if (prediction) return *std::move(prediction);
  ADD_FAILURE() << prediction.error().message;
  return {};
}

TEST(DirectClassifierTest, ComputesTheConfidenceOfEveryClass) {
  const auto classifier = MakeOrFail({});
  // Channel means 1, 51/255 = 0.2 and 0 at gain 4: logits 4, 0.8, 0; e^4 + e^0.8 + 1 = 57.823691.
  const domain::Prediction prediction = ClassifyOrFail(*classifier, SolidPng({255, 51, 0}), 3);
  ASSERT_EQ(prediction.candidates.size(), 3U);
  EXPECT_EQ(prediction.candidates[0].species.label, "red");
  EXPECT_NEAR(prediction.candidates[0].confidence, 0.9442176, 1e-6);
  EXPECT_EQ(prediction.candidates[1].species.label, "green");
  EXPECT_NEAR(prediction.candidates[1].confidence, 0.0384885, 1e-6);
  EXPECT_EQ(prediction.candidates[2].species.label, "blue");
  EXPECT_NEAR(prediction.candidates[2].confidence, 0.0172940, 1e-6);
  EXPECT_EQ(prediction.species.common_name, "Red fish");
  EXPECT_EQ(prediction.species.scientific_name, "Piscis ruber");
  EXPECT_DOUBLE_EQ(prediction.rejection_score, prediction.confidence);
}

TEST(DirectClassifierTest, DividesByTheCalibrationTemperature) {
  ColourModel model;
  model.temperature = 2;
  model.warm_up_confidence = PureColourConfidence(2);
  const auto classifier = MakeOrFail(model);
  EXPECT_NEAR(ClassifyOrFail(*classifier, SolidPng(kBlue)).confidence, PureColourConfidence(2), 1e-6);
}

TEST(DirectClassifierTest, TellsWhatStandsBehindIt) {
  const auto classifier = MakeOrFail({});
  EXPECT_EQ(classifier->info().model, "fish_species");
  EXPECT_EQ(classifier->info().model_version, "v1.0.0");
  EXPECT_EQ(classifier->info().preprocess_id, "stretch-32-v1");
  EXPECT_EQ(classifier->info().engine, "reference engine, cpu, fp32");
}

TEST(DirectClassifierTest, RejectsFishUnderTheModelsThresholdAndStillNamesCandidates) {
  ColourModel model;
  model.rejection_threshold = 0.9;
  const auto classifier = MakeOrFail(model);
  EXPECT_FALSE(ClassifyOrFail(*classifier, SolidPng(kGreen)).rejected);
  // Grey: three equal logits, so 1/3 each.
  const domain::Prediction grey = ClassifyOrFail(*classifier, SolidPng({128, 128, 128}), 2);
  EXPECT_TRUE(grey.rejected);
  EXPECT_NEAR(grey.rejection_score, 1.0 / 3, 1e-6);
  EXPECT_EQ(grey.candidates.size(), 2U);
  EXPECT_EQ(grey.species.label, "red");
}

TEST(DirectClassifierTest, RejectsByEnergyWhenTheModelSaysSo) {
  ColourModel model;
  model.rejection_method = "energy";
  model.rejection_threshold = 3;
  const auto classifier = MakeOrFail(model);
  // log(e^4 + 2) = 4.0359764; black: log 3 = 1.0986123.
  const domain::Prediction green = ClassifyOrFail(*classifier, SolidPng(kGreen));
  EXPECT_FALSE(green.rejected);
  EXPECT_NEAR(green.rejection_score, 4.0359764, 1e-5);
  const domain::Prediction black = ClassifyOrFail(*classifier, SolidPng({0, 0, 0}));
  EXPECT_TRUE(black.rejected);
  EXPECT_NEAR(black.rejection_score, 1.0986123, 1e-5);
}

TEST(DirectClassifierTest, MarksLowConfidenceByTheUsersThresholdOnly) {
  DirectClassifierOptions options = Options();
  options.confidence_threshold = 0.5;
  const auto classifier = MakeOrFail({}, options);
  const domain::Prediction grey = ClassifyOrFail(*classifier, SolidPng({128, 128, 128}));
  EXPECT_TRUE(grey.low_confidence);
  EXPECT_FALSE(grey.rejected);
  EXPECT_FALSE(ClassifyOrFail(*classifier, SolidPng(kRed)).low_confidence);
}

TEST(DirectClassifierTest, ZeroCandidatesAreTakenAsOne) { EXPECT_EQ(ClassifyOrFail(*MakeOrFail({}), SolidPng(kRed), 0).candidates.size(), 1U); }

TEST(DirectClassifierTest, TellsWhatTheFileWas) {
  const domain::Prediction prediction = ClassifyOrFail(*MakeOrFail({}), SolidPng(kRed, 300, 200));
  EXPECT_EQ(prediction.image_width, 300);
  EXPECT_EQ(prediction.image_height, 200);
  EXPECT_EQ(prediction.image_format, "PNG");
}

TEST(DirectClassifierTest, TheThumbnailIsAJpegOfTheAskedSizeThatShowsThePicture) {
  const auto classifier = MakeOrFail({});
  const auto prediction = classifier->Classify(AsBytes(SolidPng(kGreen, 300, 200)), {.top = 1, .thumbnail_side = 60});
  ASSERT_TRUE(prediction.has_value());
  const auto again = classifier->Classify(prediction->thumbnail_jpeg, {.top = 1});
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->image_format, "JPEG");
  EXPECT_EQ(again->image_width, 60);
  EXPECT_EQ(again->image_height, 40);
  EXPECT_EQ(again->species.label, "green");
}

TEST(DirectClassifierTest, ErrorsOfTheImagePassThrough) {
  const auto classifier = MakeOrFail({});
  const std::string picture = SolidPng(kRed);
  const std::pair<std::string, const char*> cases[] = {
      {"", "empty"}, {"hello, I am text", "not_an_image"}, {picture.substr(0, picture.size() / 2), "corrupt"}, {SolidPng(kRed, 8, 8), "too_small"}};
  for (const auto& [bytes, reason] : cases) {
    const auto prediction = classifier->Classify(AsBytes(bytes), {.top = 1});
    ASSERT_FALSE(prediction.has_value()) << reason;
    EXPECT_EQ(prediction.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(prediction.error().reason, reason);
  }
}

TEST(DirectClassifierTest, TheLimitsOfTheOptionsApply) {
  DirectClassifierOptions options = Options();
  options.limits.max_side = 50;
  const auto classifier = MakeOrFail({}, options);
  const auto prediction = classifier->Classify(AsBytes(SolidPng(kRed, 51, 40)), {.top = 1});
  ASSERT_FALSE(prediction.has_value());
  EXPECT_EQ(prediction.error().reason, "too_large");
}

/// The error of a classifier that must not be made.
Error Refusal(const inference::ModelPackage& package, const DirectClassifierOptions& options = Options()) {
  auto classifier = MakeDirectClassifier(package, options);
  if (!classifier) return classifier.error();
  ADD_FAILURE() << "made";
  return {};
}

TEST(DirectClassifierTest, RefusesAModelWhoseWarmUpImageGetsAnotherConfidence) {
  ColourModel model;
  model.warm_up_confidence = PureColourConfidence(4) - 0.01;
  model.warm_up_tolerance = 0.009;
  const Error error = Refusal(LoadPackage(model));
  EXPECT_EQ(error.code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(error.reason, "warm_up_mismatch");
  EXPECT_THAT(error.message, HasSubstr("sample.png"));
  model.warm_up_tolerance = 0.011;
  EXPECT_NE(MakeOrFail(model), nullptr);
}

TEST(DirectClassifierTest, RefusesAModelWhoseWarmUpImageGetsAnotherClass) { EXPECT_EQ(Refusal(LoadPackage({}, SolidPng(kGreen))).reason, "warm_up_mismatch"); }

TEST(DirectClassifierTest, RefusesAModelWhoseWarmUpImageCannotBeRead) {
  const Error error = Refusal(LoadPackage({}, "no picture at all, only text"));
  EXPECT_EQ(error.reason, "not_an_image");
  EXPECT_THAT(error.message, ::testing::StartsWith("warm-up image sample.png: "));
}

TEST(DirectClassifierTest, RefusesANetworkThatDiffersFromItsSidecar) {
  inference::ModelPackage package = LoadPackage({});
  const auto with_network = [&package](const std::string& onnx) {
    inference::ModelPackage other = package;
    other.onnx.assign(onnx.begin(), onnx.end());
    return Refusal(other).reason;
  };
  EXPECT_EQ(with_network(inference::testing::MeanColourModel(48, 4)), "signature_mismatch");
  EXPECT_EQ(with_network(inference::testing::MeanColourModel(32, 4, 2)), "signature_mismatch");
  package.sidecar.logits_name = "scores";
  EXPECT_EQ(Refusal(package).reason, "signature_mismatch");
}

TEST(DirectClassifierTest, ErrorsOfTheEnginePassThrough) {
  inference::ModelPackage package = LoadPackage({});
  package.file.precision = "int8";
  EXPECT_EQ(Refusal(package).reason, "precision_not_supported");
  // The file declares three classes but computes as many as the picture has pixels.
  using inference::testing::ImageGraph;
  using inference::testing::Model;
  using inference::testing::Node;
  package = LoadPackage({});
  const std::string onnx = Model(ImageGraph(32, 3).Message(1, Node("Flatten", {"images"}, {"logits"}))).bytes();
  package.onnx.assign(onnx.begin(), onnx.end());
  EXPECT_EQ(Refusal(package).reason, "engine_failed");
}

TEST(DirectClassifierTest, WeightsThatAreNotNumbersAreRefusedAtTheWarmUp) {
  inference::ModelPackage package = LoadPackage({});
  const std::string onnx = inference::testing::MeanColourModel(32, std::nanf(""));
  package.onnx.assign(onnx.begin(), onnx.end());
  EXPECT_EQ(Refusal(package).reason, "non_finite_output");
}

TEST(DirectClassifierTest, FourThreadsOnTwoSessionsGetTheAnswersOfOne) {
  const auto classifier = MakeOrFail({}, Options(2));
  const testing::Colour colours[] = {kRed, kGreen, kBlue, {200, 100, 50}};
  const char* const labels[] = {"red", "green", "blue", "red"};
  // The last one: means 0.7843137, 0.3921569, 0.1960784 at gain 4; e^(4m): 23.0405, 4.8001, 2.1909.
  const double confidences[] = {PureColourConfidence(4), PureColourConfidence(4), PureColourConfidence(4), 0.7672124};
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      const std::string image = SolidPng(colours[i]);
      for (int round = 0; round < 25; ++round) {
        const domain::Prediction prediction = ClassifyOrFail(*classifier, image);
        EXPECT_EQ(prediction.species.label, labels[i]);
        EXPECT_NEAR(prediction.confidence, confidences[i], 1e-5);
      }
    });
}

}  // namespace
}  // namespace aqua::serving
