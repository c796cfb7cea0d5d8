#include "aqua/inference/sidecar.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "aqua/base/text.hpp"
#include "json_fields.hpp"

namespace aqua::inference {
namespace {

namespace json = boost::json;

constexpr std::int64_t kSchema = 1;
constexpr std::size_t kMaxLabels = 100'000;
constexpr double kMaxPixelValue = 1e6;  // of means and deviations; real ones are below 256
constexpr double kUnbounded = 1e300;

bool IsPlainName(std::string_view name) {
  return !name.empty() && name.size() <= 128 && name != "." && name != ".." && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  });
}

std::string PlainName(const JsonFields& fields, std::string_view name) {
  std::string text = fields.Text(name);
  if (!text.empty() && !IsPlainName(text)) fields.Fault(name, "must be a plain name of letters, digits, '.', '_' and '-'");
  return text;
}

template <typename T, std::size_t N>
T Choice(const JsonFields& fields, std::string_view name, const std::array<std::pair<std::string_view, T>, N>& choices) {
  const std::string text = fields.Text(name);
  for (const auto& [word, value] : choices)
    if (word == text) return value;
  std::string words;
  for (const auto& [word, value] : choices) words += (words.empty() ? "" : ", ") + std::string(word);
  if (!text.empty()) fields.Fault(name, fmt::format("is '{}'; this build knows {}", base::Printable(text.substr(0, 64)), words));
  return choices.front().second;
}

void Demand(const JsonFields& fields, std::string_view name, std::string_view only) {
  const std::string text = fields.TextOr(name, std::string(only));
  if (!text.empty() && text != only) fields.Fault(name, fmt::format("is '{}'; this build knows {}", base::Printable(text.substr(0, 64)), only));
}

void ReadFiles(const JsonFields& root, Sidecar& sidecar) {
  root.Each("files", 32, [&](const JsonFields& entry) {
    ModelFile file;
    file.path = PlainName(entry, "path");
    file.sha256 = entry.Text("sha256");
    const bool hexadecimal = file.sha256.size() == 64 && file.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!hexadecimal && !file.sha256.empty()) entry.Fault("sha256", "must be 64 lower-case hexadecimal digits");
    file.bytes = static_cast<std::uint64_t>(entry.Integer("bytes", 1, std::int64_t{512} << 20));
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kPrecisions = {{{"fp32", "fp32"}, {"bf16", "bf16"}, {"int8", "int8"}}};
    file.precision = Choice(entry, "precision", kPrecisions);
    file.engines = entry.Texts("engines");
    file.default_for = entry.Texts("default_for");
    sidecar.files.push_back(std::move(file));
  });
}

void ReadPreprocess(const JsonFields& fields, imaging::PreprocessSpec& spec) {
  using imaging::Interpolation;
  using imaging::ResizeRule;
  constexpr std::array<std::pair<std::string_view, ResizeRule>, 4> kRules = {{{"stretch", ResizeRule::kStretch},
                                                                              {"letterbox", ResizeRule::kLetterbox},
                                                                              {"short_side_crop", ResizeRule::kShortSideCrop},
                                                                              {"sqrt_aspect_letterbox", ResizeRule::kSqrtAspectLetterbox}}};
  constexpr std::array<std::pair<std::string_view, Interpolation>, 2> kInterpolations = {
      {{"bilinear", Interpolation::kBilinear}, {"area", Interpolation::kArea}}};
  spec.id = fields.Text("id", 128);
  Demand(fields, "color", "RGB");
  Demand(fields, "layout", "NCHW");
  spec.resize = Choice(fields, "resize", kRules);
  spec.interpolation = Choice(fields, "interpolation", kInterpolations);
  spec.antialias = fields.Boolean("antialias");
  const auto size = fields.Integers("size", 2, 16, 4096);
  spec.height = static_cast<int>(size[0]);
  spec.width = static_cast<int>(size[1]);
  const auto mean = fields.Numbers("mean", 3, -kMaxPixelValue, kMaxPixelValue);
  const auto deviation = fields.Numbers("std", 3, 1e-6, kMaxPixelValue);
  const auto pad = fields.Has("pad") ? fields.Integers("pad", 3, 0, 255) : std::vector<std::int64_t>(3, 0);
  for (std::size_t i = 0; i < 3; ++i) {
    spec.mean.at(i) = static_cast<float>(mean[i]);
    spec.std.at(i) = static_cast<float>(deviation[i]);
    spec.pad.at(i) = static_cast<std::uint8_t>(pad[i]);
  }
}

void ReadLabels(const JsonFields& root, Sidecar& sidecar) {
  std::set<std::string> seen;
  root.Each("labels", kMaxLabels, [&](const JsonFields& entry) {
    domain::Species species{entry.Text("label", 128), entry.Text("species", 256), entry.TextOr("scientific_name", "")};
    if (!species.label.empty() && !seen.insert(species.label).second) entry.Fault("label", "stands in the list twice");
    sidecar.labels.push_back(std::move(species));
  });
}

void ReadRejection(const JsonFields& fields, Rejection& rejection) {
  constexpr std::array<std::pair<std::string_view, RejectionMethod>, 2> kMethods = {
      {{"max_probability", RejectionMethod::kMaxProbability}, {"energy", RejectionMethod::kEnergy}}};
  rejection.method = Choice(fields, "method", kMethods);
  rejection.threshold = fields.Number("threshold", -kUnbounded, kUnbounded);
  if (rejection.method == RejectionMethod::kEnergy) rejection.energy_temperature = fields.Object("parameters").Number("temperature", 1e-3, 1e3);
}

void ReadEvaluations(const JsonFields& root, Sidecar& sidecar) {
  if (!root.Has("metrics")) return;
  const JsonFields metrics = root.Object("metrics");
  for (const std::string& split : metrics.ObjectNames()) {
    const JsonFields figures = metrics.Object(split);
    if (!figures.Has("accuracy") || !figures.Has("macro_recall")) continue;
    Evaluation evaluation{split, figures.Number("accuracy", 0, 1), figures.Number("macro_recall", 0, 1), std::nullopt, std::nullopt};
    if (figures.Has("macro_f1")) evaluation.macro_f1 = figures.Number("macro_f1", 0, 1);
    if (figures.Has("ece")) evaluation.ece = figures.Number("ece", 0, 1);
    sidecar.evaluations.push_back(std::move(evaluation));
  }
}

void ReadSignature(const JsonFields& root, Sidecar& sidecar) {
  const auto read = [&root](std::string_view list, std::string& name) {
    root.Each(list, 8, [&](const JsonFields& tensor) {
      Demand(tensor, "datatype", "FP32");
      if (name.empty()) name = tensor.Text("name", 128);
    });
  };
  read("inputs", sidecar.input_name);
  read("outputs", sidecar.logits_name);
}

Sidecar ReadSidecarFields(const JsonFields& root) {
  Sidecar sidecar;
  sidecar.name = PlainName(root, "name");
  sidecar.version = root.Text("version", 64);
  if (!sidecar.version.empty() && !ParseVersion(sidecar.version)) root.Fault("version", "must look like v1.2.3");
  sidecar.task = root.Text("task");
  if (!sidecar.task.empty() && sidecar.task != "classification")
    root.Fault("task", fmt::format("is '{}'; this build runs classification", base::Printable(sidecar.task.substr(0, 64))));
  sidecar.architecture = root.TextOr("architecture", "");
  sidecar.created_at = root.TextOr("created_at", "");
  sidecar.licence = root.TextOr("licence", "");
  sidecar.parameter_count = root.Has("num_parameters") ? root.Integer("num_parameters", 0, std::int64_t{1} << 40) : 0;
  ReadFiles(root, sidecar);
  ReadSignature(root, sidecar);
  ReadPreprocess(root.Object("preprocess"), sidecar.preprocess);
  ReadLabels(root, sidecar);
  sidecar.temperature = root.Object("calibration").Number("temperature", 1e-3, 1e3);
  ReadRejection(root.Object("rejection"), sidecar.rejection);
  const JsonFields warm_up = root.Object("warmup");
  sidecar.warm_up = {PlainName(warm_up, "image"), warm_up.Text("label", 128), warm_up.Number("confidence", 0, 1), warm_up.Number("tolerance", 0, 1)};
  ReadEvaluations(root, sidecar);
  return sidecar;
}

}  // namespace

const ModelFile* Sidecar::FileFor(std::string_view engine, std::string_view precision) const {
  const auto names = [](const std::vector<std::string>& list, std::string_view word) { return std::find(list.begin(), list.end(), word) != list.end(); };
  const ModelFile* any = nullptr;
  for (const ModelFile& file : files) {
    const bool usable = names(file.engines, engine) && (precision.empty() || file.precision == precision);
    if (!usable) continue;
    if (names(file.default_for, engine)) return &file;
    if (any == nullptr) any = &file;
  }
  return any;
}

Result<Sidecar> ParseSidecar(std::string_view text) {
  json::error_code failure;
  json::parse_options options;
  options.max_depth = 32;
  const json::value document = json::parse(text, failure, {}, options);
  if (failure) return MakeError(ErrorCode::kInvalidArgument, fmt::format("not valid JSON ({})", failure.message()), "sidecar_invalid");

  JsonFaults faults;
  const JsonFields root(document, "", faults);
  const std::int64_t schema = root.Integer("schema", 1, std::int64_t{1} << 30);
  if (schema > kSchema)
    return MakeError(ErrorCode::kInvalidArgument,
                     fmt::format("schema {} is newer than this build reads ({}); update aqua or use an older model", schema, kSchema), "sidecar_too_new");
  Sidecar sidecar = ReadSidecarFields(root);
  if (!faults.empty()) return MakeError(ErrorCode::kInvalidArgument, faults.Text(), "sidecar_invalid");
  return sidecar;
}

std::optional<std::vector<std::uint64_t>> ParseVersion(std::string_view version) {
  if (!version.starts_with('v')) return std::nullopt;
  std::vector<std::uint64_t> numbers;
  for (const std::string_view part : base::Split(version.substr(1), '.')) {
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (part.empty() || failure != std::errc() || end != part.data() + part.size() || part.size() > 9) return std::nullopt;
    numbers.push_back(number);
  }
  return numbers.size() == 3 ? std::optional(numbers) : std::nullopt;
}

}  // namespace aqua::inference
