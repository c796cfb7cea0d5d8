// Writes the input tensors of images, as the C++ preprocessing makes them: preprocess_dump MODEL.json LIST OUT
// LIST: one path a line. OUT: raw little-endian float32 [N, 3, H, W].
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "aqua/base/file.hpp"
#include "aqua/imaging/preprocessor.hpp"
#include "aqua/inference/sidecar.hpp"

int main(int argc, char** argv) {
  if (argc != 4) {
    fmt::print(stderr, "usage: preprocess_dump MODEL.json LIST OUT\n");
    return 2;
  }
  const auto json = aqua::base::ReadFile(argv[1], 1 << 20);
  if (!json) return 1;
  const auto sidecar = aqua::inference::ParseSidecar(aqua::AsText(*json));
  if (!sidecar) {
    fmt::print(stderr, "{}\n", sidecar.error().message);
    return 1;
  }
  aqua::imaging::DecodeLimits limits;
  limits.min_side = 16;
  limits.max_cpu = std::chrono::seconds(10);
  aqua::imaging::Preprocessor preprocessor(sidecar->preprocess, limits);
  std::vector<float> tensor(static_cast<std::size_t>(3 * sidecar->preprocess.height * sidecar->preprocess.width));
  std::ifstream list(argv[2]);
  std::ofstream out(argv[3], std::ios::binary);
  for (std::string path; std::getline(list, path);) {
    const auto image = aqua::base::ReadFile(path, 64 << 20);
    const auto status = image ? preprocessor.Run(*image, tensor) : aqua::Status(image.error());
    if (!status) {
      fmt::print(stderr, "{}: {}\n", path, status.error().message);
      return 1;
    }
    out.write(reinterpret_cast<const char*>(tensor.data()), static_cast<std::streamsize>(tensor.size() * sizeof(float)));
  }
  return out.good() ? 0 : 1;
}
