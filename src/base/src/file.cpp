#include "aqua/base/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <string>

#include "aqua/base/text.hpp"

namespace aqua::base {
namespace {

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] bool ok() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

Error OpenError(const std::filesystem::path& path, int error) {
  std::error_code ignored;
  if (error == ENOENT && std::filesystem::is_symlink(std::filesystem::symlink_status(path, ignored)))
    return MakeError(ErrorCode::kNotFound, "the link points to a file that does not exist", "dangling_link");
  if (error == ENOENT || error == ENOTDIR) return MakeError(ErrorCode::kNotFound, "no such file", "not_found");
  if (error == ELOOP) return MakeError(ErrorCode::kNotFound, "the link leads back to itself", "dangling_link");
  if (error == EACCES || error == EPERM)
    return MakeError(ErrorCode::kPermissionDenied, "no permission to read the file; check its owner and mode", "unreadable");
  return MakeError(ErrorCode::kUnavailable, fmt::format("cannot open the file: {}", std::strerror(error)), "read_failed");
}

Error WriteError(int error) {
  if (error == ENOSPC || error == EDQUOT) return MakeError(ErrorCode::kResourceExhausted, "the disk is full; free some space and try again", "disk_full");
  if (error == EACCES || error == EPERM || error == EROFS)
    return MakeError(ErrorCode::kPermissionDenied, "no permission to write there; check owner, mode and mount options", "read_only");
  return MakeError(ErrorCode::kUnavailable, fmt::format("cannot write: {}", std::strerror(error)), "write_failed");
}

Error TooLarge(std::uint64_t max_bytes) {
  return MakeError(ErrorCode::kResourceExhausted, fmt::format("larger than the limit of {}", FormatBytes(max_bytes)), "too_large");
}

Status ReadAll(int descriptor, std::uint64_t max_bytes, std::size_t expected, Bytes& content) {
  constexpr std::size_t kChunk = 64 * 1024;
  // The limit is tested with one byte more.
  max_bytes = std::min(max_bytes, std::numeric_limits<std::uint64_t>::max() - 1);
  std::size_t used = 0;
  content.resize(std::min<std::uint64_t>(expected > 0 ? expected + 1 : kChunk, max_bytes + 1));
  for (;;) {
    if (used == content.size()) {
      if (used > max_bytes) return TooLarge(max_bytes);
      content.resize(std::min<std::uint64_t>(content.size() * 2, max_bytes + 1));
    }
    const ssize_t count = ::read(descriptor, content.data() + used, content.size() - used);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return MakeError(ErrorCode::kUnavailable, fmt::format("reading failed: {}", std::strerror(errno)), "read_failed");
    if (count == 0) break;
    used += static_cast<std::size_t>(count);
  }
  if (used > max_bytes) return TooLarge(max_bytes);
  content.resize(used);
  if (used == 0) return MakeError(ErrorCode::kInvalidArgument, "the file is empty (0 bytes)", "empty");
  return {};
}

}  // namespace

Status ReadFile(const std::filesystem::path& path, std::uint64_t max_bytes, Bytes& content) {
  // O_NONBLOCK keeps a named pipe from blocking the open; it has no effect on regular files.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.ok()) return OpenError(path, errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return OpenError(path, errno);
  if (!S_ISREG(info.st_mode)) return MakeError(ErrorCode::kInvalidArgument, "not a regular file", "not_a_file");
  if (static_cast<std::uint64_t>(info.st_size) > max_bytes) return TooLarge(max_bytes);
  return ReadAll(file.get(), max_bytes, static_cast<std::size_t>(info.st_size), content);
}

Result<Bytes> ReadFile(const std::filesystem::path& path, std::uint64_t max_bytes) {
  Bytes content;
  AQUA_TRY(ReadFile(path, max_bytes, content));
  return content;
}

Result<Bytes> ReadDescriptor(int descriptor, std::uint64_t max_bytes) {
  Bytes content;
  AQUA_TRY(ReadAll(descriptor, max_bytes, 0, content));
  return content;
}

Status WriteFileAtomically(const std::filesystem::path& path, ByteView content) {
  std::string temporary = path.string() + ".XXXXXX";
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.ok()) return WriteError(errno);
  const auto fail = [&temporary](int error) {
    ::unlink(temporary.c_str());
    return WriteError(error);
  };
  while (!content.empty()) {
    const ssize_t count = ::write(file.get(), content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(errno);
    content = content.subspan(static_cast<std::size_t>(count));
  }
  if (::fchmod(file.get(), 0644) != 0 || ::fsync(file.get()) != 0) return fail(errno);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return fail(errno);
  return {};
}

}  // namespace aqua::base
