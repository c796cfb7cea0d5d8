#pragma once

#include "aqua/cache/store.hpp"
#include "aqua/cache_redis/redis_client.hpp"

namespace aqua::cache {

/// Keeps values in Redis, each under its own key. Thread-safe; the client must outlive it. Errors: those of the client, and
/// kFailedPrecondition ("redis_reply": the server answered with something else than a value).
class RedisStore final : public Store {
 public:
  explicit RedisStore(RedisClient& client) : client_(client) {}

  Result<std::optional<std::string>> Get(std::string_view key) override;
  Status Set(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) override;
  Status Remove(std::string_view key) override;

 private:
  RedisClient& client_;
};

}  // namespace aqua::cache
