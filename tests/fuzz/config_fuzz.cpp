// Feeds bytes to the settings loader, as the YAML file and as the .env file. What is accepted must read back to the same
// values after it was printed, but for secrets, which are not printed.
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "aqua/base/assert.hpp"
#include "aqua/config/loader.hpp"
#include "aqua/config/report.hpp"
#include "aqua/config/setting.hpp"

namespace {

using aqua::Bytes;
using aqua::Result;
using aqua::config::Loaded;
using aqua::config::Settings;
using aqua::config::Sources;

Result<Loaded> LoadText(const Sources& sources, aqua::ByteView text) {
  return aqua::config::Load(sources, [text](const std::filesystem::path& path, std::uint64_t) -> Result<Bytes> {
    // AQUA_CONFIG in the input may name any other file.
    if (path != "fuzz") return aqua::MakeError(aqua::ErrorCode::kNotFound, "no such file", "not_found");
    return Bytes(text.begin(), text.end());
  });
}

Sources YamlSource() { return {.file = "fuzz", .dotenv = {}, .environment = {}, .flags = {}}; }

void CheckReadsBack(const Settings& settings) {
  const std::string printed = aqua::config::PrintConfig(settings);
  const Result<Loaded> copy = LoadText(YamlSource(), aqua::AsBytes(printed));
  AQUA_ASSERT(copy.has_value());
  for (const auto& [key, entry] : settings.entries()) {
    const aqua::config::Setting& row = *aqua::config::FindSetting(key);
    const bool shown = row.state == aqua::config::SettingState::kActive && !row.secret;
    AQUA_ASSERT(!shown || copy->settings.entries().find(key)->second.value == entry.value);
  }
}

void Check(const Result<Loaded>& loaded) {
  if (loaded)
    CheckReadsBack(loaded->settings);
  else
    AQUA_ASSERT(!loaded.error().message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const aqua::ByteView text(data, size);
  Check(LoadText(YamlSource(), text));
  Check(LoadText({.file = {}, .dotenv = "fuzz", .environment = {}, .flags = {}}, text));
  return 0;
}
