#include "aqua/serving/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace aqua::serving {
namespace {

constexpr std::size_t kCalibrationBins = 15;

double Ratio(std::size_t part, std::size_t whole) { return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole); }

}  // namespace

void Evaluation::AddKnown(const std::string& label, const domain::Prediction& prediction) {
  Counts& truth = classes_[label];
  ++truth.images;
  const bool correct = prediction.species.label == label;
  if (correct) ++truth.hits;
  ++classes_[prediction.species.label].answered;
  outcomes_.push_back({prediction.confidence, correct});
  known_scores_.push_back(prediction.rejection_score);
  if (prediction.rejected) ++known_rejected_;
}

void Evaluation::AddUnknown(const domain::Prediction& prediction) {
  unknown_scores_.push_back(prediction.rejection_score);
  if (prediction.rejected) ++unknown_rejected_;
}

EvaluationReport Evaluation::Report() const {
  EvaluationReport report;
  report.images = outcomes_.size();
  std::size_t hits = 0;
  std::size_t occurring = 0;
  for (const auto& [label, counts] : classes_) {
    ClassFigures figures;
    figures.images = counts.images;
    figures.recall = Ratio(counts.hits, counts.images);
    if (counts.answered > 0) figures.precision = Ratio(counts.hits, counts.answered);
    report.per_class[label] = figures;
    hits += counts.hits;
    if (counts.images == 0) continue;
    ++occurring;
    report.macro_recall += figures.recall;
    report.macro_f1 += Ratio(2 * counts.hits, counts.images + counts.answered);
  }
  report.accuracy = Ratio(hits, report.images);
  if (occurring > 0) {
    report.macro_recall /= static_cast<double>(occurring);
    report.macro_f1 /= static_cast<double>(occurring);
  }
  std::vector<std::pair<double, bool>> outcomes;
  for (const Outcome& outcome : outcomes_) outcomes.emplace_back(outcome.confidence, outcome.correct);
  report.ece = ExpectedCalibrationError(std::move(outcomes), kCalibrationBins);
  report.rejected_fraction = Ratio(known_rejected_, report.images);
  if (!unknown_scores_.empty()) {
    UnknownFigures& unknown = report.unknown.emplace();
    unknown.images = unknown_scores_.size();
    unknown.rejected_fraction = Ratio(unknown_rejected_, unknown.images);
    if (!known_scores_.empty()) {
      unknown.auroc = AreaUnderRoc(known_scores_, unknown_scores_);
      unknown.fpr_at_95_tpr = FalsePositiveRateAt95(known_scores_, unknown_scores_);
    }
  }
  return report;
}

double ExpectedCalibrationError(std::vector<std::pair<double, bool>> outcomes, std::size_t bins) {
  if (outcomes.empty()) return 0;
  std::stable_sort(outcomes.begin(), outcomes.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  double error = 0;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    const std::size_t begin = bin * outcomes.size() / bins;
    const std::size_t end = (bin + 1) * outcomes.size() / bins;
    double confidence = 0;
    double correct = 0;
    for (std::size_t i = begin; i < end; ++i) {
      confidence += outcomes[i].first;
      correct += outcomes[i].second ? 1.0 : 0.0;
    }
    error += std::abs(confidence - correct);
  }
  return error / static_cast<double>(outcomes.size());
}

double AreaUnderRoc(const std::vector<double>& positives, std::vector<double> negatives) {
  std::sort(negatives.begin(), negatives.end());
  double wins = 0;
  for (const double score : positives) {
    const auto [low, high] = std::equal_range(negatives.begin(), negatives.end(), score);
    wins += static_cast<double>(low - negatives.begin()) + 0.5 * static_cast<double>(high - low);
  }
  return wins / (static_cast<double>(positives.size()) * static_cast<double>(negatives.size()));
}

double FalsePositiveRateAt95(std::vector<double> positives, const std::vector<double>& negatives) {
  if (positives.empty() || negatives.empty()) return 0;
  std::sort(positives.begin(), positives.end(), std::greater<>());
  const auto kept = static_cast<std::size_t>(std::ceil(0.95 * static_cast<double>(positives.size())));
  const double threshold = positives[kept - 1];
  const auto accepted = std::count_if(negatives.begin(), negatives.end(), [threshold](double score) { return score >= threshold; });
  return Ratio(static_cast<std::size_t>(accepted), negatives.size());
}

}  // namespace aqua::serving
