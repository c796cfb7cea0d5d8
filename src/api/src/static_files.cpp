#include "aqua/api/static_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "aqua/base/file.hpp"
#include "aqua/base/sha256.hpp"
#include "aqua/base/text.hpp"

namespace aqua::api {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxTotalBytes = 64 << 20;

constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kContentTypes = {{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".webp", "image/webp"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".md", "text/markdown; charset=utf-8"},
}};

std::string_view ContentType(const fs::path& path) {
  const std::string extension = base::ToLower(path.extension().string());
  const auto* const found = std::find_if(kContentTypes.begin(), kContentTypes.end(), [&](const auto& row) { return row.first == extension; });
  return found == kContentTypes.end() ? std::string_view() : found->second;
}

}  // namespace

Result<StaticFiles> StaticFiles::Load(const fs::path& folder) {
  StaticFiles files;
  std::error_code failure;
  std::uint64_t left = kMaxTotalBytes;
  for (fs::recursive_directory_iterator it(folder, failure), end; !failure && it != end; it.increment(failure)) {
    const std::string_view content_type = ContentType(it->path());
    if (content_type.empty() || it->is_symlink(failure) || !it->is_regular_file(failure) || it->file_size(failure) == 0) continue;
    AQUA_TRY_ASSIGN(Bytes content, base::ReadFile(it->path(), left));
    left -= content.size();
    File file{std::string(content_type), nullptr, fmt::format("\"{}\"", base::Sha256Hex(content).substr(0, 32))};
    file.content = std::make_shared<const Bytes>(std::move(content));
    files.files_.emplace(it->path().lexically_relative(folder).generic_string(), std::move(file));
  }
  return files;
}

const StaticFiles::File* StaticFiles::Find(std::string_view path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : &found->second;
}

}  // namespace aqua::api
