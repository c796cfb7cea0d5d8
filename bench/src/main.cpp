// Measures the main job against its limits; see docs/performance.md for what the figures mean.
// aqua_bench --aqua BINARY --model FOLDER --images FOLDER [--full] [--json FILE]
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "aqua/base/cpu.hpp"
#include "aqua/base/file.hpp"
#include "aqua/base/text.hpp"
#include "aqua/imaging/preprocessor.hpp"
#include "aqua/inference_openvino/openvino_network.hpp"
#include "aqua/serving/direct_classifier.hpp"
#include "bare_pipeline.hpp"
#include "measure.hpp"
#include "processes.hpp"
#ifdef AQUA_BENCH_OPENCV
#include "opencv_peer.hpp"
#endif

namespace aqua::bench {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string aqua, model, images, json;
  bool full = false;
};

struct Report {
  std::string rows;

  void Add(std::string_view id, std::string_view what, const PairedRatio& ratio, double goal) {
    const bool measurable = ratio.voided * 10 <= ratio.pairs * 3;
    const bool held = measurable ? ratio.low >= goal : ratio.cpu_ratio >= goal;
    fmt::print("{:<22} {:.3f} [{:.3f}, {:.3f}]  cpu {:.3f}  ours {:.3f} ms, limit {:.3f} ms  goal ≥ {:.2f}: {}{}\n", id, ratio.throughput_ratio, ratio.low,
               ratio.high, ratio.cpu_ratio, ratio.ours_ms, ratio.limit_ms, goal, held ? "held" : "MISSED",
               measurable ? "" : " (wall not measurable here; CPU ratio decides)");
    std::fflush(stdout);
    AddRow(id, what,
           fmt::format(
               R"("ratio":{:.4f},"low":{:.4f},"high":{:.4f},"cpu_ratio":{:.4f},"ours_ms":{:.4f},"limit_ms":{:.4f},"pairs":{},"voided":{},"goal":{},"held":{})",
               ratio.throughput_ratio, ratio.low, ratio.high, ratio.cpu_ratio, ratio.ours_ms, ratio.limit_ms, ratio.pairs, ratio.voided, goal, held));
  }

  void AddFigure(std::string_view id, std::string_view what, double value, std::string_view unit, double goal, bool at_least) {
    const bool held = at_least ? value >= goal : value <= goal;
    fmt::print("{:<22} {:.3f} {}  goal {} {}: {}\n", id, value, unit, at_least ? "≥" : "≤", goal, held ? "held" : "MISSED");
    std::fflush(stdout);
    AddRow(id, what, fmt::format(R"("value":{:.4f},"unit":"{}","goal":{},"held":{})", value, unit, goal, held));
  }

  void AddRow(std::string_view id, std::string_view what, std::string_view members) {
    rows += fmt::format("{}\n    {{\"id\":\"{}\",\"what\":\"{}\",{}}}", rows.empty() ? "" : ",", id, what, members);
  }
};

template <typename T>
T Require(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "aqua_bench: {}\n", result.error().message);
    std::exit(1);
  }
  return *std::move(result);
}

std::vector<Bytes> ReadJpegs(const fs::path& folder, std::size_t most) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".jpg") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Bytes> images;
  const std::size_t step = std::max<std::size_t>(1, paths.size() / most);
  for (std::size_t i = 0; i < paths.size() && images.size() < most; i += step) images.push_back(Require(base::ReadFile(paths[i], 64 << 20)));
  return images;
}

/// Does work on the images in turn.
template <typename Function>
Work InTurn(const std::vector<Bytes>& images, Function function) {
  return [&images, function, next = std::size_t{0}]() mutable {
    function(images[next]);
    next = (next + 1) % images.size();
  };
}

void MeasureLoops(const Options& options, const inference::ModelPackage& package, const std::string& name, const std::vector<Bytes>& images, Report& report) {
  const std::size_t pairs = options.full ? 16 : 8;
  const double seconds = options.full ? 3 : 0.8;
  const imaging::PreprocessSpec& spec = package.sidecar.preprocess;
  std::vector<float> tensor(static_cast<std::size_t>(3 * spec.height * spec.width));

  imaging::DecodeLimits limits;
  limits.min_side = 16;
  limits.max_cpu = std::chrono::seconds(10);
  imaging::Preprocessor preprocessor(spec, limits);
  BareDecoder decoder(spec);
  const Work ours = InTurn(images, [&](const Bytes& image) {
    if (!preprocessor.Run(image, tensor)) std::abort();
  });
  report.Add("imaging/" + name, "imaging ÷ bare libjpeg-turbo + resize",
             MeasurePairs(ours, InTurn(images, [&](const Bytes& image) { decoder.Run(image, tensor); }), pairs, seconds), 0.95);
#ifdef AQUA_BENCH_OPENCV
  report.Add("imaging-opencv/" + name, "imaging ÷ OpenCV imdecode + INTER_AREA",
             MeasurePairs(ours, InTurn(images, [&](const Bytes& image) { OpenCvPreprocess(image, spec, tensor); }), pairs, seconds), 1.0);
#endif

  serving::DirectClassifierOptions classifier_options;
  classifier_options.loader = &inference::LoadOpenVinoNetwork;
  classifier_options.limits = limits;
  const auto classifier = Require(serving::MakeDirectClassifier(package, classifier_options));
  BarePipeline bare((package.folder / package.file.path).string(), spec);
  report.Add("classify/" + name, "decode + preprocess + infer ÷ the same calls bare, one core",
             MeasurePairs(InTurn(images,
                                 [&](const Bytes& image) {
                                   if (!classifier->Classify(image, {.top = 1})) std::abort();
                                 }),
                          InTurn(images, [&](const Bytes& image) { bare.Run(image); }), pairs, seconds),
             0.97);
}

/// Whole processes: all cores on 10,000 images, start to the first answer, memory.
void MeasureProcesses(const Options& options, const inference::ModelPackage& package, const std::vector<Bytes>& images, Report& report) {
  const fs::path folder = fs::temp_directory_path() / fmt::format("aqua-bench-{}", ::getpid());
  constexpr std::size_t kImages = 10'000;
  for (std::size_t i = 0; i < kImages; ++i) {
    const fs::path place = folder / (i < 1000 ? "first" : "rest");
    fs::create_directories(place);
    const Bytes& image = images[i % images.size()];
    std::FILE* file = std::fopen((place / fmt::format("{:05}.jpg", i)).c_str(), "wb");
    std::fwrite(image.data(), 1, image.size(), file);
    std::fclose(file);
  }
  BarePipeline bare((package.folder / package.file.path).string(), package.sidecar.preprocess);
  bare.Run(images.front());
  const std::size_t cores = base::AvailableCores();
  std::vector<double> ratios;
  std::vector<double> cpu_ratios;
  double peak_all = 0;
  const double limit_seconds = options.full ? 3 : 1;
  std::size_t next = 0;
  const auto measure_limit = [&] { return MeasureAlone([&] { bare.Run(images[next++ % images.size()]); }, limit_seconds); };
  for (int run = 0; run < (options.full ? 8 : 3); ++run) {
    // The limit on one core, right before and right after.
    const double before = measure_limit();
    const auto all = RunProcess({options.aqua, "classify", "--json", folder.string()});
    const double limit_ms = (before + measure_limit()) / 2;
    peak_all = std::max(peak_all, all.peak_rss_mb);
    ratios.push_back(static_cast<double>(kImages) / all.wall_seconds / (static_cast<double>(cores) * 1000 / limit_ms));
    cpu_ratios.push_back(static_cast<double>(kImages) * limit_ms / 1000 / all.cpu_seconds);
    fmt::print("  10,000 images in {:.2f} s wall, {:.2f} s CPU; limit {:.3f} ms an image: {:.3f}\n", all.wall_seconds, all.cpu_seconds, limit_ms,
               ratios.back());
  }
  report.AddFigure("classify-10000", "10,000 images, whole process ÷ (cores × bare loop), wall", Median(ratios), "", 0.95, true);
  report.AddFigure("classify-10000-cpu", "the same by CPU time: bare loop ÷ all CPU time of the process", Median(cpu_ratios), "", 0.95, true);
  const double peak_first = RunProcess({options.aqua, "classify", "--json", (folder / "first").string()}).peak_rss_mb;
  report.AddFigure("classify-memory", "peak RSS of 10,000 images − of 1,000", peak_all - peak_first, "MB", 4, false);

  const std::string one = (folder / "first" / "00000.jpg").string();
  const std::string bare_process = fs::read_symlink("/proc/self/exe").string() + "_bare";
  std::vector<double> start;
  std::vector<double> memory;
  for (int run = 0; run < (options.full ? 21 : 9); ++run) {
    const auto ours = RunProcess({options.aqua, "classify", "--json", one});
    const auto limit = RunProcess({bare_process, (package.folder / package.file.path).string(), one});
    start.push_back(1000 * (ours.wall_seconds - limit.wall_seconds));
    memory.push_back(ours.peak_rss_mb - limit.peak_rss_mb);
  }
  report.AddFigure("start", "start to first answer − bare engine load and answer", Median(start), "ms", 50, false);
  report.AddFigure("memory", "peak RSS − bare engine's", Median(memory), "MB", 25, false);
  fs::remove_all(folder);
}

int Run(const Options& options) {
  const inference::ModelPackage package = Require(inference::LoadModelPackage(options.model, "openvino", "", {}));
  Report report;
  const std::vector<Bytes> crops = ReadJpegs(options.images, 400);
  const std::vector<Bytes> phone = ReadJpegs(fs::path(options.images).parent_path() / "phone", 8);
  if (crops.empty() || phone.empty()) {
    fmt::print(stderr, "aqua_bench: no .jpg files in {}\n", options.images);
    return 1;
  }
  // Whole processes first: they must not inherit the pinning to one core.
  MeasureProcesses(options, package, crops, report);
  PinToCore(0);
  MeasureLoops(options, package, "crops", crops, report);
  MeasureLoops(options, package, "phone", phone, report);
  if (options.json.empty()) return 0;
  const std::string json = fmt::format("{{\n  \"cpu\":\"{}\",\n  \"cores\":{},\n  \"full\":{},\n  \"seed\":20261125,\n  \"results\":[{}\n  ]\n}}\n",
                                       base::CpuModel(), base::AvailableCores(), options.full, report.rows);
  if (!base::WriteFileAtomically(options.json, AsBytes(json))) return 1;
  return 0;
}

}  // namespace
}  // namespace aqua::bench

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  aqua::bench::Options options;
  const std::map<std::string, std::string*> named = {
      {"--aqua", &options.aqua}, {"--model", &options.model}, {"--images", &options.images}, {"--json", &options.json}};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--full") {
      options.full = true;
    } else if (const auto found = named.find(arguments[i]); found != named.end() && i + 1 < arguments.size()) {
      *found->second = arguments[++i];
    } else {
      fmt::print(stderr, "aqua_bench: unknown argument {}\n", arguments[i]);
      return 2;
    }
  }
  return aqua::bench::Run(options);
}
