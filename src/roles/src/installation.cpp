#include "installation.hpp"

#include <system_error>

namespace aqua::roles {

namespace fs = std::filesystem;

fs::path InstalledFolder(const fs::path& marker) {
  std::error_code failure;
  fs::path folder = fs::read_symlink("/proc/self/exe", failure).parent_path();
  for (int level = 0; level < 4 && folder.has_relative_path(); ++level) {
    folder = folder.parent_path();
    if (fs::exists(folder / marker, failure)) return folder;
  }
  return {};
}

fs::path PageFolder(const config::Settings& settings) {
  if (fs::path configured = settings.Path("api.web_directory"); !configured.empty()) return configured;
  if (const fs::path checkout = InstalledFolder("web/dist/index.html"); !checkout.empty()) return checkout / "web" / "dist";
  const fs::path installed = InstalledFolder("web/index.html");
  return installed.empty() ? installed : installed / "web";
}

fs::path SamplesFolder(const config::Settings& settings) {
  if (fs::path configured = settings.Path("api.samples_directory"); !configured.empty()) return configured;
  const fs::path installed = InstalledFolder("samples/credits.json");
  return installed.empty() ? installed : installed / "samples";
}

}  // namespace aqua::roles
