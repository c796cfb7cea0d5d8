#include <fmt/format.h>

#include "aqua/base/text.hpp"
#include "aqua/inference/onnx_model.hpp"
#include "commands.hpp"
#include "json_text.hpp"
#include "output.hpp"
#include "wiring.hpp"

namespace aqua::roles {
namespace {

int Fail(const Error& error) {
  Complain(error.message);
  return kExitFailed;
}

std::string_view RejectionName(inference::RejectionMethod method) { return method == inference::RejectionMethod::kEnergy ? "energy" : "max_probability"; }

std::string_view ResizeName(imaging::ResizeRule rule) {
  switch (rule) {
    case imaging::ResizeRule::kStretch: return "stretch";
    case imaging::ResizeRule::kLetterbox: return "letterbox";
    case imaging::ResizeRule::kShortSideCrop: return "short_side_crop";
    case imaging::ResizeRule::kSqrtAspectLetterbox: return "sqrt_aspect_letterbox";
  }
  return "unknown";
}

const inference::Evaluation* TestFigures(const inference::Sidecar& sidecar) {
  for (const inference::Evaluation& evaluation : sidecar.evaluations)
    if (evaluation.split == "test") return &evaluation;
  return nullptr;
}

std::string ListRowJson(const serving::ModelLocation& location, const Result<inference::ModelPackage>& package, bool active) {
  const std::string head = fmt::format(R"({{"name":{},"version":{},"path":{},"active":{})", JsonText(location.name), JsonText(location.version),
                                       JsonText(location.folder.string()), active);
  if (!package) return head + fmt::format(R"(,"error":{{"reason":{},"message":{}}}}})", JsonText(package.error().reason), JsonText(package.error().message));
  const inference::Sidecar& sidecar = package->sidecar;
  const inference::Evaluation* test = TestFigures(sidecar);
  return head + fmt::format(
                    R"(,"task":{},"architecture":{},"num_parameters":{},"classes":{},"shipped":{},"created_at":{},"test_accuracy":{},"test_macro_recall":{}}})",
                    JsonText(sidecar.task), JsonTextOrNull(sidecar.architecture), sidecar.parameter_count, sidecar.labels.size(), package->shipped,
                    JsonTextOrNull(sidecar.created_at), test != nullptr ? JsonNumber(test->accuracy) : "null",
                    test != nullptr ? JsonNumber(test->macro_recall) : "null");
}

std::string ListRow(const serving::ModelLocation& location, const Result<inference::ModelPackage>& package, bool active) {
  const std::string head = fmt::format("{} {:<20} {:<10}", active ? "*" : " ", base::Printable(location.name), location.version);
  if (!package) return head + "  unusable: " + package.error().message;
  const inference::Evaluation* test = TestFigures(package->sidecar);
  return head + fmt::format(" {:>7} {:>10} {:>13}  {:<8}  {}", package->sidecar.labels.size(),
                            test != nullptr ? fmt::format("{:.1f} %", 100 * test->accuracy) : "–",
                            test != nullptr ? fmt::format("{:.1f} %", 100 * test->macro_recall) : "–", package->shipped ? "shipped" : "own",
                            base::Printable(package->sidecar.architecture));
}

void InspectText(const inference::ModelPackage& package, const inference::OnnxModel& model) {
  const inference::Sidecar& sidecar = package.sidecar;
  const imaging::PreprocessSpec& preprocess = sidecar.preprocess;
  fmt::print("{}@{}  ({}, {})\n\n", sidecar.name, sidecar.version, sidecar.task, package.shipped ? "shipped with this build" : "not shipped with this build");
  fmt::print("folder         {}\n", base::Printable(package.folder.string()));
  fmt::print("architecture   {}, {} parameters\n", base::Printable(sidecar.architecture), model.parameter_count);
  fmt::print("created        {}\n", base::Printable(sidecar.created_at));
  fmt::print("licence        {}\n", base::Printable(sidecar.licence));
  for (const inference::ModelFile& file : sidecar.files)
    fmt::print("file           {}  {}  {}  engines: {}  sha256 {}\n", file.path, base::FormatBytes(file.bytes), file.precision, fmt::join(file.engines, ", "),
               file.sha256);
  fmt::print("input          {} [N,3,{},{}] float32\n", sidecar.input_name, preprocess.height, preprocess.width);
  fmt::print("preprocessing  {}: {} to {}x{}, {}{}\n", base::Printable(preprocess.id), ResizeName(preprocess.resize), preprocess.width, preprocess.height,
             preprocess.interpolation == imaging::Interpolation::kArea ? "area" : "bilinear", preprocess.antialias ? ", antialiased" : "");
  fmt::print("calibration    temperature {:.4f}\n", sidecar.temperature);
  fmt::print("unknown fish   refused when {} is below {:.4f}\n", RejectionName(sidecar.rejection.method), sidecar.rejection.threshold);
  for (const inference::Evaluation& evaluation : sidecar.evaluations)
    fmt::print("figures        {}: accuracy {:.1f} %, macro recall {:.1f} %{}\n", base::Printable(evaluation.split), 100 * evaluation.accuracy,
               100 * evaluation.macro_recall, evaluation.ece ? fmt::format(", ECE {:.3f}", *evaluation.ece) : "");
  fmt::print("graph          operator set {}, {} nodes:", model.opset, model.nodes.size());
  for (const auto& [name, count] : model.operator_counts) fmt::print(" {}×{}", name, count);
  fmt::print("\n\n{:<28} {:<28} {}\n", "LABEL", "SPECIES", "SCIENTIFIC NAME");
  for (const domain::Species& species : sidecar.labels)
    fmt::print("{:<28} {:<28} {}\n", base::Printable(species.label), base::Printable(species.common_name), base::Printable(species.scientific_name));
}

std::string InspectJson(const inference::ModelPackage& package, const inference::OnnxModel& model) {
  const inference::Sidecar& sidecar = package.sidecar;
  std::string labels;
  for (const domain::Species& species : sidecar.labels)
    labels += fmt::format(R"({}{{"label":{},"species":{},"scientific_name":{}}})", labels.empty() ? "" : ",", JsonText(species.label),
                          JsonText(species.common_name), JsonTextOrNull(species.scientific_name));
  std::string operators;
  for (const auto& [name, count] : model.operator_counts) operators += fmt::format("{}{}:{}", operators.empty() ? "" : ",", JsonText(name), count);
  return fmt::format(
      R"({{"name":{},"version":{},"task":{},"architecture":{},"num_parameters":{},"shipped":{},"path":{},"file":{},"precision":{},"sha256":{},"opset":{},"nodes":{},"operators":{{{}}},"preprocess_id":{},"temperature":{},"rejection":{{"method":{},"threshold":{}}},"labels":[{}]}})",
      JsonText(sidecar.name), JsonText(sidecar.version), JsonText(sidecar.task), JsonTextOrNull(sidecar.architecture), model.parameter_count, package.shipped,
      JsonText(package.folder.string()), JsonText(package.file.path), JsonText(package.file.precision), JsonText(package.file.sha256), model.opset,
      model.nodes.size(), operators, JsonText(sidecar.preprocess.id), JsonNumber(sidecar.temperature), JsonText(RejectionName(sidecar.rejection.method)),
      JsonNumber(sidecar.rejection.threshold), labels);
}

}  // namespace

int RunModelList(const Context& context, const ModelArguments& arguments) {
  const serving::ModelRepository repository(ModelBasePath(context.settings));
  const auto models = repository.List();
  if (!models) return Fail(models.error());
  const auto active = FindModel(context.settings, "");
  bool broken = false;
  if (!arguments.json)
    fmt::print("  {:<20} {:<10} {:>7} {:>10} {:>13}  {:<8}  {}\n", "MODEL", "VERSION", "CLASSES", "ACCURACY", "MACRO RECALL", "ORIGIN", "ARCHITECTURE");
  for (const serving::ModelLocation& location : *models) {
    const auto package = inference::ReadSidecar(location.folder, inference::ShippedModels());
    const bool is_active = active && active->folder == location.folder;
    broken = broken || !package;
    fmt::print("{}\n", arguments.json ? ListRowJson(location, package, is_active) : ListRow(location, package, is_active));
  }
  if (models->empty())
    Complain(fmt::format("{} holds no models; train one with `make train`, or set ML_MODEL_BASE_PATH", base::Printable(repository.base().string())));
  return broken || models->empty() ? kExitFailed : kExitOk;
}

int RunModelInspect(const Context& context, const ModelArguments& arguments) {
  const auto location = FindModel(context.settings, arguments.model);
  if (!location) return Fail(location.error());
  const auto package = LoadModel(context.settings, *location);
  if (!package) return Fail(package.error());
  const auto model = inference::InspectOnnx(package->onnx);
  if (!model) return Fail(model.error());
  if (arguments.json)
    fmt::print("{}\n", InspectJson(*package, *model));
  else
    InspectText(*package, *model);
  return kExitOk;
}

int RunModelValidate(const Context& context, const ModelArguments& arguments) {
  const auto location = FindModel(context.settings, arguments.model);
  if (!location) return Fail(location.error());
  const auto package = LoadModel(context.settings, *location);
  if (!package) return Fail(package.error());
  const auto classifier = MakeClassifier(context, fmt::format("{}@{}", location->name, location->version), 1);
  if (!classifier) return Fail(classifier.error());
  if (arguments.json) {
    fmt::print(R"({{"name":{},"version":{},"valid":true,"shipped":{},"engine":{}}})", JsonText(location->name), JsonText(location->version), package->shipped,
               JsonText((*classifier)->info().engine));
    fmt::print("\n");
    return kExitOk;
  }
  fmt::print("{}@{} is valid\n", location->name, location->version);
  fmt::print("  model.json      complete, schema understood{}\n", package->shipped ? ", the one this build shipped" : "");
  fmt::print("  {:<15} size and SHA-256 as model.json says\n", package->file.path);
  fmt::print("  graph           self-contained, standard operators, acyclic; input, output and labels fit model.json\n");
  fmt::print("  engine          loads on {}\n", (*classifier)->info().engine);
  fmt::print("  warm-up image   '{}' as stored\n", package->sidecar.warm_up.label);
  return kExitOk;
}

}  // namespace aqua::roles
