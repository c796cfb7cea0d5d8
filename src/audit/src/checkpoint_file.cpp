#include "checkpoint_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "aqua/base/text.hpp"
#include "checkpoint_cursor.hpp"

namespace aqua::audit {
namespace {

/// A line has some 300 bytes.
constexpr off_t kTail = 16'384;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);  // gives back the lock, too
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  const int number_;
};

Error NotWritable(const std::filesystem::path& path) {
  const std::string cause = std::error_code(errno, std::generic_category()).message();
  return MakeError(ErrorCode::kUnavailable, fmt::format("the file of checkpoints {}: {}", base::Printable(path.string()), cause),
                   "checkpoint_file_not_writable");
}

struct Tail {
  std::int64_t last_number = 0;
  bool is_torn = false;  ///< the last line has no end
};

bool ReadTail(int file, Tail& tail) {
  struct stat facts {};
  if (::fstat(file, &facts) != 0) return false;
  const off_t begin = std::max<off_t>(facts.st_size - kTail, 0);
  std::string text(static_cast<std::size_t>(facts.st_size - begin), '\0');
  if (::pread(file, text.data(), text.size(), begin) != static_cast<ssize_t>(text.size())) return false;
  tail.is_torn = !text.empty() && text.back() != '\n';
  for (const std::string_view line : base::Split(text, '\n'))
    if (const auto checkpoint = ReadCheckpoint(line)) tail.last_number = checkpoint->number;
  if (tail.last_number > 0 || begin == 0) return true;
  errno = EBADMSG;  // not a file of checkpoints
  return false;
}

bool WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// So that a new file outlives a power cut.
bool FlushFolder(const std::filesystem::path& path) {
  const Descriptor folder(::open(path.has_parent_path() ? path.parent_path().c_str() : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.number() >= 0 && ::fsync(folder.number()) == 0;
}

}  // namespace

Status CheckpointFile::CopyFrom(sql::Database& database) const {
  const Descriptor file(::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (file.number() < 0 || ::flock(file.number(), LOCK_EX) != 0) return NotWritable(path_);
  Tail tail;
  if (!ReadTail(file.number(), tail)) return NotWritable(path_);
  const auto table = CheckpointsOfTable(database, tail.last_number, std::numeric_limits<std::int64_t>::max());
  std::string lines = tail.is_torn ? "\n" : "";
  while (true) {
    AQUA_TRY_ASSIGN(const auto checkpoint, table->Next());
    if (checkpoint) lines += WriteCheckpoint(*checkpoint) + '\n';
    if (checkpoint && lines.size() < static_cast<std::size_t>(kTail)) continue;
    if (!WriteAll(file.number(), lines)) return NotWritable(path_);
    lines.clear();
    if (!checkpoint) break;
  }
  if (::fsync(file.number()) != 0) return NotWritable(path_);
  if (tail.last_number == 0 && !FlushFolder(path_)) return NotWritable(path_);
  return {};
}

}  // namespace aqua::audit
