#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "aqua/http/server.hpp"
#include "connection_count.hpp"
#include "router.hpp"
#include "worker_pool.hpp"

namespace aqua::http {

/// What the connections of a server share.
struct ServerState {
  ServerState(ServerConfig server_config, observe::Logger& server_logger)
      : config(std::move(server_config)),
        logger(server_logger),
        router(std::move(config.routes)),
        connections(config.limits),
        compute(config.compute_threads, config.limits.max_queued),
        blocking(config.blocking_threads, config.limits.max_queued) {}

  ServerConfig config;  ///< without its routes, which the router has
  observe::Logger& logger;
  const Router router;
  ConnectionCount connections;
  std::atomic<std::size_t> requests_in_flight = 0;
  std::atomic<bool> draining = false;
  WorkerPool compute;
  WorkerPool blocking;
};

}  // namespace aqua::http
