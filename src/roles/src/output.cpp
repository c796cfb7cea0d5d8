#include "output.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace aqua::roles {
namespace {

constexpr std::chrono::milliseconds kFlushInterval{200};

Status Failure() {
  if (errno == EPIPE) return MakeError(ErrorCode::kUnavailable, "the output was closed", "output_closed");
  if (errno == ENOSPC) return MakeError(ErrorCode::kResourceExhausted, "the output could not be written: the disk is full", "disk_full");
  return MakeError(ErrorCode::kUnavailable, fmt::format("the output could not be written: {}", std::strerror(errno)), "write_failed");
}

winsize TerminalSize() {
  winsize size{};
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO})
    if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size;
  size.ws_col = 120;
  size.ws_row = 24;
  return size;
}

}  // namespace

bool IsTerminal(int descriptor) { return ::isatty(descriptor) == 1; }
std::size_t TerminalColumns() { return TerminalSize().ws_col; }
std::size_t TerminalRows() { return TerminalSize().ws_row; }

Status Output::Line(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fputc('\n', stdout) == EOF) return Failure();
  const auto now = std::chrono::steady_clock::now();
  if (!IsTerminal(STDOUT_FILENO) && now - last_flush_ < kFlushInterval) return {};
  last_flush_ = now;
  return Flush();
}

Status Output::Flush() { return std::fflush(stdout) == 0 ? Status() : Failure(); }

Status Output::Finish() {
  AQUA_TRY(Flush());
  return std::ferror(stdout) == 0 ? Status() : Failure();
}

void Complain(std::string_view message) { PrintError(fmt::format("aqua: {}\n", message)); }

void PrintError(std::string_view text) {
  // Where standard error cannot be written there is nobody left to tell.
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
  static_cast<void>(std::fflush(stderr));
}

}  // namespace aqua::roles
