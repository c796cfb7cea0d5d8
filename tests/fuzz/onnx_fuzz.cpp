// Feeds bytes to the ONNX inspector, and what passes to the loader of the reference engine; nothing is run.
#include <cstddef>
#include <cstdint>

#include "aqua/base/bytes.hpp"
#include "aqua/inference/onnx_model.hpp"
#include "aqua/inference_reference/reference_network.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMaxLoadedBytes = std::size_t{64} << 10;
  const aqua::ByteView file(data, size);
  const auto model = aqua::inference::InspectOnnx(file);
  if (!model) {
    // Every refusal explains itself.
    if (model.error().message.empty() || model.error().reason.empty()) __builtin_trap();
    return 0;
  }
  if (model->inputs.empty() || model->outputs.empty() || model->parameter_count < 0) __builtin_trap();
  if (size > kMaxLoadedBytes) return 0;
  const auto network = aqua::inference::LoadReferenceNetwork(file, {});
  if (!network && network.error().message.empty()) __builtin_trap();
  return 0;
}
