#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "aqua/base/assert.hpp"
#include "aqua/cache/testing/redis_server.hpp"
#include "aqua/cache_redis/redis_client.hpp"

namespace aqua::ratelimit {

/// Starts a server. Requires: AQUA_REQUIRE_REDIS().
inline std::unique_ptr<cache::testing::RedisServer> StartRedis() {
  auto made = cache::testing::RedisServer::Make();
  if (!made) ADD_FAILURE() << made.error().message;
  AQUA_ASSERT(made.has_value());
  return *std::move(made);
}

/// Limits that a busy machine keeps too, for tests that are not about them.
inline cache::RedisConfig Patient(std::string url) {
  return {.url = std::move(url), .command_timeout = std::chrono::seconds(20), .connect_timeout = std::chrono::seconds(20)};
}

/// The time of the server, in microseconds.
inline std::int64_t TimeOf(cache::RedisClient& client) {
  const auto reply = client.Command({"TIME"}).value();
  return std::stoll(*reply.list()->at(0).text()) * 1'000'000 + std::stoll(*reply.list()->at(1).text());
}

}  // namespace aqua::ratelimit
