#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "aqua/base/assert.hpp"
#include "aqua/cache/testing/redis_server.hpp"
#include "aqua/cache_redis/redis_client.hpp"

namespace aqua::cache::testing {

/// One server for all tests of a process that leave it running. Requires: AQUA_REQUIRE_REDIS().
inline RedisServer& SharedRedis() {
  static const std::unique_ptr<RedisServer> server = [] {
    auto made = RedisServer::Make();
    if (!made) ADD_FAILURE() << made.error().message;
    AQUA_ASSERT(made.has_value());
    return *std::move(made);
  }();
  return *server;
}

/// Limits that a busy machine keeps too, for tests that are not about them.
inline RedisConfig Patient(std::string url) {
  return {.url = std::move(url), .command_timeout = std::chrono::seconds(20), .connect_timeout = std::chrono::seconds(20)};
}

}  // namespace aqua::cache::testing
