#include "aqua/config/loader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "aqua/base/file.hpp"
#include "aqua/base/text.hpp"
#include "dotenv_reader.hpp"
#include "resolver.hpp"
#include "rules.hpp"
#include "yaml_reader.hpp"

namespace aqua::config {
namespace {

constexpr std::uint64_t kMaxFileBytes = 1024 * 1024;
constexpr std::size_t kMaxFaults = 100;

using FileParser = Reading (*)(std::string_view file_name, std::string_view text);

Reading ReadSource(const std::optional<std::filesystem::path>& path, const FileReader& read_file, FileParser parse) {
  if (!path) return {};
  const std::string name = base::Printable(path->string());
  const Result<Bytes> content = read_file(*path, kMaxFileBytes);
  // An empty file says nothing, which is no fault.
  if (!content && content.error().reason == "empty") return {};
  if (!content) return {.entries = {}, .faults = {fmt::format("{}: {}", name, content.error().message)}};
  return parse(name, AsText(*content));
}

std::optional<std::filesystem::path> FileNamedBy(const Sources& sources, const std::vector<Entry>& dotenv) {
  if (sources.file) return sources.file;
  constexpr std::string_view kName = "AQUA_CONFIG";
  if (const auto found = sources.environment.find(std::string(kName)); found != sources.environment.end() && !found->second.empty()) return found->second;
  for (const Entry& entry : dotenv)
    if (entry.name == kName && !entry.value->empty()) return *entry.value;
  return std::nullopt;
}

std::vector<Entry> EnvironmentEntries(const std::map<std::string, std::string>& environment) {
  std::vector<Entry> entries;
  for (const auto& [name, value] : environment) entries.push_back({name, value, "environment " + base::Printable(name)});
  return entries;
}

std::vector<Entry> FlagEntries(const std::vector<std::pair<std::string, std::string>>& flags) {
  std::vector<Entry> entries;
  for (const auto& [key, value] : flags) entries.push_back({key, value, "command line"});
  return entries;
}

Error FaultsError(std::vector<std::string> faults) {
  if (faults.size() > kMaxFaults) {
    const std::size_t more = faults.size() - kMaxFaults;
    faults.resize(kMaxFaults);
    faults.push_back(fmt::format("and {} more", more));
  }
  return MakeError(ErrorCode::kInvalidArgument, fmt::format("{}", fmt::join(faults, "\n")), "invalid_config");
}

}  // namespace

Result<Loaded> Load(const Sources& sources) {
  return Load(sources, [](const std::filesystem::path& path, std::uint64_t max_bytes) { return base::ReadFile(path, max_bytes); });
}

Result<Loaded> Load(const Sources& sources, const FileReader& read_file) {
  const Reading dotenv = ReadSource(sources.dotenv, read_file, &ReadDotenv);
  const Reading file = ReadSource(FileNamedBy(sources, dotenv.entries), read_file, &ReadYaml);
  Resolver resolver;
  resolver.Add(SettingSource::kFile, file.entries);
  resolver.Add(SettingSource::kDotenv, dotenv.entries);
  resolver.Add(SettingSource::kEnvironment, EnvironmentEntries(sources.environment));
  resolver.Add(SettingSource::kFlag, FlagEntries(sources.flags));

  std::vector<std::string> faults;
  for (const auto& part : {file.faults, dotenv.faults, resolver.faults(), BrokenRules(resolver.entries())})
    faults.insert(faults.end(), part.begin(), part.end());
  if (!faults.empty()) return FaultsError(std::move(faults));
  return Loaded{Settings(resolver.entries()), resolver.warnings()};
}

std::map<std::string, std::string> ProcessEnvironment() {
  std::map<std::string, std::string> environment;
  for (char** variable = ::environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

}  // namespace aqua::config
