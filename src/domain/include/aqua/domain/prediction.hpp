#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace aqua::domain {

/// One class a model knows.
struct Species {
  std::string label;            ///< class folder of the data set, for example "rainbow_trout"
  std::string common_name;      ///< for people, for example "Rainbow trout"
  std::string scientific_name;  ///< for example "Oncorhynchus mykiss"; empty when the label is not one species
};

/// A species with the probability the model gives it.
struct Candidate {
  Species species;
  double confidence = 0;  ///< calibrated probability, 0–1
};

/// What a model says about one image. Every answer names the model, its version and the preprocessing.
struct Prediction {
  std::string model;
  std::string model_version;
  std::string preprocess_id;
  Species species;                            ///< the most probable class, also when `rejected`
  double confidence = 0;                      ///< calibrated probability of `species`, 0–1
  bool rejected = false;                      ///< the model's own threshold says: not one of the fish I know
  double rejection_score = 0;                 ///< compared with the model's threshold; higher means more like a known fish
  bool low_confidence = false;                ///< confidence is under the user's threshold; marks the answer, never hides it
  std::vector<Candidate> candidates;          ///< most probable first, also when `rejected`
  std::chrono::nanoseconds inference_time{};  ///< engine only, without decoding and preprocessing
  int image_width = 0;                        ///< pixels of the file, upright
  int image_height = 0;
  std::string image_format;                  ///< "JPEG", "PNG" or "WebP"
  std::vector<std::uint8_t> thumbnail_jpeg;  ///< empty unless it was asked for
};

}  // namespace aqua::domain
