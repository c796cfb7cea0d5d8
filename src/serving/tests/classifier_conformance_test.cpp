#include "aqua/serving/testing/classifier_conformance.hpp"

#include <png.h>

#include <algorithm>

#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/inference/testing/model_folder.hpp"
#include "aqua/inference_reference/reference_network.hpp"
#include "aqua/serving/direct_classifier.hpp"
#include "aqua/serving/testing/fake_classifier.hpp"

namespace aqua::serving::testing {
namespace {

const std::vector<domain::Species> kLabels = {{"red", "Red fish", ""}, {"green", "Green fish", ""}, {"blue", "Blue fish", ""}};

/// Answers by the share that each channel has in the first pixel of a PNG.
Result<domain::Prediction> AnswerByFirstPixel(ByteView image, std::size_t top) {
  png_image reader{};
  reader.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&reader, image.data(), image.size()) == 0) return MakeError(ErrorCode::kInvalidArgument, "no picture", "not_an_image");
  reader.format = PNG_FORMAT_RGB;
  Bytes pixels(PNG_IMAGE_SIZE(reader));
  if (png_image_finish_read(&reader, nullptr, pixels.data(), 0, nullptr) == 0) return MakeError(ErrorCode::kInvalidArgument, "damaged", "corrupt");
  std::vector<domain::Candidate> candidates;
  const double sum = pixels[0] + pixels[1] + pixels[2];
  for (std::size_t i = 0; i < 3; ++i) candidates.push_back({kLabels[i], pixels[i] / sum});
  std::stable_sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) { return a.confidence > b.confidence; });
  return PredictionOf(std::move(candidates), top);
}

std::unique_ptr<Classifier> MakeFake() {
  return std::make_unique<FakeClassifier>(ClassifierInfo{"fish_species", "v1.0.0", "none-v1", "fake", kLabels}, AnswerByFirstPixel);
}

std::unique_ptr<Classifier> MakeDirect() {
  const base::testing::TemporaryFolder folder;
  inference::testing::WriteModelFolder(folder.path(), SolidPng(kRed));
  const auto package = inference::LoadModelPackage(folder.path(), "reference", "", {});
  if (!package) return nullptr;
  DirectClassifierOptions options;
  options.loader = &inference::LoadReferenceNetwork;
  options.sessions = 2;
  auto classifier = MakeDirectClassifier(*package, options);
  return classifier ? *std::move(classifier) : nullptr;
}

INSTANTIATE_TEST_SUITE_P(Direct, ClassifierConformanceTest, ::testing::Values(&MakeDirect));
INSTANTIATE_TEST_SUITE_P(Fake, ClassifierConformanceTest, ::testing::Values(&MakeFake));

}  // namespace
}  // namespace aqua::serving::testing
