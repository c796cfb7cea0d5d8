#include "revoking.hpp"

#include "aqua/base/time.hpp"

namespace aqua::identity {
namespace {

constexpr std::string_view kNext = "UPDATE revocation_head SET sequence = sequence + 1";
constexpr std::string_view kInsert =
    "INSERT INTO revocations (sequence, tenant_id, kind, subject, created_at, expires_at) SELECT sequence, $1, $2, $3, $4, $5 FROM revocation_head";
constexpr std::string_view kInsertSessions =
    "INSERT INTO revocations (sequence, tenant_id, kind, subject, created_at, expires_at) "
    "SELECT h.sequence + row_number() OVER (ORDER BY s.id), $1, 'session', CAST(s.id AS TEXT), $2, $3 FROM sessions s CROSS JOIN revocation_head h "
    "WHERE s.user_id = $4 AND s.revoked_at IS NULL AND EXISTS (SELECT 1 FROM users u WHERE u.id = s.user_id AND u.not_before = $5)";
constexpr std::string_view kCountSessions =
    "UPDATE revocation_head SET sequence = sequence + 1 + (SELECT count(*) FROM sessions WHERE user_id = $1 AND revoked_at IS NULL)";
constexpr std::string_view kEndSessions =
    "UPDATE sessions SET revoked_at = $1 WHERE user_id = $2 AND revoked_at IS NULL AND EXISTS (SELECT 1 FROM users u WHERE u.id = user_id AND u.not_before = "
    "$3)";
constexpr std::string_view kInsertUser =
    "INSERT INTO revocations (sequence, tenant_id, kind, subject, not_before, created_at, expires_at) "
    "SELECT h.sequence, $1, 'user', CAST(u.id AS TEXT), $2, $3, $4 FROM revocation_head h CROSS JOIN users u WHERE u.id = $5 AND u.not_before = $6";

}  // namespace

sql::Command LockRevocations() { return {.sql = kNext, .parameters = {}}; }

sql::Command Revocation(const std::string& kind, const std::string& tenant, const std::string& subject, Time now) {
  return {.sql = kInsert, .parameters = {tenant, kind, subject, base::FormatTime(now), base::FormatTime(now + kRevocationLife)}};
}

Time NotBefore(Time now) { return std::chrono::floor<std::chrono::seconds>(now) + std::chrono::seconds(1); }

void RevokeUser(std::vector<sql::Command>& commands, const std::string& tenant, const std::string& user_id, Time now) {
  const std::string at = base::FormatTime(now);
  const std::string until = base::FormatTime(now + kRevocationLife);
  const std::string not_before = base::FormatTime(NotBefore(now));
  commands.push_back({.sql = kInsertSessions, .parameters = {tenant, at, until, user_id, not_before}});
  commands.push_back({.sql = kCountSessions, .parameters = {user_id}});
  commands.push_back({.sql = kEndSessions, .parameters = {at, user_id, not_before}});
  commands.push_back({.sql = kInsertUser, .parameters = {tenant, not_before, at, until, user_id, not_before}});
}

}  // namespace aqua::identity
