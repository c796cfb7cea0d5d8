#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/base/result.hpp"

namespace aqua::cache {

/// A small Lua program for the server that keeps the data, and the name that the server knows it by.
class Script {
 public:
  explicit Script(std::string text);
  [[nodiscard]] const std::string& text() const { return text_; }
  /// SHA-1 of the text: 40 lower-case hexadecimal digits.
  [[nodiscard]] const std::string& digest() const { return digest_; }

 private:
  std::string text_;
  std::string digest_;
};

/// Runs scripts where the data is, each as one atomic step. Thread-safe.
class ScriptHost {
 public:
  virtual ~ScriptHost() = default;

  /// Runs a script that answers with an array of integers, and returns it. Blocks for `limit` at most, connecting included.
  /// Errors: kUnavailable ("redis_unavailable", "redis_busy"; the script may have run), kFailedPrecondition (the script failed, or
  /// answered with something else).
  virtual Result<std::vector<std::int64_t>> RunScript(const Script& script, std::span<const std::string_view> keys, std::span<const std::string_view> arguments,
                                                      std::chrono::milliseconds limit) = 0;
};

}  // namespace aqua::cache
