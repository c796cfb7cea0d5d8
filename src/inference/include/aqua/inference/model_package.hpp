#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/inference/onnx_model.hpp"
#include "aqua/inference/sidecar.hpp"

namespace aqua::inference {

/// A model version that this build shipped: its sidecar must be the very one (and the sidecar names all hashes).
struct ShippedModel {
  std::string_view name;
  std::string_view version;
  std::string_view sidecar_sha256;
};

/// The versions shipped with this build, compiled in from models/SHIPPED.
std::span<const ShippedModel> ShippedModels();

/// A model version read from disk whose network is, to the byte, the one its sidecar names.
struct ModelPackage {
  std::filesystem::path folder;
  Sidecar sidecar;
  std::string sidecar_sha256;
  ModelFile file;  ///< the one chosen for the engine and precision
  Bytes onnx;      ///< its content, verified and inspected
  Bytes warm_up_image;
  bool shipped = false;  ///< is one of ShippedModels()
};

/// Reads only model.json of a model folder. Errors: those of ReadFile and ParseSidecar, with kNotFound
/// ("model_file_missing") for a missing file; kInvalidArgument ("model_file_link") for a symbolic link; kDataLoss
/// ("model_altered") when this build shipped that version with another sidecar.
Result<ModelPackage> ReadSidecar(const std::filesystem::path& folder, std::span<const ShippedModel> shipped);

/// Reads, verifies (size, SHA-256, shipped list) and inspects a model version for an engine; `precision` may be empty.
/// Errors: as ReadSidecar; kDataLoss ("model_altered") when a file is not the one the sidecar names; kNotFound
/// ("no_file_for_engine"); those of InspectOnnx; kInvalidArgument ("labels_mismatch",
/// "signature_mismatch") when file and sidecar disagree.
Result<ModelPackage> LoadModelPackage(const std::filesystem::path& folder, std::string_view engine, std::string_view precision,
                                      std::span<const ShippedModel> shipped);

}  // namespace aqua::inference
