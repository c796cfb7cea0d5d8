#include "aqua/inference/decision.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numeric>

namespace aqua::inference {
namespace {

using ::testing::ElementsAre;

constexpr Rejection kAcceptAll{RejectionMethod::kMaxProbability, 1, 0};

Decision DecideOrFail(const std::vector<float>& logits, double temperature, const Rejection& rejection) {
  auto decision = Decide(logits, temperature, rejection);
  if (decision) return *std::move(decision);
  ADD_FAILURE() << decision.error().message;
  return {};
}

TEST(DecisionTest, ComputesTheSoftmaxOfTheLogits) {
  // e^1, e^2, e^3 over their sum 30.192875: 0.09003057, 0.24472847, 0.66524096.
  const Decision decision = DecideOrFail({1, 2, 3}, 1, kAcceptAll);
  ASSERT_EQ(decision.probabilities.size(), 3U);
  EXPECT_NEAR(decision.probabilities[0], 0.09003057, 1e-8);
  EXPECT_NEAR(decision.probabilities[1], 0.24472847, 1e-8);
  EXPECT_NEAR(decision.probabilities[2], 0.66524096, 1e-8);
  EXPECT_THAT(decision.ranking, ElementsAre(2, 1, 0));
}

TEST(DecisionTest, ATemperatureAboveOneFlattensTheProbabilities) {
  // Logits 0, 2 ln 3 at temperature 2 are 0, ln 3: probabilities 1/4 and 3/4. At temperature 1 they are 1/10 and 9/10.
  const auto logit = static_cast<float>(2 * std::log(3.0));
  EXPECT_NEAR(DecideOrFail({0, logit}, 2, kAcceptAll).probabilities[1], 0.75, 1e-7);
  EXPECT_NEAR(DecideOrFail({0, logit}, 1, kAcceptAll).probabilities[1], 0.9, 1e-7);
}

TEST(DecisionTest, ProbabilitiesSumToOneForHugeAndTinyLogits) {
  constexpr float kMax = std::numeric_limits<float>::max();
  for (const auto& logits : {std::vector<float>{kMax, -kMax, 0}, std::vector<float>{-kMax, -kMax, -kMax}, std::vector<float>{1000, 1000.5F, 999}}) {
    const Decision decision = DecideOrFail(logits, 0.001, kAcceptAll);
    EXPECT_NEAR(std::accumulate(decision.probabilities.begin(), decision.probabilities.end(), 0.0), 1.0, 1e-12);
  }
}

TEST(DecisionTest, EqualLogitsRankByLowerIndex) { EXPECT_THAT(DecideOrFail({5, 7, 5, 7, 5}, 1, kAcceptAll).ranking, ElementsAre(1, 3, 0, 2, 4)); }

TEST(DecisionTest, OneClassIsCertain) {
  const Decision decision = DecideOrFail({-3}, 1, kAcceptAll);
  EXPECT_THAT(decision.probabilities, ElementsAre(1.0));
  EXPECT_THAT(decision.ranking, ElementsAre(0));
}

TEST(DecisionTest, TheMaximumProbabilityIsTheRejectionScore) {
  // Two equal logits: the score is exactly 1/2.
  const Decision at = DecideOrFail({1, 1}, 1, {RejectionMethod::kMaxProbability, 1, 0.5});
  EXPECT_DOUBLE_EQ(at.rejection_score, 0.5);
  EXPECT_FALSE(at.rejected);
  EXPECT_TRUE(DecideOrFail({1, 1}, 1, {RejectionMethod::kMaxProbability, 1, 0.500001}).rejected);
  EXPECT_FALSE(DecideOrFail({1, 1}, 1, {RejectionMethod::kMaxProbability, 1, 0.499999}).rejected);
}

TEST(DecisionTest, TheEnergyIsComputedAtItsOwnTemperature) {
  // 1 · log(e^0 + e^0) = log 2; 2 · log(e^(0/2) + e^(2 ln 3 / 2)) = 2 · log(1 + 3) = 2.7725887. Calibration plays no part.
  EXPECT_NEAR(DecideOrFail({0, 0}, 5, {RejectionMethod::kEnergy, 1, 0}).rejection_score, 0.69314718, 1e-8);
  const auto logit = static_cast<float>(2 * std::log(3.0));
  EXPECT_NEAR(DecideOrFail({0, logit}, 5, {RejectionMethod::kEnergy, 2, 0}).rejection_score, 2.7725887, 1e-6);
}

TEST(DecisionTest, TheEnergyIsRejectedOnlyBelowTheThreshold) {
  // One class: log(e^4) = 4 exactly.
  EXPECT_FALSE(DecideOrFail({4}, 1, {RejectionMethod::kEnergy, 1, 3.9}).rejected);
  EXPECT_FALSE(DecideOrFail({4}, 1, {RejectionMethod::kEnergy, 1, 4}).rejected);
  EXPECT_TRUE(DecideOrFail({4}, 1, {RejectionMethod::kEnergy, 1, 4.1}).rejected);
}

TEST(DecisionTest, ARejectedFishKeepsItsProbabilitiesAndRanking) {
  const Decision decision = DecideOrFail({0, 1}, 1, {RejectionMethod::kMaxProbability, 1, 0.99});
  EXPECT_TRUE(decision.rejected);
  EXPECT_THAT(decision.ranking, ElementsAre(1, 0));
  EXPECT_NEAR(decision.probabilities[1], 0.73105858, 1e-8);  // 1 / (1 + e^-1)
}

TEST(DecisionTest, RefusesLogitsThatAreNotFiniteNumbers) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const auto& logits : {std::vector<float>{0, kNan}, std::vector<float>{kInfinity, 0}, std::vector<float>{0, -kInfinity}, std::vector<float>{}}) {
    const auto decision = Decide(logits, 1, kAcceptAll);
    ASSERT_FALSE(decision.has_value());
    EXPECT_EQ(decision.error().code, ErrorCode::kInternal);
    EXPECT_EQ(decision.error().reason, "non_finite_output");
  }
}

}  // namespace
}  // namespace aqua::inference
