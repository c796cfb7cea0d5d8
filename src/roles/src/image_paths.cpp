#include "image_paths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "aqua/base/text.hpp"

namespace aqua::roles {
namespace {

namespace fs = std::filesystem;

bool HasImageName(const fs::path& path) {
  constexpr std::array<std::string_view, 14> kEndings = {".jpg",  ".jpeg", ".jpe", ".png", ".webp", ".gif", ".heic",
                                                         ".heif", ".avif", ".bmp", ".tif", ".tiff", ".svg", ".jxl"};
  const std::string ending = base::ToLower(path.extension().string());
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

/// Adds the images of a folder, its own folders included; a folder that cannot be read becomes an entry of its own.
void AddFolder(const fs::path& folder, ImagePaths& found) {
  std::error_code failure;
  fs::directory_iterator entry(folder, failure);
  for (const fs::directory_iterator end; !failure && entry != end; entry.increment(failure)) {
    std::error_code ignored;
    const fs::path path = entry->path();
    if (entry->is_directory(ignored) && !entry->is_symlink(ignored))
      AddFolder(path, found);
    else if (HasImageName(path))
      found.images.push_back({path.string(), std::nullopt});
    else
      ++found.skipped;
  }
  if (failure)
    found.images.push_back(
        {folder.string(), MakeError(ErrorCode::kPermissionDenied, fmt::format("the folder cannot be read: {}", failure.message()), "unreadable")});
}

void AddTree(const std::string& folder, ImagePaths& found) {
  const std::size_t before = found.images.size();
  AddFolder(folder, found);
  if (found.images.size() == before)
    found.images.push_back({folder, MakeError(ErrorCode::kNotFound, "the folder holds no images (names ending in .jpg, .jpeg, .png or .webp)", "no_images")});
  std::sort(found.images.begin() + static_cast<std::ptrdiff_t>(before), found.images.end(),
            [](const ImagePath& a, const ImagePath& b) { return a.path < b.path; });
}

}  // namespace

ImagePaths FindImages(const std::vector<std::string>& paths) {
  ImagePaths found;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (path != "-" && fs::is_directory(path, ignored))
      AddTree(path, found);
    else
      found.images.push_back({path, std::nullopt});
  }
  return found;
}

}  // namespace aqua::roles
