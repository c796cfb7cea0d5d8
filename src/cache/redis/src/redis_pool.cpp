#include "redis_pool.hpp"

#include <fmt/format.h>

#include <utility>

namespace aqua::cache {

Result<std::unique_ptr<RedisConnection>> RedisPool::Take(Deadline deadline) {
  std::vector<std::unique_ptr<RedisConnection>> unfit;
  std::unique_lock lock(mutex_);
  if (!given_.wait_until(lock, deadline, [this] { return !idle_.empty() || count_ < size_; }))
    return MakeError(ErrorCode::kUnavailable, fmt::format("all {} connections to Redis are in use", size_), "redis_busy");
  while (!idle_.empty()) {
    std::unique_ptr<RedisConnection> connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->fit()) return connection;
    --count_;
  }
  ++count_;
  return std::unique_ptr<RedisConnection>();
}

void RedisPool::Give(std::unique_ptr<RedisConnection> connection) {
  std::vector<std::unique_ptr<RedisConnection>> dropped;  // closed after the lock
  {
    const std::lock_guard lock(mutex_);
    if (connection != nullptr && !connection->broken()) {
      idle_.push_back(std::move(connection));
    } else {
      --count_;
      if (connection != nullptr) dropped.swap(idle_);
      count_ -= dropped.size();
    }
  }
  // Dropping idle connections makes room for several.
  dropped.empty() ? given_.notify_one() : given_.notify_all();
}

std::size_t RedisPool::connections() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

}  // namespace aqua::cache
