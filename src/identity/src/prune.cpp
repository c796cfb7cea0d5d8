#include "aqua/identity/prune.hpp"

#include "aqua/base/time.hpp"
#include "revoking.hpp"
#include "table.hpp"

namespace aqua::identity {

Status PruneExpired(sql::Database& database, const base::Clock& clock) {
  const std::string day = base::FormatTime(clock.Now() - std::chrono::hours(24));
  const std::string half_year = base::FormatTime(clock.Now() - std::chrono::hours(24 * 180));
  AQUA_TRY(Commit(database, sql::TenantScope::All(),
                  {LockRevocations(),
                   {.sql = "DELETE FROM sessions WHERE expires_at < $1", .parameters = {day}},
                   {.sql = "DELETE FROM refresh_tokens WHERE expires_at < $1", .parameters = {day}},
                   {.sql = "DELETE FROM password_resets WHERE expires_at < $1", .parameters = {day}},
                   {.sql = "DELETE FROM signing_keys WHERE retires_at < $1", .parameters = {day}},
                   {.sql = "DELETE FROM revocations WHERE expires_at < $1", .parameters = {day}},
                   {.sql = "DELETE FROM known_sources WHERE last_seen_at < $1", .parameters = {half_year}}}));
  return {};
}

}  // namespace aqua::identity
