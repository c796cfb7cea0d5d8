#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "aqua/base/result.hpp"
#include "aqua/cache_redis/redis_reply.hpp"
#include "redis_url.hpp"
#include "tcp_socket.hpp"

namespace aqua::cache {

/// One connection, ready for commands. For one thread at a time. After an error it is broken and must be dropped.
class RedisConnection {
 public:
  using Commands = std::span<const std::span<const std::string_view>>;

  /// Connects, authenticates and selects the database. Errors: kUnavailable, kUnauthenticated, and what the server says.
  static Result<std::unique_ptr<RedisConnection>> Open(const RedisAddress& address, Deadline deadline);

  /// Sends all commands and returns as many replies.
  Result<std::vector<RedisReply>> Run(Commands commands, Deadline deadline);

  /// Whether it is fit for the next command: neither broken, nor closed by the server meanwhile.
  [[nodiscard]] bool fit() const { return !broken_ && socket_.Quiet(); }
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  explicit RedisConnection(TcpSocket socket);
  Status Enter(const RedisAddress& address, Deadline deadline);
  Result<RedisReply> Read(Deadline deadline);

  TcpSocket socket_;
  const std::unique_ptr<redisReader, void (*)(redisReader*)> reader_;
  bool broken_ = false;
};

}  // namespace aqua::cache
