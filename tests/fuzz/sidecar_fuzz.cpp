// Feeds bytes to the parser of model.json.
#include <cstddef>
#include <cstdint>

#include "aqua/base/bytes.hpp"
#include "aqua/inference/sidecar.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto sidecar = aqua::inference::ParseSidecar(aqua::AsText({data, size}));
  if (!sidecar) {
    // Every refusal explains itself.
    if (sidecar.error().message.empty() || sidecar.error().reason.empty()) __builtin_trap();
    return 0;
  }
  // Whatever passes is safe to compute with and to build paths from.
  const aqua::imaging::PreprocessSpec& spec = sidecar->preprocess;
  if (sidecar->labels.empty() || sidecar->files.empty() || sidecar->temperature <= 0) __builtin_trap();
  if (spec.height < 1 || spec.height > 8192 || spec.width < 1 || spec.width > 8192 || spec.std[0] == 0 || spec.std[1] == 0 || spec.std[2] == 0)
    __builtin_trap();
  for (const auto& file : sidecar->files)
    if (file.path.find('/') != std::string::npos || file.path == ".." || file.bytes == 0) __builtin_trap();
  if (!aqua::inference::ParseVersion(sidecar->version)) __builtin_trap();
  return 0;
}
