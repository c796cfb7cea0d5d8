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
  Status Flush();

 private:
  std::chrono::steady_clock::time_point last_flush_{};
};

/// Prints "aqua: message" on standard error.
void Complain(std::string_view message);

}  // namespace aqua::roles
