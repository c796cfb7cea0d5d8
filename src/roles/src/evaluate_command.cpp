#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "aqua/base/ordered_work.hpp"
#include "aqua/base/text.hpp"
#include "aqua/serving/evaluation.hpp"
#include "classify_file.hpp"
#include "commands.hpp"
#include "image_paths.hpp"
#include "interrupt.hpp"
#include "json_text.hpp"
#include "labelled_list.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "wiring.hpp"

namespace aqua::roles {
namespace {

namespace fs = std::filesystem;

Result<std::vector<LabelledImage>> FindLabelled(const EvaluateArguments& arguments) {
  std::error_code ignored;
  if (!arguments.list.empty()) {
    // A plain name may also mean the list that lies with the images.
    const bool beside = !fs::exists(arguments.list, ignored) && fs::exists(arguments.data / arguments.list, ignored);
    return ReadLabelledList(arguments.data, beside ? arguments.data / arguments.list : arguments.list, arguments.split);
  }
  if (const fs::path list = arguments.data / "SPLIT.csv"; fs::exists(list, ignored)) return ReadLabelledList(arguments.data, list, arguments.split);
  if (!arguments.split.empty())
    return MakeError(ErrorCode::kInvalidArgument,
                     fmt::format("there is no SPLIT.csv in {}; name the list with --list", base::Printable(arguments.data.string())), "no_list");
  return ReadLabelledFolders(arguments.data);
}

/// Images of classes that the model does not know would only lower its figures: they belong to --unknown.
Status CheckLabels(const std::vector<LabelledImage>& images, const serving::ClassifierInfo& info) {
  std::set<std::string> known;
  for (const domain::Species& species : info.labels) known.insert(species.label);
  std::set<std::string> foreign;
  for (const LabelledImage& image : images)
    if (!known.contains(image.label)) foreign.insert(image.label);
  if (foreign.empty()) return {};
  std::string names;
  for (const std::string& label : foreign)
    if (names.size() < 300) names += (names.empty() ? "" : ", ") + base::Printable(label);
  return MakeError(
      ErrorCode::kInvalidArgument,
      fmt::format("{} classes of the list are not known to {}@{}: {}; give such images with --unknown", foreign.size(), info.model, info.model_version, names),
      "unknown_class");
}

/// Classifies images in order and hands each prediction to `add`; failures are named and counted.
template <typename Add>
std::size_t ClassifyAll(serving::Classifier& classifier, const std::vector<fs::path>& paths, std::uint64_t max_bytes, std::size_t workers,
                        std::string_view what, Add add) {
  Progress progress(std::string(what), paths.size(), 100);
  std::size_t failed = 0;
  std::vector<Bytes> buffers(workers);
  base::RunOrdered<Result<domain::Prediction>>(
      paths.size(), workers, workers * 32,
      [&](std::size_t worker, std::size_t index) { return ClassifyFile(classifier, paths[index].string(), max_bytes, 1, buffers[worker]); },
      [&](std::size_t index, const Result<domain::Prediction>& result) {
        if (result) {
          add(index, *result);
        } else {
          ++failed;
          progress.Clear();
          Complain(fmt::format("{}: {}", base::Printable(paths[index].string()), result.error().message));
        }
        progress.Update(index + 1);
        return !Interrupted();
      });
  return failed;
}

std::string Json(const serving::ClassifierInfo& info, std::size_t failed, const serving::EvaluationReport& report,
                 const std::map<std::string, serving::EvaluationReport>& sources) {
  std::string classes;
  for (const auto& [label, figures] : report.per_class)
    classes += fmt::format(R"({}{}:{{"images":{},"recall":{},"precision":{}}})", classes.empty() ? "" : ",", JsonText(label), figures.images,
                           figures.images > 0 ? JsonNumber(figures.recall) : "null", figures.precision ? JsonNumber(*figures.precision) : "null");
  std::string unknown;
  if (report.unknown)
    unknown = fmt::format(R"(,"unknown":{{"images":{},"auroc":{},"fpr_at_95_tpr":{},"rejected_fraction":{}}})", report.unknown->images,
                          JsonNumber(report.unknown->auroc), JsonNumber(report.unknown->fpr_at_95_tpr), JsonNumber(report.unknown->rejected_fraction));
  std::string per_source;
  for (const auto& [source, figures] : sources)
    per_source += fmt::format(R"({}{}:{{"images":{},"accuracy":{},"macro_recall":{}}})", per_source.empty() ? "" : ",", JsonText(source), figures.images,
                              JsonNumber(figures.accuracy), JsonNumber(figures.macro_recall));
  if (!per_source.empty()) per_source = fmt::format(R"(,"per_source":{{{}}})", per_source);
  return fmt::format(
      R"({{"model":{},"version":{},"images":{},"failed":{},"accuracy":{},"macro_recall":{},"macro_f1":{},"ece":{},"rejected_fraction":{},"per_class":{{{}}}{}{}}})",
      JsonText(info.model), JsonText(info.model_version), report.images, failed, JsonNumber(report.accuracy), JsonNumber(report.macro_recall),
      JsonNumber(report.macro_f1), JsonNumber(report.ece), JsonNumber(report.rejected_fraction), classes, per_source, unknown);
}

void PrintText(const serving::ClassifierInfo& info, const serving::EvaluationReport& report, const std::map<std::string, serving::EvaluationReport>& sources) {
  fmt::print("{} {} on {} images ({})\n\n", info.model, info.model_version, report.images, info.engine);
  fmt::print("accuracy       {:6.1f} %   most probable class, rejected or not\n", 100 * report.accuracy);
  fmt::print("macro recall   {:6.1f} %   mean over classes\n", 100 * report.macro_recall);
  fmt::print("macro F1       {:6.1f} %\n", 100 * report.macro_f1);
  fmt::print("calibration    {:6.3f}     expected calibration error, 15 bins of equal mass\n", report.ece);
  fmt::print("refused        {:6.1f} %   known fish taken for unknown\n", 100 * report.rejected_fraction);
  if (report.unknown)
    fmt::print("\nunknown fish   {} images: AUROC {:.3f}, {:.1f} % accepted where 95 % of the known are, {:.1f} % refused at the model's threshold\n",
               report.unknown->images, report.unknown->auroc, 100 * report.unknown->fpr_at_95_tpr, 100 * report.unknown->rejected_fraction);
  if (sources.size() > 1) {
    fmt::print("\n{:<28} {:>7} {:>10} {:>14}\n", "SOURCE", "IMAGES", "ACCURACY", "MACRO RECALL");
    for (const auto& [source, figures] : sources)
      fmt::print("{:<28} {:>7} {:>8.1f} % {:>12.1f} %\n", base::Printable(source), figures.images, 100 * figures.accuracy, 100 * figures.macro_recall);
  }
  fmt::print("\n{:<28} {:>7} {:>10} {:>11}\n", "CLASS", "IMAGES", "RECALL", "PRECISION");
  for (const auto& [label, figures] : report.per_class)
    fmt::print("{:<28} {:>7} {:>10} {:>11}\n", base::Printable(label), figures.images, figures.images > 0 ? fmt::format("{:.1f} %", 100 * figures.recall) : "–",
               figures.precision ? fmt::format("{:.1f} %", 100 * *figures.precision) : "–");
}

}  // namespace

int RunModelEvaluate(const Context& context, const EvaluateArguments& arguments) {
  const auto fail = [](const Error& error) {
    Complain(error.message);
    return static_cast<int>(kExitFailed);
  };
  const auto images = FindLabelled(arguments);
  if (!images) return fail(images.error());
  const std::size_t workers = WorkerCount(context.settings);
  const auto classifier = MakeClassifier(context, arguments.model, workers);
  if (!classifier) return fail(classifier.error());
  if (const Status labels = CheckLabels(*images, (*classifier)->info()); !labels) return fail(labels.error());

  HandleSignals();
  const std::uint64_t max_bytes = context.settings.Bytes("imaging.max_file_bytes");
  serving::Evaluation evaluation;
  std::map<std::string, serving::Evaluation> by_source;
  std::vector<fs::path> paths;
  for (const LabelledImage& image : *images) paths.push_back(image.path);
  std::size_t failed = ClassifyAll(**classifier, paths, max_bytes, workers, "evaluating", [&](std::size_t index, const domain::Prediction& prediction) {
    const LabelledImage& image = (*images)[index];
    evaluation.AddKnown(image.label, prediction);
    if (!image.source.empty()) by_source[image.source].AddKnown(image.label, prediction);
  });
  if (!arguments.unknown.empty() && !Interrupted()) {
    paths.clear();
    for (const ImagePath& image : FindImages({arguments.unknown.string()}).images) {
      if (image.error) return fail(image.error->WithContext(base::Printable(image.path)));
      paths.emplace_back(image.path);
    }
    failed += ClassifyAll(**classifier, paths, max_bytes, workers, "unknown fish",
                          [&](std::size_t, const domain::Prediction& prediction) { evaluation.AddUnknown(prediction); });
  }
  if (Interrupted()) {
    Complain("interrupted; a report on a part of the images would mislead, so none is given");
    return kExitInterrupted;
  }
  const serving::EvaluationReport report = evaluation.Report();
  if (report.images == 0) {
    Complain("no image of a known fish could be read, so there is nothing to report");
    return kExitFailed;
  }
  std::map<std::string, serving::EvaluationReport> sources;
  for (const auto& [source, part] : by_source) sources[source] = part.Report();
  if (arguments.json)
    fmt::print("{}\n", Json((*classifier)->info(), failed, report, sources));
  else
    PrintText((*classifier)->info(), report, sources);
  if (failed > 0) Complain(fmt::format("{} images could not be read and are not part of the report", failed));
  return failed > 0 ? kExitFailed : kExitOk;
}

}  // namespace aqua::roles
