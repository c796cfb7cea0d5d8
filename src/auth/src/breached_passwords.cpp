#include "aqua/auth/breached_passwords.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aqua/base/bytes.hpp"
#include "aqua/base/file.hpp"
#include "aqua/base/text.hpp"
#include "digest.hpp"

namespace aqua::auth {
namespace {

constexpr std::uint64_t kMaxListBytes = std::uint64_t{64} << 20U;
constexpr std::size_t kMinDigits = 16;
constexpr std::size_t kMaxDigits = 40;
constexpr std::size_t kMaxLine = 96;  // digits, ':', a count and the end of the line, with room
constexpr std::uint64_t kSamples = 64;

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

/// The digits of a line of hashes, in upper case; empty for any other line.
std::string DigitsOf(std::string_view line) {
  const auto end = std::find_if_not(line.begin(), line.end(), IsHex);
  const auto count = static_cast<std::size_t>(end - line.begin());
  std::string_view rest = line.substr(count);
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  const bool counted = rest.size() > 1 && rest.front() == ':' && std::all_of(rest.begin() + 1, rest.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (count < kMinDigits || count > kMaxDigits || (!rest.empty() && !counted)) return {};
  std::string digits(line.substr(0, count));
  std::transform(digits.begin(), digits.end(), digits.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  return digits;
}

/// A line of the file: where it begins, where the next one does, and its digits.
struct HashLine {
  std::uint64_t begin = 0;
  std::uint64_t next = 0;
  std::string digits;
};

class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path) : value_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int value() const { return value_; }

 private:
  int value_;
};

/// A sorted file of hashes, searched by halves.
class HashFile final : public BreachedPasswords {
 public:
  explicit HashFile(const std::filesystem::path& path) : file_(path) {
    struct stat status {};
    if (file_.value() >= 0 && ::fstat(file_.value(), &status) == 0 && S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
    if (const auto first = LineFrom(0)) digits_ = first->digits.size();
  }

  [[nodiscard]] bool IsOfHashes() const { return digits_ > 0; }

  /// Looks at lines that lie evenly over the file.
  [[nodiscard]] bool LooksSorted() const {
    std::string before;
    for (std::uint64_t i = 0; i < kSamples; ++i) {
      const auto line = LineFrom(size_ / kSamples * i);
      if (!line) continue;
      if (line->digits.size() != digits_ || line->digits < before) return false;
      before = line->digits;
    }
    return true;
  }

  [[nodiscard]] bool Contains(std::string_view password) const override {
    const std::string wanted = Sha1Hex(password).substr(0, digits_);
    std::uint64_t low = 0;
    std::uint64_t high = size_;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      const auto line = LineFrom(middle);
      if (!line || wanted < line->digits) {
        high = middle;
      } else if (line->digits == wanted) {
        return true;
      } else {
        low = line->next;
      }
    }
    return false;
  }

 private:
  /// The first line that begins at `offset` or after it; none at the end of the file, or when it cannot be read.
  [[nodiscard]] std::optional<HashLine> LineFrom(std::uint64_t offset) const {
    std::array<char, 2 * kMaxLine> buffer{};
    const std::uint64_t from = offset == 0 ? 0 : offset - 1;  // a line begins here when an end of line lies before it
    const ::ssize_t count = ::pread(file_.value(), buffer.data(), buffer.size(), static_cast<::off_t>(from));
    if (count <= 0) return std::nullopt;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(count));
    const std::size_t begin = offset == 0 ? 0 : text.find('\n') + 1;  // npos + 1 is 0
    if ((offset != 0 && begin == 0) || begin == text.size()) return std::nullopt;
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    return HashLine{from + begin, from + end + 1, DigitsOf(text.substr(begin, end - begin))};
  }

  Descriptor file_;
  std::uint64_t size_ = 0;
  std::size_t digits_ = 0;
};

/// A list in memory, sorted.
class PasswordList final : public BreachedPasswords {
 public:
  explicit PasswordList(Bytes content) : content_(std::move(content)) {
    for (std::string_view line : base::Split(AsText(content_), '\n')) {
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!line.empty()) passwords_.push_back(line);
    }
    std::sort(passwords_.begin(), passwords_.end());
  }

  [[nodiscard]] bool Contains(std::string_view password) const override { return std::binary_search(passwords_.begin(), passwords_.end(), password); }

 private:
  const Bytes content_;
  std::vector<std::string_view> passwords_;  // of content_
};

}  // namespace

Result<std::unique_ptr<BreachedPasswords>> OpenBreachedPasswords(const std::filesystem::path& file) {
  auto hashes = std::make_unique<HashFile>(file);
  if (hashes->IsOfHashes()) {
    if (!hashes->LooksSorted())
      return MakeError(ErrorCode::kInvalidArgument, "the hashes of breached passwords are not sorted, or not of one length: sort the file by hash",
                       "not_sorted");
    return std::unique_ptr<BreachedPasswords>(std::move(hashes));
  }
  AQUA_TRY_ASSIGN(Bytes content, base::ReadFile(file, kMaxListBytes));
  return std::unique_ptr<BreachedPasswords>(std::make_unique<PasswordList>(std::move(content)));
}

}  // namespace aqua::auth
