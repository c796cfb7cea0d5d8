#pragma once

#include <memory>

#include "aqua/base/assert.hpp"
#include "aqua/sql/testing/postgres_server.hpp"
#include "aqua/sql_postgres/postgres_database.hpp"

namespace aqua::sql::testing {

/// One server for all tests of a process: making one takes seconds. Requires: AQUA_REQUIRE_POSTGRES().
inline PostgresServer& SharedServer() {
  static const std::unique_ptr<PostgresServer> server = [] {
    auto made = PostgresServer::Make();
    if (!made) ADD_FAILURE() << made.error().message;
    AQUA_ASSERT(made.has_value());
    return *std::move(made);
  }();
  return *server;
}

}  // namespace aqua::sql::testing
