#include "aqua/inference/model_package.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "aqua/base/file.hpp"
#include "aqua/base/sha256.hpp"

namespace aqua::inference {
namespace {

constexpr std::uint64_t kMaxSidecarBytes = 4ULL << 20;
constexpr std::uint64_t kMaxWarmUpBytes = 10ULL << 20;

Error Altered(std::string message) {
  return MakeError(ErrorCode::kDataLoss, std::move(message) + "; install the model again from its original source", "model_altered");
}

Status CheckShipped(ModelPackage& package, std::span<const ShippedModel> shipped) {
  for (const ShippedModel& model : shipped) {
    if (model.name != package.sidecar.name || model.version != package.sidecar.version) continue;
    if (model.sidecar_sha256 != package.sidecar_sha256)
      return Altered(
          fmt::format("model.json is not the one this build shipped as {} {} (a model of your own needs a version of its own)", model.name, model.version));
    package.shipped = true;
  }
  return {};
}

/// Reads a file of a model folder. Links are refused: a model is what lies in its folder.
Result<Bytes> ReadModelFile(const std::filesystem::path& folder, const std::string& name, std::uint64_t max_bytes) {
  std::error_code ignored;
  if (std::filesystem::is_symlink(folder / name, ignored))
    return MakeError(ErrorCode::kInvalidArgument, fmt::format("{} is a symbolic link; copy the file itself into the model's folder", name), "model_file_link");
  auto content = base::ReadFile(folder / name, max_bytes);
  if (content) return content;
  Error error = content.error().WithContext(name);
  if (error.code == ErrorCode::kNotFound) error.reason = "model_file_missing";
  return error;
}

Result<Bytes> ReadVerified(const std::filesystem::path& folder, const ModelFile& file) {
  auto content = ReadModelFile(folder, file.path, OnnxLimits{}.max_file_bytes);
  if (!content) return content;
  if (content->size() != file.bytes) return Altered(fmt::format("{} has {} bytes where model.json says {}", file.path, content->size(), file.bytes));
  if (base::Sha256Hex(*content) != file.sha256)
    return Altered(fmt::format("{} is damaged or was changed: its SHA-256 is not the one in model.json", file.path));
  return content;
}

/// The network must have the input and the outputs that the sidecar tells of.
Status CheckSignature(const OnnxModel& model, const Sidecar& sidecar) {
  const std::vector<std::int64_t> expected = {-1, 3, sidecar.preprocess.height, sidecar.preprocess.width};
  const auto fits = [&](const OnnxValue& input) {
    return input.name == sidecar.input_name && input.type == OnnxType::kFloat && input.shape.size() == expected.size() &&
           std::equal(input.shape.begin() + 1, input.shape.end(), expected.begin() + 1);
  };
  if (model.inputs.size() != 1 || !fits(model.inputs.front()))
    return MakeError(ErrorCode::kInvalidArgument,
                     fmt::format("the network must have the one input '{}' [N,3,{},{}] float32 that model.json declares", sidecar.input_name,
                                 sidecar.preprocess.height, sidecar.preprocess.width),
                     "signature_mismatch");
  const auto logits = std::find_if(model.outputs.begin(), model.outputs.end(), [&](const OnnxValue& output) { return output.name == sidecar.logits_name; });
  if (logits == model.outputs.end() || logits->type != OnnxType::kFloat || logits->shape.size() != 2)
    return MakeError(ErrorCode::kInvalidArgument, fmt::format("the network has no output '{}' [N,classes] float32 as model.json declares", sidecar.logits_name),
                     "signature_mismatch");
  if (logits->shape[1] != static_cast<std::int64_t>(sidecar.labels.size()))
    return MakeError(ErrorCode::kInvalidArgument,
                     fmt::format("model.json has {} labels, but the network has {} classes", sidecar.labels.size(), logits->shape[1]), "labels_mismatch");
  return {};
}

}  // namespace

Result<ModelPackage> ReadSidecar(const std::filesystem::path& folder, std::span<const ShippedModel> shipped) {
  ModelPackage package;
  package.folder = folder;
  AQUA_TRY_ASSIGN(const Bytes json, ReadModelFile(folder, "model.json", kMaxSidecarBytes));
  package.sidecar_sha256 = base::Sha256Hex(json);
  auto sidecar = ParseSidecar(AsText(json));
  if (!sidecar) return sidecar.error().WithContext("model.json");
  package.sidecar = *std::move(sidecar);
  AQUA_TRY(CheckShipped(package, shipped));
  return package;
}

Result<ModelPackage> LoadModelPackage(const std::filesystem::path& folder, std::string_view engine, std::string_view precision,
                                      std::span<const ShippedModel> shipped) {
  AQUA_TRY_ASSIGN(ModelPackage package, ReadSidecar(folder, shipped));
  const ModelFile* file = package.sidecar.FileFor(engine, precision);
  if (file == nullptr)
    return MakeError(ErrorCode::kNotFound,
                     fmt::format("{} {} has no file for the engine '{}'{}", package.sidecar.name, package.sidecar.version, engine,
                                 precision.empty() ? "" : fmt::format(" in precision '{}'", precision)),
                     "no_file_for_engine");
  package.file = *file;
  AQUA_TRY_ASSIGN(package.onnx, ReadVerified(folder, package.file));
  auto model = InspectOnnx(package.onnx);
  if (!model) return model.error().WithContext(package.file.path);
  AQUA_TRY(CheckSignature(*model, package.sidecar));
  AQUA_TRY_ASSIGN(package.warm_up_image, ReadModelFile(folder, package.sidecar.warm_up.image, kMaxWarmUpBytes));
  return package;
}

}  // namespace aqua::inference
