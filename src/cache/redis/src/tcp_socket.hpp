#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "aqua/base/result.hpp"

namespace aqua::cache {

using Deadline = std::chrono::steady_clock::time_point;

/// A TCP connection whose waits all end. For one thread at a time. Errors: kUnavailable ("redis_unavailable").
class TcpSocket {
 public:
  /// Tries every address of the host in turn. Looking up a name is not bounded by the deadline.
  static Result<TcpSocket> Connect(const std::string& host, const std::string& port, Deadline deadline);

  ~TcpSocket();
  TcpSocket(TcpSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;
  TcpSocket& operator=(TcpSocket&&) = delete;

  Status Send(std::string_view bytes, Deadline deadline);
  /// Waits for bytes and returns how many there were, at least one. A peer that closed is an error.
  Result<std::size_t> Receive(std::span<char> buffer, Deadline deadline);
  /// Whether the peer has neither closed nor sent anything.
  [[nodiscard]] bool Quiet() const;

 private:
  explicit TcpSocket(int descriptor) : descriptor_(descriptor) {}
  Status Await(short events, Deadline deadline) const;

  int descriptor_;
};

}  // namespace aqua::cache
