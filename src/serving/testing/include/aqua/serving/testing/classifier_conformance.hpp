#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "aqua/serving/classifier.hpp"
#include "aqua/serving/testing/solid_image.hpp"

namespace aqua::serving::testing {

/// Makes a classifier with the labels "red", "green" and "blue", which answers with the label of the strongest channel of
/// a picture and refuses what is no picture.
using ClassifierFactory = std::function<std::unique_ptr<Classifier>()>;

/// What every classifier must do alike. Instantiate with INSTANTIATE_TEST_SUITE_P for a factory.
class ClassifierConformanceTest : public ::testing::TestWithParam<ClassifierFactory> {
 protected:
  void SetUp() override {
    classifier_ = GetParam()();
    ASSERT_NE(classifier_, nullptr);
  }

  domain::Prediction Classify(const std::string& image, std::size_t top) {
    auto prediction = classifier_->Classify(AsBytes(image), {.top = top});
    if (prediction) return *std::move(prediction);
    ADD_FAILURE() << prediction.error().message;
    return {};
  }

  std::unique_ptr<Classifier> classifier_;
};

TEST_P(ClassifierConformanceTest, TellsWhatStandsBehindIt) {
  const ClassifierInfo& info = classifier_->info();
  EXPECT_FALSE(info.model.empty());
  EXPECT_FALSE(info.model_version.empty());
  EXPECT_FALSE(info.preprocess_id.empty());
  EXPECT_FALSE(info.engine.empty());
  ASSERT_EQ(info.labels.size(), 3U);
  EXPECT_EQ(info.labels[0].label, "red");
  EXPECT_EQ(info.labels[1].label, "green");
  EXPECT_EQ(info.labels[2].label, "blue");
}

TEST_P(ClassifierConformanceTest, AnswersWithTheRightClass) {
  EXPECT_EQ(Classify(SolidPng(kRed), 1).species.label, "red");
  EXPECT_EQ(Classify(SolidPng(kGreen), 1).species.label, "green");
  EXPECT_EQ(Classify(SolidPng(kBlue), 1).species.label, "blue");
}

TEST_P(ClassifierConformanceTest, EveryAnswerNamesModelVersionAndPreprocessing) {
  const domain::Prediction prediction = Classify(SolidPng(kRed), 1);
  EXPECT_EQ(prediction.model, classifier_->info().model);
  EXPECT_EQ(prediction.model_version, classifier_->info().model_version);
  EXPECT_EQ(prediction.preprocess_id, classifier_->info().preprocess_id);
}

TEST_P(ClassifierConformanceTest, GivesAsManyCandidatesAsAskedForAndNoMoreThanThereAre) {
  for (const auto& [top, count] : {std::pair<std::size_t, std::size_t>{1, 1}, {2, 2}, {3, 3}, {100, 3}}) {
    const domain::Prediction prediction = Classify(SolidPng(kGreen), top);
    ASSERT_EQ(prediction.candidates.size(), count);
    EXPECT_EQ(prediction.candidates[0].species.label, prediction.species.label);
    EXPECT_DOUBLE_EQ(prediction.candidates[0].confidence, prediction.confidence);
    for (std::size_t i = 1; i < count; ++i) EXPECT_GE(prediction.candidates[i - 1].confidence, prediction.candidates[i].confidence);
  }
}

TEST_P(ClassifierConformanceTest, GivesAThumbnailOnlyWhenAskedForOne) {
  const std::string image = SolidPng(kRed);
  EXPECT_TRUE(classifier_->Classify(AsBytes(image), {.top = 1}).value().thumbnail_jpeg.empty());
  EXPECT_FALSE(classifier_->Classify(AsBytes(image), {.top = 1, .thumbnail_side = 16}).value().thumbnail_jpeg.empty());
}

TEST_P(ClassifierConformanceTest, TheConfidencesOfAllClassesSumToOne) {
  double sum = 0;
  for (const domain::Candidate& candidate : Classify(SolidPng({90, 120, 30}), 3).candidates) sum += candidate.confidence;
  EXPECT_NEAR(sum, 1, 1e-9);
}

TEST_P(ClassifierConformanceTest, RefusesWhatIsNoPictureAndGoesOn) {
  for (const std::string& bytes : {std::string(), std::string("this is no picture")}) {
    const auto prediction = classifier_->Classify(AsBytes(bytes), {.top = 1});
    ASSERT_FALSE(prediction.has_value());
    EXPECT_EQ(prediction.error().code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(prediction.error().reason.empty());
  }
  EXPECT_EQ(Classify(SolidPng(kRed), 1).species.label, "red");
}

TEST_P(ClassifierConformanceTest, CallsAtOnceGetTheAnswersOfCallsAlone) {
  const std::vector<Colour> colours = {{255, 0, 0}, {30, 200, 90}, {10, 20, 250}, {120, 130, 110}};
  std::vector<domain::Prediction> alone;
  for (const Colour& colour : colours) alone.push_back(Classify(SolidPng(colour), 3));
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < colours.size(); ++i)
    threads.emplace_back([&, i] {
      const std::string image = SolidPng(colours[i]);
      for (int round = 0; round < 10; ++round) {
        const auto prediction = classifier_->Classify(AsBytes(image), {.top = 3});
        ASSERT_TRUE(prediction.has_value());
        EXPECT_EQ(prediction->species.label, alone[i].species.label);
        for (std::size_t k = 0; k < 3; ++k) EXPECT_DOUBLE_EQ(prediction->candidates[k].confidence, alone[i].candidates[k].confidence);
      }
    });
}

}  // namespace aqua::serving::testing
