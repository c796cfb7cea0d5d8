#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include "aqua/http/server.hpp"

namespace aqua::http {

/// Counts open connections, in all and for each address. Thread-safe.
class ConnectionCount {
 public:
  enum class Verdict { kAdmitted, kRefused, kDropped };

  explicit ConnectionCount(const Limits& limits) : limits_(limits) {}

  /// Counts a connection in. kRefused: over a limit, and counted among the few that are told so; kDropped: not counted.
  Verdict Add(const std::string& address, bool loopback);
  /// Counts a connection out that was admitted or refused.
  void Remove(const std::string& address, Verdict verdict);

  [[nodiscard]] std::size_t admitted() const;
  /// Waits until no connection is left. Returns whether that is so.
  bool WaitForNone(std::chrono::milliseconds limit);

 private:
  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable removed_;
  std::unordered_map<std::string, std::size_t> by_address_;
  std::size_t admitted_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace aqua::http
