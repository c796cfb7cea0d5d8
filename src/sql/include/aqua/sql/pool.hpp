#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "aqua/sql/database.hpp"

namespace aqua::sql {

/// Keeps the connections of an adapter within PoolConfig. Thread-safe. Must outlive its leases.
class ConnectionPool {
 public:
  using Open = std::function<Result<std::unique_ptr<Connection>>()>;

  ConnectionPool(const PoolConfig& config, Open open) : config_(config), open_(std::move(open)) {}

  /// As Database::Acquire().
  Result<Database::Lease> Acquire(const TenantScope& scope);
  [[nodiscard]] std::size_t connections() const;

 private:
  void Return(std::unique_ptr<Connection> connection);

  const PoolConfig config_;
  const Open open_;
  mutable std::mutex mutex_;  // guards idle_ and count_
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t count_ = 0;  ///< idle, leased, and being opened
};

}  // namespace aqua::sql
