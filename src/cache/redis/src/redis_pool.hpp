#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "aqua/base/result.hpp"
#include "redis_connection.hpp"

namespace aqua::cache {

/// Keeps connections, never more than its size. Thread-safe.
class RedisPool {
 public:
  explicit RedisPool(std::size_t size) : size_(size) {}

  /// Waits for an idle connection, or for leave to open one: then the result is null. Each success must be given back.
  /// Errors: kUnavailable ("redis_busy").
  Result<std::unique_ptr<RedisConnection>> Take(Deadline deadline);
  /// Gives back a connection, or leave when null. When one is broken, so are most likely those that lie idle: they are closed too.
  void Give(std::unique_ptr<RedisConnection> connection);
  [[nodiscard]] std::size_t connections() const;

 private:
  const std::size_t size_;
  mutable std::mutex mutex_;  // guards idle_ and count_
  std::condition_variable given_;
  std::vector<std::unique_ptr<RedisConnection>> idle_;
  std::size_t count_ = 0;  ///< idle, taken, and being opened
};

}  // namespace aqua::cache
