#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "aqua/base/file.hpp"
#include "aqua/base/ordered_work.hpp"
#include "aqua/base/text.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/serving/instrumented_classifier.hpp"
#include "classify_file.hpp"
#include "commands.hpp"
#include "image_paths.hpp"
#include "interrupt.hpp"
#include "output.hpp"
#include "prediction_output.hpp"
#include "progress.hpp"
#include "wiring.hpp"

namespace aqua::roles {
namespace {

/// Results that may wait for an earlier image, for each worker: slow images stall nobody, and memory stays flat.
constexpr std::size_t kWindowPerWorker = 32;

struct Totals {
  std::size_t classified = 0;
  std::size_t rejected = 0;
  std::size_t failed = 0;

  [[nodiscard]] std::size_t all() const { return classified + rejected + failed; }
};

/// One run of `aqua classify`: reads, classifies and prints.
class ClassifyRun {
 public:
  /// standard_input: the image that the path "-" stands for.
  ClassifyRun(const Context& context, const ClassifyArguments& arguments, const ImagePaths& paths, const Result<Bytes>& standard_input)
      : arguments_(arguments),
        paths_(paths),
        standard_input_(standard_input),
        max_file_bytes_(context.settings.Bytes("imaging.max_file_bytes")),
        table_(MakeTable(context)) {}

  /// Classifies all images. Returns an error only when the output could not be written.
  Status Run(serving::Classifier& classifier, std::size_t workers) {
    if (!arguments_.json) AQUA_TRY(output_.Line(table_.Header()));
    Progress progress("classifying", paths_.images.size(), TerminalRows());
    std::vector<Bytes> buffers(workers);
    Status written;
    base::RunOrdered<Result<domain::Prediction>>(
        paths_.images.size(), workers, workers * kWindowPerWorker,
        [&](std::size_t worker, std::size_t index) { return Classify(classifier, buffers[worker], paths_.images[index]); },
        [&](std::size_t index, const Result<domain::Prediction>& result) {
          if (Interrupted()) return false;
          progress.Clear();
          written = Print(paths_.images[index].path, result);
          progress.Update(totals_.all());
          return written.has_value();
        });
    AQUA_TRY(written);
    return output_.Flush();
  }

  [[nodiscard]] const Totals& totals() const { return totals_; }

 private:
  PredictionTable MakeTable(const Context& context) const {
    std::size_t longest = 0;
    for (const ImagePath& image : paths_.images) longest = std::max(longest, base::DisplayWidth(base::Printable(image.path)));
    return {longest, TerminalColumns(), arguments_.show_candidates, context.settings.Real("model.high_confidence_threshold")};
  }

  Result<domain::Prediction> Classify(serving::Classifier& classifier, Bytes& buffer, const ImagePath& image) const {
    if (image.error) return *image.error;
    if (image.path != "-") return ClassifyFile(classifier, image.path, max_file_bytes_, arguments_.top, buffer);
    if (!standard_input_) return standard_input_.error();
    return GuardWork([&] { return classifier.Classify(*standard_input_, {.top = arguments_.top}); });
  }

  Status Print(const std::string& path, const Result<domain::Prediction>& result) {
    if (!result) {
      ++totals_.failed;
      if (arguments_.json) return output_.Line(FailureJson(path, result.error()));
      // Named on standard error, so that a table in a file holds answers only.
      AQUA_TRY(output_.Flush());
      Complain(fmt::format("{}: {}", base::Printable(path), result.error().message));
      return {};
    }
    ++(result->rejected ? totals_.rejected : totals_.classified);
    return output_.Line(arguments_.json ? PredictionJson(path, *result) : table_.Row(path, *result));
  }

  const ClassifyArguments& arguments_;
  const ImagePaths& paths_;
  const Result<Bytes>& standard_input_;
  std::uint64_t max_file_bytes_;
  PredictionTable table_;
  Output output_;
  Totals totals_;
};

void PrintSummary(const ImagePaths& paths, const Totals& totals, std::chrono::duration<double> elapsed) {
  if (paths.images.size() < 2 && !Interrupted()) return;
  std::string text = fmt::format("{} of {} images: {} classified, {} unknown, {} failed", totals.all(), paths.images.size(), totals.classified, totals.rejected,
                                 totals.failed);
  text += fmt::format("; {} ({:.0f} images/s)", base::FormatDuration(elapsed), static_cast<double>(totals.all()) / std::max(elapsed.count(), 1e-3));
  if (paths.skipped > 0) text += fmt::format("; {} other file{} skipped", paths.skipped, paths.skipped == 1 ? "" : "s");
  if (Interrupted()) text = "interrupted after " + text;
  Complain(text);
}

Status WriteMetrics(const std::filesystem::path& file, const observe::MetricsRegistry& metrics) {
  if (file.empty()) return {};
  return base::WriteFileAtomically(file, AsBytes(metrics.Text()));
}

}  // namespace

int RunClassify(const Context& context, const ClassifyArguments& arguments) {
  const auto piped = std::count(arguments.paths.begin(), arguments.paths.end(), "-");
  if (piped > 1) {
    Complain("standard input (-) can be given once only");
    return kExitUsage;
  }
  const ImagePaths paths = FindImages(arguments.paths);
  const std::size_t workers = std::min(WorkerCount(context.settings), std::max<std::size_t>(paths.images.size(), 1));
  auto direct = MakeClassifier(context, "", workers);
  if (!direct) {
    Complain(direct.error().message);
    return kExitFailed;
  }
  observe::MetricsRegistry metrics;
  serving::InstrumentedClassifier classifier(*std::move(direct), metrics);

  // Before signals are handled, so that Ctrl-C still ends a wait for input at once.
  const Result<Bytes> standard_input =
      piped > 0 ? base::ReadDescriptor(STDIN_FILENO, context.settings.Bytes("imaging.max_file_bytes")) : Result<Bytes>(Bytes());
  HandleSignals();
  const auto start = std::chrono::steady_clock::now();
  ClassifyRun run(context, arguments, paths, standard_input);
  const Status written = run.Run(classifier, workers);
  PrintSummary(paths, run.totals(), std::chrono::steady_clock::now() - start);
  const Status exported = WriteMetrics(arguments.metrics_file, metrics);
  if (!exported) Complain(fmt::format("{}: {}", base::Printable(arguments.metrics_file.string()), exported.error().message));
  if (!written) {
    Complain(written.error().message);
    return kExitFailed;
  }
  if (Interrupted()) return kExitInterrupted;
  return run.totals().failed > 0 || !exported ? kExitFailed : kExitOk;
}

}  // namespace aqua::roles
