#include "model_facts.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "aqua/base/file.hpp"
#include "aqua/base/text.hpp"
#include "aqua/base/time.hpp"
#include "json_text.hpp"

namespace aqua::roles {
namespace {

constexpr std::uint64_t kMaxCardBytes = 256 << 10;

Result<std::string> ReadCard(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "CARD.md";
  std::error_code failure;
  if (!std::filesystem::exists(path, failure)) return std::string();
  AQUA_TRY_ASSIGN(const Bytes card, base::ReadFile(path, kMaxCardBytes));
  return base::ValidUtf8(AsText(card));
}

}  // namespace

Result<api::ModelFacts> MakeModelFacts(const inference::ModelPackage& package, std::chrono::system_clock::time_point loaded_at) {
  const inference::Sidecar& sidecar = package.sidecar;
  api::ModelFacts facts;
  facts.architecture = sidecar.architecture;
  facts.parameter_count = sidecar.parameter_count;
  facts.checksum = package.file.sha256;
  facts.device = "cpu";
  AQUA_TRY_ASSIGN(facts.card, ReadCard(package.folder));
  facts.created_at = base::ParseTime(sidecar.created_at).value_or(loaded_at);
  facts.loaded_at = loaded_at;
  for (const inference::Evaluation& evaluation : sidecar.evaluations) {
    facts.figures[evaluation.split] = {evaluation.accuracy, evaluation.macro_recall, evaluation.ece};
    if (evaluation.split != "test") continue;
    facts.accuracy = evaluation.accuracy;
    facts.recall = evaluation.macro_recall;
    facts.f1 = evaluation.macro_f1;
  }
  return facts;
}

storage::ModelRow MakeModelRow(const inference::ModelPackage& package, const api::ModelFacts& facts) {
  const inference::Sidecar& sidecar = package.sidecar;
  storage::ModelRow row;
  row.name = sidecar.name;
  row.version = sidecar.version;
  row.architecture = sidecar.architecture;
  row.file_path = fmt::format("{}/{}/{}", sidecar.name, sidecar.version, package.file.path);
  row.accuracy = facts.accuracy;
  row.precision_score = facts.precision;
  row.recall_score = facts.recall;
  row.f1_score = facts.f1;
  row.metadata = fmt::format(R"({{"sha256":{},"preprocess_id":{},"num_parameters":{},"licence":{}}})", JsonText(package.file.sha256),
                             JsonText(sidecar.preprocess.id), sidecar.parameter_count, JsonText(sidecar.licence));
  return row;
}

}  // namespace aqua::roles
