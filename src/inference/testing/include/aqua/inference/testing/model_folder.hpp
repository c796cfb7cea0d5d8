#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "aqua/base/sha256.hpp"
#include "aqua/inference/testing/onnx_builder.hpp"

namespace aqua::inference::testing {

/// A model of three classes, "red", "green" and "blue", whose answers can be computed by hand: the logit of a class is
/// `gain` times the mean of its colour channel (0–1), so a picture of pure red has the logits gain, 0, 0.
struct ColourModel {
  std::string name = "fish_species";
  std::string version = "v1.0.0";
  std::int64_t size = 32;  ///< pixels, both sides of the input
  float gain = 4;
  double temperature = 1;
  std::string rejection_method = "max_probability";
  double rejection_threshold = 0;
  std::string engines = R"(["reference", "openvino"])";
  std::string warm_up_label = "red";
  double warm_up_confidence = 0.9646623;  ///< e^4 / (e^4 + 2): pure red at gain 4
  double warm_up_tolerance = 0.001;
};

/// The text of a model.json that fits the network.
inline std::string SidecarJson(const ColourModel& model, std::string_view onnx) {
  return fmt::format(
      R"({{
  "schema": 1, "name": "{name}", "version": "{version}", "task": "classification", "architecture": "mean_colour", "num_parameters": 9,
  "created_at": "2026-01-01T00:00:00Z", "licence": "MIT",
  "files": [{{"path": "model.onnx", "sha256": "{sha256}", "bytes": {bytes}, "precision": "fp32", "engines": {engines}, "default_for": {engines}}}],
  "inputs": [{{"name": "images", "datatype": "FP32", "shape": [-1, 3, {size}, {size}]}}],
  "outputs": [{{"name": "logits", "datatype": "FP32", "shape": [-1, 3]}}],
  "preprocess": {{"id": "stretch-{size}-v1", "color": "RGB", "resize": "stretch", "size": [{size}, {size}], "interpolation": "bilinear",
                 "antialias": true, "mean": [0, 0, 0], "std": [1, 1, 1], "layout": "NCHW"}},
  "labels": [{{"label": "red", "species": "Red fish", "scientific_name": "Piscis ruber"}},
             {{"label": "green", "species": "Green fish", "scientific_name": "Piscis viridis"}},
             {{"label": "blue", "species": "Blue fish", "scientific_name": "Piscis caeruleus"}}],
  "calibration": {{"temperature": {temperature}}},
  "rejection": {{"method": "{method}", "parameters": {{"temperature": 1.0}}, "threshold": {threshold}}},
  "warmup": {{"image": "sample.png", "label": "{label}", "confidence": {confidence}, "tolerance": {tolerance}}},
  "metrics": {{"test": {{"accuracy": 1.0, "macro_recall": 1.0, "ece": 0.01}}}}
}}
)",
      fmt::arg("name", model.name), fmt::arg("version", model.version), fmt::arg("sha256", base::Sha256Hex(AsBytes(onnx))), fmt::arg("bytes", onnx.size()),
      fmt::arg("engines", model.engines), fmt::arg("size", model.size), fmt::arg("temperature", model.temperature), fmt::arg("method", model.rejection_method),
      fmt::arg("threshold", model.rejection_threshold), fmt::arg("label", model.warm_up_label), fmt::arg("confidence", model.warm_up_confidence),
      fmt::arg("tolerance", model.warm_up_tolerance));
}

/// Writes a complete model folder: model.onnx, model.json and sample.png. `warm_up_image` holds the bytes of any picture
/// that is decoded; its answer is promised by `model`. Makes the folder when it is missing.
inline void WriteModelFolder(const std::filesystem::path& folder, std::string_view warm_up_image, const ColourModel& model = {}) {
  const auto write = [&folder](const char* name, std::string_view content) {
    std::ofstream file(folder / name, std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!file.flush()) throw std::runtime_error(std::string("cannot write ") + name);
  };
  std::filesystem::create_directories(folder);
  const std::string onnx = MeanColourModel(model.size, model.gain);
  write("model.onnx", onnx);
  write("model.json", SidecarJson(model, onnx));
  write("sample.png", warm_up_image);
}

}  // namespace aqua::inference::testing
