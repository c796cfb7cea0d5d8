// The bare process that start-up and memory are compared with: loads the engine, answers one photo, ends. No other
// library than those is linked. aqua_bench_bare ONNX JPEG
#include <cstdio>

#include "aqua/base/file.hpp"
#include "bare_pipeline.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  aqua::imaging::PreprocessSpec spec;
  spec.resize = aqua::imaging::ResizeRule::kSqrtAspectLetterbox;
  spec.height = 128;
  spec.width = 128;
  const auto image = aqua::base::ReadFile(argv[2], 64 << 20);
  if (!image) return 1;
  std::printf("%zu\n", aqua::bench::BarePipeline(argv[1], spec).Run(*image));
  return 0;
}
