#include "aqua/serving/evaluation.hpp"

#include <gtest/gtest.h>

namespace aqua::serving {
namespace {

domain::Prediction Answer(const std::string& label, double confidence, double score, bool rejected = false) {
  domain::Prediction prediction;
  prediction.species.label = label;
  prediction.confidence = confidence;
  prediction.rejection_score = score;
  prediction.rejected = rejected;
  return prediction;
}

TEST(EvaluationTest, ComputesTheFiguresOfAHandComputedExample) {
  // Truth -> answer: bream -> bream twice and chub once, chub -> chub once and trout once (trout never occurs).
  Evaluation evaluation;
  evaluation.AddKnown("bream", Answer("bream", 0.9, 0.9));
  evaluation.AddKnown("bream", Answer("bream", 0.8, 0.8));
  evaluation.AddKnown("bream", Answer("chub", 0.6, 0.6));
  evaluation.AddKnown("chub", Answer("chub", 0.7, 0.7));
  evaluation.AddKnown("chub", Answer("trout", 0.4, 0.4, true));
  const EvaluationReport report = evaluation.Report();
  EXPECT_EQ(report.images, 5U);
  EXPECT_DOUBLE_EQ(report.accuracy, 3.0 / 5);
  EXPECT_DOUBLE_EQ(report.macro_recall, (2.0 / 3 + 1.0 / 2) / 2);
  // F1 = 2 TP / (2 TP + FP + FN): bream 4 / (4 + 0 + 1), chub 2 / (2 + 1 + 1).
  EXPECT_DOUBLE_EQ(report.macro_f1, (4.0 / 5 + 2.0 / 4) / 2);
  // Fewer images than bins: each is a bin of its own; |0.4 - 0| + |0.6 - 0| + 0.3 + 0.2 + 0.1 over 5.
  EXPECT_NEAR(report.ece, 1.6 / 5, 1e-12);
  EXPECT_DOUBLE_EQ(report.rejected_fraction, 1.0 / 5);
  ASSERT_EQ(report.per_class.size(), 3U);
  EXPECT_EQ(report.per_class.at("bream").images, 3U);
  EXPECT_DOUBLE_EQ(report.per_class.at("bream").recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(report.per_class.at("bream").precision.value(), 1);
  EXPECT_DOUBLE_EQ(report.per_class.at("chub").precision.value(), 1.0 / 2);
  EXPECT_EQ(report.per_class.at("trout").images, 0U);
  EXPECT_DOUBLE_EQ(report.per_class.at("trout").precision.value(), 0);
  EXPECT_FALSE(report.unknown.has_value());
}

TEST(EvaluationTest, AClassNeverAnsweredHasNoPrecision) {
  Evaluation evaluation;
  evaluation.AddKnown("bream", Answer("chub", 0.5, 0.5));
  const EvaluationReport report = evaluation.Report();
  EXPECT_FALSE(report.per_class.at("bream").precision.has_value());
  EXPECT_DOUBLE_EQ(report.per_class.at("bream").recall, 0);
  EXPECT_DOUBLE_EQ(report.macro_f1, 0);
}

TEST(EvaluationTest, WithoutImagesAllFiguresAreZero) {
  const EvaluationReport report = Evaluation().Report();
  EXPECT_EQ(report.images, 0U);
  EXPECT_EQ(report.accuracy, 0);
  EXPECT_EQ(report.macro_recall, 0);
  EXPECT_EQ(report.macro_f1, 0);
  EXPECT_EQ(report.ece, 0);
  EXPECT_EQ(report.rejected_fraction, 0);
  EXPECT_TRUE(report.per_class.empty());
}

TEST(EvaluationTest, ARejectedFishStillCountsForTheAccuracy) {
  Evaluation evaluation;
  evaluation.AddKnown("bream", Answer("bream", 0.9, 0.1, true));
  EXPECT_DOUBLE_EQ(evaluation.Report().accuracy, 1);
  EXPECT_DOUBLE_EQ(evaluation.Report().rejected_fraction, 1);
}

TEST(EvaluationTest, UnknownFishAreComparedByTheirRejectionScore) {
  Evaluation evaluation;
  evaluation.AddKnown("bream", Answer("bream", 0.5, 0.9));
  evaluation.AddKnown("bream", Answer("bream", 0.5, 0.8));
  evaluation.AddUnknown(Answer("bream", 0.99, 0.8));
  evaluation.AddUnknown(Answer("bream", 0.99, 0.1, true));
  const EvaluationReport report = evaluation.Report();
  EXPECT_EQ(report.images, 2U);
  ASSERT_TRUE(report.unknown.has_value());
  EXPECT_EQ(report.unknown->images, 2U);
  EXPECT_DOUBLE_EQ(report.unknown->auroc, 0.875);
  EXPECT_DOUBLE_EQ(report.unknown->fpr_at_95_tpr, 0.5);
  EXPECT_DOUBLE_EQ(report.unknown->rejected_fraction, 0.5);
}

TEST(EvaluationTest, UnknownFishAloneHaveNoCurve) {
  Evaluation evaluation;
  evaluation.AddUnknown(Answer("bream", 0.99, 0.8));
  const EvaluationReport report = evaluation.Report();
  EXPECT_EQ(report.images, 0U);
  ASSERT_TRUE(report.unknown.has_value());
  EXPECT_EQ(report.unknown->auroc, 0);
}

TEST(ExpectedCalibrationErrorTest, MatchesTheCheckValue) { EXPECT_NEAR(ExpectedCalibrationError({{0.9, true}, {0.8, false}}, 1), 0.35, 1e-12); }

TEST(ExpectedCalibrationErrorTest, BinsHoldEqualNumbersInOrderOfConfidence) {
  // Two bins: 0.1 wrong, 0.3 right -> |0.2 - 0.5|; 0.6 right, 0.8 right -> |0.7 - 1|. Both weigh one half.
  EXPECT_NEAR(ExpectedCalibrationError({{0.8, true}, {0.3, true}, {0.6, true}, {0.1, false}}, 2), 0.3, 1e-12);
  // Bins of two and three: 0.1, 0.2 wrong -> 0.15 of weight 2/5; 0.5, 0.6, 0.7 right -> 0.4 of weight 3/5.
  EXPECT_NEAR(ExpectedCalibrationError({{0.1, false}, {0.2, false}, {0.5, true}, {0.6, true}, {0.7, true}}, 2), 0.15 * 0.4 + 0.4 * 0.6, 1e-12);
}

TEST(ExpectedCalibrationErrorTest, IsZeroForNoOutcomesAndForPerfectCalibration) {
  EXPECT_EQ(ExpectedCalibrationError({}, 15), 0);
  EXPECT_NEAR(ExpectedCalibrationError({{0.5, true}, {0.5, false}}, 1), 0, 1e-12);
}

TEST(AreaUnderRocTest, MatchesTheCheckValue) { EXPECT_DOUBLE_EQ(AreaUnderRoc({0.9, 0.8}, {0.8, 0.1}), 0.875); }

TEST(AreaUnderRocTest, IsOneForPerfectZeroForReversedAndHalfForEqualScores) {
  EXPECT_DOUBLE_EQ(AreaUnderRoc({3, 4}, {2, 1, 0}), 1);
  EXPECT_DOUBLE_EQ(AreaUnderRoc({1, 2}, {3, 4}), 0);
  EXPECT_DOUBLE_EQ(AreaUnderRoc({5, 5}, {5, 5, 5}), 0.5);
}

TEST(FalsePositiveRateAt95Test, TheThresholdIsTheHighestThatKeeps95PercentOfThePositives) {
  // Of twenty positives 1..20 nineteen must stay: the threshold is 2, and of the negatives 1, 2, 3, 0 two reach it.
  std::vector<double> positives;
  for (int i = 20; i >= 1; --i) positives.push_back(i);
  EXPECT_DOUBLE_EQ(FalsePositiveRateAt95(positives, {1, 2, 3, 0}), 0.5);
  // Of nineteen all must stay, for eighteen are less than 95 %: the threshold is 2.
  positives.pop_back();
  EXPECT_DOUBLE_EQ(FalsePositiveRateAt95(positives, {1, 2, 3, 0}), 0.5);
  // Of twenty-one twenty must stay.
  positives.push_back(1);
  positives.push_back(0.5);
  EXPECT_DOUBLE_EQ(FalsePositiveRateAt95(positives, {1, 2, 3, 0}), 0.75);
}

TEST(FalsePositiveRateAt95Test, NoNegativeAboveThePositivesIsNone) {
  EXPECT_DOUBLE_EQ(FalsePositiveRateAt95({2, 3}, {1, 1.5}), 0);
  EXPECT_DOUBLE_EQ(FalsePositiveRateAt95({2}, {2, 3}), 1);
}

}  // namespace
}  // namespace aqua::serving
