#include "state_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>

#include "aqua/base/file.hpp"
#include "aqua/base/text.hpp"
#include "aqua/base/uuid.hpp"

namespace aqua::roles {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyBytes = 32;

Error FolderError(const fs::path& folder, int code) {
  const std::string why = fmt::format("the state folder {} cannot be made: {}; set AQUA_STATE_DIR to a folder that this user may write to",
                                      base::Printable(folder.string()), std::generic_category().message(code));
  if (code == ENOSPC || code == EDQUOT) return MakeError(ErrorCode::kResourceExhausted, why, "disk_full");
  return MakeError(code == EACCES || code == EROFS || code == EPERM ? ErrorCode::kPermissionDenied : ErrorCode::kUnavailable, why, "state_folder");
}

Status MakePrivateFolder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), S_IRWXU) == 0) return {};
  struct stat info {};
  if (errno == EEXIST && ::stat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return {};
  return FolderError(folder, errno);
}

/// Writes a new key to its end before it gets its name, so that a start that is killed leaves none or a whole one. When
/// another process was first, its key stays.
Status MakeKey(const fs::path& path) {
  std::array<std::uint8_t, kKeyBytes> key{};
  base::FillRandom(key);
  const fs::path unfinished = fmt::format("{}.{}", path.string(), ::getpid());
  ::unlink(unfinished.c_str());
  const int file = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (file < 0) return FolderError(path, errno);
  const bool written = ::write(file, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && ::fsync(file) == 0;
  int code = written ? 0 : errno;
  ::close(file);
  if (code == 0 && ::link(unfinished.c_str(), path.c_str()) != 0 && errno != EEXIST) code = errno;
  ::unlink(unfinished.c_str());
  return code == 0 ? Status() : Status(FolderError(path, code));
}

}  // namespace

Status PrepareStateFolder(const fs::path& folder) {
  std::error_code failure;
  const fs::path parent = fs::absolute(folder, failure).lexically_normal().parent_path();
  if (!fs::exists(parent, failure)) fs::create_directories(parent, failure);
  if (failure) return FolderError(folder, failure.value());
  return MakePrivateFolder(folder);
}

Result<std::array<std::uint8_t, 32>> LoadOrMakeKey(const fs::path& folder, const std::string& name) {
  AQUA_TRY(MakePrivateFolder(folder / "keys"));
  const fs::path path = folder / "keys" / name;
  std::error_code failure;
  if (!fs::exists(path, failure)) AQUA_TRY(MakeKey(path));
  const auto content = base::ReadFile(path, kKeyBytes + 1);
  std::array<std::uint8_t, kKeyBytes> key{};
  if (!content && content.error().reason != "empty" && content.error().reason != "too_large") return content.error().WithContext("key");
  if (!content || content->size() != key.size())
    return MakeError(ErrorCode::kDataLoss, fmt::format("the key {} is damaged; remove it, and a new one is made", base::Printable(path.string())),
                     "key_damaged");
  std::copy(content->begin(), content->end(), key.begin());
  return key;
}

}  // namespace aqua::roles
