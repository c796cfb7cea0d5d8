#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aqua/domain/prediction.hpp"

namespace aqua::serving {

struct ClassFigures {
  std::size_t images = 0;
  double recall = 0;
  std::optional<double> precision;  ///< none when the class was never answered
};

/// How well a model tells known fish from fish of other classes, by its rejection score.
struct UnknownFigures {
  std::size_t images = 0;
  double auroc = 0;          ///< chance that a known fish scores above an unknown one, ties counted half
  double fpr_at_95_tpr = 0;  ///< unknown fish accepted where 95 % of the known ones are
  double rejected_fraction = 0;
};

/// Figures of a classifier on labelled images. Fractions are 0–1.
struct EvaluationReport {
  std::size_t images = 0;
  double accuracy = 0;      ///< of the most probable class, rejected or not
  double macro_recall = 0;  ///< mean recall over the classes that occur
  double macro_f1 = 0;      ///< mean F1 over the classes that occur
  double ece = 0;           ///< expected calibration error, 15 bins of equal mass
  double rejected_fraction = 0;
  std::map<std::string, ClassFigures> per_class;
  std::optional<UnknownFigures> unknown;
};

/// Gathers predictions one by one and computes the report. For one thread at a time.
class Evaluation {
 public:
  /// A known fish whose class is `label`.
  void AddKnown(const std::string& label, const domain::Prediction& prediction);
  /// A fish of a class that the model does not know.
  void AddUnknown(const domain::Prediction& prediction);

  [[nodiscard]] EvaluationReport Report() const;

 private:
  struct Counts {
    std::size_t images = 0;
    std::size_t hits = 0;
    std::size_t answered = 0;
  };
  struct Outcome {
    double confidence;
    bool correct;
  };
  std::map<std::string, Counts> classes_;
  std::vector<Outcome> outcomes_;
  std::vector<double> known_scores_;
  std::vector<double> unknown_scores_;
  std::size_t known_rejected_ = 0;
  std::size_t unknown_rejected_ = 0;
};

/// Expected calibration error over `bins` bins of equal mass (sizes differ by at most one): the mean, weighted by
/// size, of |mean confidence − fraction correct|. 0 for no outcomes.
/// Check: confidences 0.9, 0.8 with outcomes right, wrong in one bin -> |0.85 − 0.5| = 0.35.
double ExpectedCalibrationError(std::vector<std::pair<double, bool>> outcomes, std::size_t bins);

/// Area under the ROC curve for "positives score higher", ties counted half (Mann–Whitney). Requires: both non-empty.
/// Check: positives {0.9, 0.8}, negatives {0.8, 0.1} -> 0.875.
double AreaUnderRoc(const std::vector<double>& positives, std::vector<double> negatives);

/// Fraction of negatives at or above the highest threshold that keeps at least 95 % of the positives at or above it.
double FalsePositiveRateAt95(std::vector<double> positives, const std::vector<double>& negatives);

}  // namespace aqua::serving
