#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace aqua::roles {

/// A progress bar with the time left on standard error; shows nothing when that is no terminal or the work is small.
class Progress {
 public:
  /// Shows a bar only for more than `at_least` items.
  Progress(std::string what, std::size_t total, std::size_t at_least);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Takes the bar off the screen, so that a line can be printed.
  void Clear();
  /// Says how much is done; draws at most ten times a second.
  void Update(std::size_t done);

 private:
  std::string what_;
  std::size_t total_;
  bool enabled_;
  bool visible_ = false;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_draw_{};
};

}  // namespace aqua::roles
