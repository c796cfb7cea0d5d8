#pragma once

#include <memory>
#include <string>

#include "aqua/base/result.hpp"
#include "aqua/config/settings.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::roles {

/// Opens the configured database: DATABASE_URL, or aqua.db in the state folder, which is then made.
/// Errors: kInvalidArgument ("database_url"), those of PrepareStateFolder() and of the adapters.
Result<std::unique_ptr<sql::Database>> OpenDatabase(const config::Settings& settings);

}  // namespace aqua::roles
