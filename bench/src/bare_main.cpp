// The bare process that start-up and memory are compared with: loads the engine, answers one photo, ends. No other
// library than those is linked. With SECONDS it goes on with the same photo, and prints how many it answered, the time, the
// processor time, and on the next line the milliseconds of each: the limit of a server on one core.
// aqua_bench_bare ONNX JPEG [SECONDS]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "aqua/base/file.hpp"
#include "bare_pipeline.hpp"

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4) return 2;
  aqua::imaging::PreprocessSpec spec;
  spec.resize = aqua::imaging::ResizeRule::kSqrtAspectLetterbox;
  spec.height = 128;
  spec.width = 128;
  const auto image = aqua::base::ReadFile(argv[2], 64 << 20);
  if (!image) return 1;
  aqua::bench::BarePipeline pipeline(argv[1], spec);
  std::printf("%zu\n", pipeline.Run(*image));
  if (argc == 3) return 0;
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto end = start + std::chrono::milliseconds(static_cast<long>(std::atof(argv[3]) * 1000));
  const std::clock_t cpu = std::clock();
  std::vector<double> milliseconds;
  for (auto begun = start; begun < end;) {
    pipeline.Run(*image);
    const auto ended = Clock::now();
    milliseconds.push_back(std::chrono::duration<double, std::milli>(ended - begun).count());
    begun = ended;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::printf("%zu %.6f %.6f\n", milliseconds.size(), seconds, static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC);
  for (const double each : milliseconds) std::printf("%.3f ", each);
  std::printf("\n");
  return 0;
}
