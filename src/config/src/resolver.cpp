#include "resolver.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "aqua/base/assert.hpp"
#include "aqua/base/text.hpp"
#include "table.hpp"
#include "value.hpp"

namespace aqua::config {
namespace {

constexpr std::size_t kMaxShownBytes = 80;
/// Longer names are no slips of known ones, and comparing them takes time.
constexpr std::size_t kMaxSuggestedBytes = 64;

/// Names that the program or its tests read from the environment beside the table.
bool IsProcessName(std::string_view name) { return name == "AQUA_CONFIG" || name == "AQUA_DATA"; }

std::string Shown(std::string_view text) {
  return base::Printable(text.size() <= kMaxShownBytes ? text : text.substr(0, kMaxShownBytes)) + (text.size() <= kMaxShownBytes ? "" : "…");
}

std::string ShownValue(const Setting& setting, std::string_view value) { return setting.secret ? "***" : '"' + Shown(value) + '"'; }

std::vector<std::string> Keys() {
  std::vector<std::string> names;
  for (const Setting& row : Table()) names.emplace_back(row.key);
  return names;
}

std::vector<std::string> EnvironmentNames() {
  std::vector<std::string> names;
  for (const Setting& row : Table())
    for (const EnvironmentName& environment : row.environment) names.emplace_back(environment.name);
  return names;
}

/// "; did you mean log.level?", or nothing.
std::string Suggestion(std::string_view name, const std::vector<std::string>& known) {
  const auto nearest = name.size() <= kMaxSuggestedBytes ? base::Nearest(name, known) : std::nullopt;
  return nearest ? fmt::format("; did you mean {}?", *nearest) : std::string();
}

bool IsSection(std::string_view name) {
  const std::string prefix = std::string(name) + '.';
  return std::ranges::any_of(Table(), [&](const Setting& row) { return row.key.starts_with(prefix); });
}

/// White space around a value counts in free text only.
bool IsFreeText(SettingType type) { return type == SettingType::kText || type == SettingType::kPath || type == SettingType::kUrl; }

bool IsPyTorchFile(std::string_view path) {
  const std::string lower = base::ToLower(path);
  return lower.ends_with(".pth") || lower.ends_with(".pt");
}

}  // namespace

Resolver::Resolver() {
  for (const Setting& row : Table()) {
    if (row.state == SettingState::kReserved) continue;
    auto value = ParseValue(row, row.default_value);
    AQUA_ASSERT(value.has_value());
    entries_[std::string(row.key)] = {*std::move(value), std::string(row.default_value), SettingSource::kDefault, "default"};
  }
}

void Resolver::Add(SettingSource source, const std::vector<Entry>& entries) {
  std::map<const Setting*, Match> chosen;
  for (const Entry& entry : entries) {
    const auto match = Recognise(source, entry);
    const bool is_environment = source == SettingSource::kDotenv || source == SettingSource::kEnvironment;
    if (!match)
      AddUnknown(source, entry);
    else if (entry.value && !(is_environment && entry.value->empty()))
      Choose(source, *match, chosen);
  }
  // In the order of the table, so that messages do not depend on addresses or on the order of the source.
  for (const Setting& row : Table())
    if (const auto found = chosen.find(&row); found != chosen.end()) Apply(source, found->second);
}

std::optional<Resolver::Match> Resolver::Recognise(SettingSource source, const Entry& entry) {
  if (source == SettingSource::kFile || source == SettingSource::kFlag)
    if (const Setting* setting = FindSetting(entry.name)) return Match{setting, &entry, 0, {}};
  if (source == SettingSource::kFlag) return std::nullopt;
  const auto named = FindByEnvironmentName(entry.name);
  if (!named) return std::nullopt;
  return Match{named->setting, &entry, named->rank, named->setting->environment[named->rank].unit};
}

void Resolver::AddUnknown(SettingSource source, const Entry& entry) {
  const std::string name = Shown(entry.name);
  const bool ours = entry.name.starts_with("AQUA_");
  if (source == SettingSource::kFile || source == SettingSource::kFlag) {
    if (!IsSection(entry.name))
      faults_.push_back(fmt::format("{}: unknown setting {}{}", entry.origin, name, Suggestion(entry.name, Keys())));
    else if (entry.value)
      faults_.push_back(fmt::format("{}: {} is a group of settings and takes no value", entry.origin, name));
    return;
  }
  if (IsProcessName(entry.name)) return;
  const std::string suggestion = ours || source == SettingSource::kDotenv ? Suggestion(entry.name, EnvironmentNames()) : std::string();
  if (ours && source == SettingSource::kDotenv)
    faults_.push_back(fmt::format("{}: unknown setting {}{}", entry.origin, name, suggestion));
  else if (ours)
    warnings_.push_back(fmt::format("{} is not a setting and has no effect{}", name, suggestion));
  else if (!suggestion.empty())
    warnings_.push_back(fmt::format("{}: {} is not a setting and has no effect{}", entry.origin, name, suggestion));
}

void Resolver::Choose(SettingSource source, const Match& match, std::map<const Setting*, Match>& chosen) {
  if (match.setting->state == SettingState::kReserved) WarnReserved(match);
  const auto [found, added] = chosen.emplace(match.setting, match);
  if (added) return;
  Match& present = found->second;
  if (source == SettingSource::kFlag) {
    present = match;
    return;
  }
  if (source == SettingSource::kFile) {
    faults_.push_back(fmt::format("{}: {} is given twice, first at {}", match.entry->origin, match.setting->key, present.entry->origin));
    return;
  }
  const bool better = match.rank < present.rank;
  const Match& winner = better ? match : present;
  const Match& loser = better ? present : match;
  if (*winner.entry->value != *loser.entry->value)
    warnings_.push_back(fmt::format("{} has no effect because {} is set too", loser.entry->name, winner.entry->name));
  present = Match(winner);
}

void Resolver::Apply(SettingSource source, const Match& match) {
  const Setting& setting = *match.setting;
  const std::string& given = *match.entry->value;
  const std::string text = WithUnit(IsFreeText(setting.type) ? given : base::Trim(given), match.unit);
  SettingEntry& entry = entries_[std::string(setting.key)];
  entry = {std::monostate(), text, source, match.entry->origin};
  if (setting.state == SettingState::kReserved) return;
  auto value = ParseValue(setting, text);
  if (value) {
    entry.value = *std::move(value);
    return;
  }
  const std::string name = match.entry->name == setting.key || source == SettingSource::kEnvironment ? std::string(setting.key)
                                                                                                     : fmt::format("{} ({})", setting.key, match.entry->name);
  faults_.push_back(fmt::format("{}: {} = {} {}", match.entry->origin, name, ShownValue(setting, given), value.error().message));
}

void Resolver::WarnReserved(const Match& match) {
  const std::string& name = match.entry->name;
  if (!warned_names_.insert(name).second) return;
  if (match.setting->key == "model.path" && IsPyTorchFile(*match.entry->value))
    warnings_.push_back(
        fmt::format("{} = \"{}\": PyTorch files cannot be loaded; put the model in ONNX form below ML_MODEL_BASE_PATH", name, Shown(*match.entry->value)));
  else
    warnings_.push_back(fmt::format("{} is known but has no effect in this build", name));
}

}  // namespace aqua::config
