#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::api {

/// Files of a folder, read into memory at start, so that no request touches the disk and no path of a request reaches it.
class StaticFiles {
 public:
  struct File {
    std::string content_type;
    std::shared_ptr<const Bytes> content;
    std::string etag;  ///< quoted, from the SHA-256 of the content
  };

  StaticFiles() = default;

  /// Reads all regular files below `folder` with a known extension; links are passed over. A folder that is not there gives
  /// an empty set. Errors: those of ReadFile; kResourceExhausted ("too_large") beyond 64 MiB.
  static Result<StaticFiles> Load(const std::filesystem::path& folder);

  /// path: relative, with '/', for example "assets/index-3f2a.js".
  [[nodiscard]] const File* Find(std::string_view path) const;
  [[nodiscard]] bool empty() const { return files_.empty(); }
  [[nodiscard]] const std::map<std::string, File, std::less<>>& files() const { return files_; }

 private:
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace aqua::api
