#include "aqua/identity/known_sources.hpp"

#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"
#include "table.hpp"

namespace aqua::identity {
namespace {

using sql::TenantScope;

constexpr std::string_view kKnows = "SELECT count(*) FROM known_sources WHERE user_id = $1 AND source_hash = $2";
constexpr std::string_view kRemember =
    "INSERT INTO known_sources (user_id, source_hash, tenant_id, last_seen_at) SELECT u.id, $1, u.tenant_id, $2 FROM users u WHERE u.id = $3 "
    "ON CONFLICT (user_id, source_hash) DO UPDATE SET last_seen_at = excluded.last_seen_at";
constexpr std::string_view kForget =
    "DELETE FROM known_sources WHERE user_id = $1 AND source_hash NOT IN "
    "(SELECT k.source_hash FROM known_sources k WHERE k.user_id = $2 ORDER BY k.last_seen_at DESC LIMIT $3)";
/// Asked for in place of a user that does not exist, so that it takes as long.
constexpr std::string_view kNobody = "00000000-0000-0000-0000-000000000000";

}  // namespace

KnownSources::KnownSources(sql::Database& database, const base::Clock& clock, observe::Logger& logger, std::span<const std::uint8_t, 32> master)
    : database_(database), clock_(clock), logger_(logger), key_(auth::DeriveKey(master, "aqua/identity/sources")) {}

bool KnownSources::Knows(std::string_view user, std::string_view source) {
  const std::string id(base::IsUuid(user) ? user : kNobody);
  const auto rows = Ask(database_, TenantScope::All(), kKnows, {id, HashOf(source)});
  return rows && rows->front().Integer(0) > 0;
}

void KnownSources::Remember(std::string_view user, std::string_view source) {
  if (!base::IsUuid(user)) return;
  const std::string id(user);
  const auto written = Commit(database_, TenantScope::All(),
                              {{.sql = kRemember, .parameters = {HashOf(source), base::FormatTime(clock_.Now()), id}},
                               {.sql = kForget, .parameters = {id, id, static_cast<std::int64_t>(kMaxSourcesPerUser)}}});
  if (!written) logger_.Log(observe::LogLevel::kWarning, "a known source could not be written down", {{"cause", std::string_view(written.error().message)}});
}

std::string KnownSources::HashOf(std::string_view source) const { return auth::HmacSha256(key_, source); }

}  // namespace aqua::identity
