#pragma once

#include <memory>
#include <string>

#include "aqua/base/result.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::sql {

struct PostgresConfig {
  std::string url;  ///< postgresql://user:password@host:port/name?parameters
  PoolConfig pool = {};
};

/// Makes a database that connects when it is first asked for a connection: a server that is down is told by Acquire().
/// Commits wait until they are on the server's disk (synchronous_commit=on). No call waits for ever on a server that hangs.
/// Errors: kInvalidArgument ("database_url").
Result<std::unique_ptr<Database>> OpenPostgres(const PostgresConfig& config);

}  // namespace aqua::sql
