#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "aqua/base/uuid.hpp"
#include "aqua/identity/notifier.hpp"
#include "mail.hpp"

namespace aqua::identity {
namespace {

Error CannotWrite(std::string_view what) {
  return MakeError(ErrorCode::kUnavailable, fmt::format("the message cannot be written: {}", what), "notifier_unavailable");
}

bool WriteAll(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

FileNotifier::FileNotifier(std::filesystem::path folder, std::string from, const base::Clock& clock)
    : folder_(std::move(folder)), from_(std::move(from)), clock_(clock) {}

Status FileNotifier::Send(const std::string& to, const std::string& subject, const std::string& text) {
  AQUA_TRY_ASSIGN(const std::string mail, MakeMail(from_, to, subject, text, clock_.Now()));
  std::error_code failure;
  if (std::filesystem::create_directories(folder_, failure)) std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, failure);
  if (failure) return CannotWrite(failure.message());
  const std::filesystem::path file = folder_ / (base::NewUuidV7() + ".eml");
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return CannotWrite(std::generic_category().message(errno));
  const bool written = WriteAll(descriptor, mail);
  if (::close(descriptor) != 0 || !written) return CannotWrite(std::generic_category().message(errno));
  return {};
}

}  // namespace aqua::identity
