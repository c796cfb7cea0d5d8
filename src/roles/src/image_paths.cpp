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

void AddFolder(const std::string& folder, ImagePaths& found) {
  const std::size_t before = found.images.size();
  std::error_code failure;
  const auto fail = [&](const std::string& where) {
    found.images.push_back({where, MakeError(ErrorCode::kPermissionDenied, fmt::format("the folder cannot be read: {}", failure.message()), "unreadable")});
  };
  fs::recursive_directory_iterator entry(folder, failure);
  if (failure) return fail(folder);
  for (const fs::recursive_directory_iterator end; entry != end;) {
    std::error_code ignored;
    const fs::path path = entry->path();
    if (!entry->is_directory(ignored)) {
      if (HasImageName(path))
        found.images.push_back({path.string(), std::nullopt});
      else
        ++found.skipped;
    }
    entry.increment(failure);
    if (failure) {
      fail(path.string());
      if (entry == end) break;
      failure.clear();
    }
  }
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
      AddFolder(path, found);
    else
      found.images.push_back({path, std::nullopt});
  }
  return found;
}

}  // namespace aqua::roles
