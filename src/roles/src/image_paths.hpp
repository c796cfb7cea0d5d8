#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "aqua/base/result.hpp"

namespace aqua::roles {

/// One image to look at, or a place where none could be had.
struct ImagePath {
  std::string path;
  std::optional<Error> error;
};

struct ImagePaths {
  std::vector<ImagePath> images;
  std::size_t skipped = 0;  ///< files in folders whose names are not those of images
};

/// Turns the paths of a command line into images: files as they are, folders recursively and sorted, with all files whose
/// names end as images do (those in formats we do not read included, so that they are named). Links to folders inside
/// folders are not followed. A folder without images, or one that cannot be read, becomes an entry with an error.
ImagePaths FindImages(const std::vector<std::string>& paths);

}  // namespace aqua::roles
