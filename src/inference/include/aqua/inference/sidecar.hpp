#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/base/result.hpp"
#include "aqua/domain/prediction.hpp"
#include "aqua/imaging/preprocess_spec.hpp"

namespace aqua::inference {

/// One file of a model version.
struct ModelFile {
  std::string path;    ///< a plain name in the folder of the sidecar
  std::string sha256;  ///< 64 lower-case hexadecimal digits
  std::uint64_t bytes = 0;
  std::string precision;  ///< "fp32", "bf16" or "int8": the arithmetic it was evaluated with
  std::vector<std::string> engines;
  std::vector<std::string> default_for;
};

/// How a score that tells known fish from unknown ones is computed from the logits.
enum class RejectionMethod {
  kMaxProbability,  ///< highest calibrated probability
  kEnergy,          ///< T · log Σ exp(logit / T), T = parameters.temperature
};

struct Rejection {
  RejectionMethod method = RejectionMethod::kMaxProbability;
  double energy_temperature = 1;
  double threshold = 0;  ///< refused when the score is below
};

/// The image whose answer every load must reproduce.
struct WarmUp {
  std::string image;
  std::string label;
  double confidence = 0;
  double tolerance = 0.02;
};

/// Figures of one evaluation, as the training measured them.
struct Evaluation {
  std::string split;
  double accuracy = 0;
  double macro_recall = 0;
  std::optional<double> macro_f1;
  std::optional<double> ece;
};

/// What model.json says about a classification model; see docs/formats/model.md.
struct Sidecar {
  std::string name;
  std::string version;
  std::string task;
  std::string architecture;
  std::string created_at;
  std::string licence;
  std::int64_t parameter_count = 0;
  std::vector<ModelFile> files;
  std::string input_name;
  std::string logits_name;
  imaging::PreprocessSpec preprocess;
  std::vector<domain::Species> labels;
  double temperature = 1;
  Rejection rejection;
  WarmUp warm_up;
  std::vector<Evaluation> evaluations;

  /// File to load on an engine: with `precision` when given, else the engine's default, else any that names the engine.
  [[nodiscard]] const ModelFile* FileFor(std::string_view engine, std::string_view precision) const;
};

/// Parses and checks model.json; all faults are listed in one message, each with its JSON pointer.
/// Errors: kInvalidArgument with reason "sidecar_invalid", or "sidecar_too_new" for a newer schema.
Result<Sidecar> ParseSidecar(std::string_view json);

/// Three numbers of "vMAJOR.MINOR.PATCH", for ordering; nothing when the text is no version.
std::optional<std::vector<std::uint64_t>> ParseVersion(std::string_view version);

}  // namespace aqua::inference
