#include "aqua/sql/pool.hpp"

#include <fmt/format.h>

namespace aqua::sql {

Result<Database::Lease> ConnectionPool::Acquire(const TenantScope& scope) {
  const auto give_back = [this](std::unique_ptr<Connection> connection) { Return(std::move(connection)); };
  {
    std::unique_lock lock(mutex_);
    const auto available = [this] { return !idle_.empty() || count_ < config_.size + config_.overflow; };
    if (!returned_.wait_for(lock, config_.acquire_timeout, available))
      return MakeError(ErrorCode::kUnavailable, fmt::format("all {} connections to the database are in use", count_), "database_busy");
    if (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      connection->scope_ = scope;
      return Database::Lease(std::move(connection), give_back);
    }
    ++count_;
  }
  auto opened = open_();
  if (!opened) {
    Return(nullptr);
    return opened.error();
  }
  (*opened)->scope_ = scope;
  return Database::Lease(*std::move(opened), give_back);
}

std::size_t ConnectionPool::connections() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void ConnectionPool::Return(std::unique_ptr<Connection> connection) {
  std::vector<std::unique_ptr<Connection>> dropped;
  {
    const std::lock_guard lock(mutex_);
    if (connection && !connection->broken() && idle_.size() < config_.size) {
      idle_.push_back(std::move(connection));
    } else {
      --count_;
      // What broke one connection has most likely broken those that lay idle: each would cost somebody an error.
      if (connection && connection->broken()) dropped.swap(idle_);
      count_ -= dropped.size();
    }
  }
  returned_.notify_one();
}  // connections that are not kept are closed here, without the lock

}  // namespace aqua::sql
