#pragma once

#include "aqua/base/clock.hpp"
#include "aqua/base/result.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::identity {

/// Deletes what is over for a day: sessions with their refresh tokens, resets, revocations, retired signing keys. To be called now and then, by any
/// instance. Blocks. Errors: those of sql::Connection.
Status PruneExpired(sql::Database& database, const base::Clock& clock);

}  // namespace aqua::identity
