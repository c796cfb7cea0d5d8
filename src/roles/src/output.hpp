#pragma once

#include <chrono>
#include <string_view>

#include "aqua/base/result.hpp"

namespace aqua::roles {

/// Whether a standard stream is a terminal, and its size.
bool IsTerminal(int descriptor);
std::size_t TerminalColumns();
std::size_t TerminalRows();

/// Standard output, line by line. Writes through at once on a terminal, else at least five times a second.
class Output {
 public:
  /// Errors: kUnavailable ("output_closed") when the reader has gone; kResourceExhausted ("disk_full"), kUnavailable
  /// ("write_failed").
  Status Line(std::string_view text);
  static Status Flush();
  /// Flushes, and tells of any write that failed before. Errors: as Line().
  static Status Finish();

 private:
  std::chrono::steady_clock::time_point last_flush_{};
};

/// Prints "aqua: message" on standard error; a failure to do so is ignored.
void Complain(std::string_view message);

/// Prints text on standard error as it is; a failure to do so is ignored.
void PrintError(std::string_view text);

}  // namespace aqua::roles
