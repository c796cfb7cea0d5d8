#include <utility>

#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"
#include "revoking.hpp"
#include "sessions_implementation.hpp"
#include "telling.hpp"
#include "user_row.hpp"

namespace aqua::identity {

struct Sessions::Implementation::Refreshed {
  auth::Principal user;
  std::string family;
  Time expires_at;  ///< of the token
  std::optional<Time> used_at;
  std::optional<std::string> used_by;
  std::optional<std::string> successor_hash;
  std::optional<std::string> successor;  ///< sealed
  Time session_expires_at;
  bool session_revoked = false;
  bool user_active = false;
  std::optional<Time> not_before;
};

namespace {

using sql::TenantScope;

constexpr std::string_view kInsertFirst =
    "INSERT INTO refresh_tokens (hash, tenant_id, session_id, family, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (hash) DO NOTHING";
constexpr std::string_view kFind =
    "SELECT s.user_id, s.tenant_id, s.id, u.role, r.family, r.expires_at, r.used_at, r.used_by, r.successor_hash, r.successor, s.expires_at, s.revoked_at, "
    "u.is_active, u.not_before FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id JOIN users u ON u.id = s.user_id WHERE r.hash = $1";
constexpr std::string_view kFindUser = "SELECT not_before, role FROM users WHERE tenant_id = $1 AND id = $2 AND is_active";
constexpr std::string_view kUsed = "SELECT count(*) FROM refresh_tokens WHERE hash = $1 AND used_at IS NOT NULL";
/// The session's row comes first: it holds back other refreshes and a revocation until this is done.
constexpr std::string_view kTouch = "UPDATE sessions SET last_used_at = $1, user_agent = $2, ip_address = $3 WHERE id = $4 AND revoked_at IS NULL";
constexpr std::string_view kForgetSealed = "UPDATE refresh_tokens SET successor = NULL WHERE session_id = $1 AND successor IS NOT NULL AND used_at < $2";
constexpr std::string_view kSpend =
    "UPDATE refresh_tokens SET used_at = $1, used_by = $2, successor_hash = $3, successor = $4 WHERE hash = $5 AND used_at IS NULL AND "
    "EXISTS (SELECT 1 FROM sessions s WHERE s.id = session_id AND s.revoked_at IS NULL)";
constexpr std::string_view kInsertNext =
    "INSERT INTO refresh_tokens (hash, tenant_id, session_id, family, issued_at, expires_at) SELECT $1, r.tenant_id, r.session_id, r.family, $2, $3 "
    "FROM refresh_tokens r WHERE r.hash = $4 AND r.successor_hash = $5 ON CONFLICT (hash) DO NOTHING";

/// What makes two requests the same client's.
std::string ClientOf(const Origin& origin) { return auth::Sha256Hex(origin.user_agent + '\n' + origin.address); }

std::string SealContext(const std::string& hash) { return "refresh/" + hash; }

}  // namespace

Result<Tokens> Sessions::Implementation::IssueTokens(const SignIn& sign_in) {
  if (!sign_in.cookie.empty()) return MakeError(ErrorCode::kFailedPrecondition, "a browser's session has no tokens", "browser_session");
  const Time now = parts_.clock.Now();
  std::string token = auth::RandomToken(32);
  const TenantScope scope = TenantScope::Of(sign_in.user.tenant);
  AQUA_TRY(Commit(parts_.database, scope,
                  {{.sql = kInsertFirst,
                    .parameters = {auth::Sha256Hex(token), sign_in.user.tenant, sign_in.session_id, base::NewUuidV7(), base::FormatTime(now),
                                   base::FormatTime(IdleEnd(now, sign_in.expires_at))}}}));
  // The role anew, and after the session is in the table: a change of role ends the sessions that it finds there.
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts_.database, scope, kFindUser, {sign_in.user.tenant, sign_in.user.id}));
  if (rows.empty()) return InvalidRefresh();
  auth::Principal user;
  user.user_id = sign_in.user.id;
  user.tenant_id = sign_in.user.tenant;
  user.role = RoleColumn(rows.front(), 1);
  user.session_id = sign_in.session_id;
  return MakeTokens(user, OptionalTime(rows.front(), 0), std::move(token));
}

Result<Tokens> Sessions::Implementation::MakeTokens(const auth::Principal& user, std::optional<Time> not_before, std::string refresh_token) const {
  auth::AccessClaims claims;
  claims.subject = user.user_id;
  claims.tenant = user.tenant_id;
  claims.session = user.session_id;
  claims.token_id = auth::RandomToken(16);
  claims.role = user.role;
  // Within the second in which his older tokens became void, a new one begins with the next second.
  claims.issued_at = std::max<Time>(std::chrono::floor<std::chrono::seconds>(parts_.clock.Now()), not_before.value_or(Time::min()));
  Tokens tokens;
  AQUA_TRY_ASSIGN(tokens.access_token, issuer_.Issue(claims));
  tokens.refresh_token = std::move(refresh_token);
  tokens.expires_in = config_.tokens.lifetime;
  tokens.session_id = user.session_id;
  return tokens;
}

Result<std::optional<Sessions::Implementation::Refreshed>> Sessions::Implementation::FindRefreshed(const std::string& hash) {
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts_.database, TenantScope::All(), kFind, {hash}));
  if (rows.empty()) return std::optional<Refreshed>();
  const sql::Row& row = rows.front();
  Refreshed found;
  found.user.user_id = row.Text(0);
  found.user.tenant_id = row.Text(1);
  found.user.session_id = row.Text(2);
  found.user.role = RoleColumn(row, 3);
  found.family = row.Text(4);
  found.expires_at = TimeColumn(row, 5);
  found.used_at = OptionalTime(row, 6);
  found.used_by = OptionalText(row, 7);
  found.successor_hash = OptionalText(row, 8);
  found.successor = OptionalText(row, 9);
  found.session_expires_at = TimeColumn(row, 10);
  found.session_revoked = !row.IsNull(11);
  found.user_active = row.Boolean(12);
  found.not_before = OptionalTime(row, 13);
  return std::optional<Refreshed>(std::move(found));
}

bool Sessions::Implementation::IsLive(const Refreshed& spent, Time now) const {
  return !spent.session_revoked && spent.user_active && now < spent.session_expires_at;
}

Result<Tokens> Sessions::Implementation::Refresh(const std::string& refresh_token, const Origin& origin) {
  if (!IsToken(refresh_token)) return InvalidRefresh();
  const std::string hash = auth::Sha256Hex(refresh_token);
  AQUA_TRY_ASSIGN(const std::optional<Refreshed> found, FindRefreshed(hash));
  const Time now = parts_.clock.Now();
  if (!found || !IsLive(*found, now)) return InvalidRefresh();
  if (found->used_at) return Replay(*found, hash, origin);
  if (now >= found->expires_at) return InvalidRefresh();
  return Exchange(*found, hash, origin);
}

Result<Tokens> Sessions::Implementation::Exchange(const Refreshed& spent, const std::string& hash, const Origin& origin) {
  const Time now = parts_.clock.Now();
  const std::string at = base::FormatTime(now);
  std::string next = auth::RandomToken(32);
  const std::string next_hash = auth::Sha256Hex(next);
  AQUA_TRY_ASSIGN(const Counts counts,
                  Commit(parts_.database, TenantScope::Of(spent.user.tenant_id),
                         {{.sql = kTouch, .parameters = {at, KeptUserAgent(origin.user_agent), KeptAddress(origin.address), spent.user.session_id}},
                          {.sql = kForgetSealed, .parameters = {spent.user.session_id, base::FormatTime(now - config_.refresh_grace)}},
                          {.sql = kSpend, .parameters = {at, ClientOf(origin), next_hash, box_.Seal(next, SealContext(hash)), hash}},
                          {.sql = kInsertNext, .parameters = {next_hash, at, base::FormatTime(IdleEnd(now, spent.session_expires_at)), hash, next_hash}}}));
  if (counts[2] == 1) return MakeTokens(spent.user, spent.not_before, std::move(next));
  // Somebody was faster, the session was ended meanwhile, or the answer to the first try was lost: the row tells.
  AQUA_TRY_ASSIGN(const std::optional<Refreshed> again, FindRefreshed(hash));
  if (!again || !IsLive(*again, now) || !again->used_at) return InvalidRefresh();
  if (again->successor_hash == next_hash) return MakeTokens(again->user, again->not_before, std::move(next));
  return Replay(*again, hash, origin);
}

Result<Tokens> Sessions::Implementation::Replay(const Refreshed& spent, const std::string& hash, const Origin& origin) {
  const auto age = parts_.clock.Now() - *spent.used_at;
  const bool in_grace = age <= config_.refresh_grace && age >= -config_.refresh_grace && spent.used_by == ClientOf(origin);
  if (in_grace && spent.successor && spent.successor_hash) {
    AQUA_TRY_ASSIGN(const Rows used, Ask(parts_.database, TenantScope::Of(spent.user.tenant_id), kUsed, {*spent.successor_hash}));
    if (used.front().Integer(0) == 0) {
      AQUA_TRY_ASSIGN(std::string next, box_.Open(*spent.successor, SealContext(hash)));
      return MakeTokens(spent.user, spent.not_before, std::move(next));
    }
  }
  // The thief or the owner: one of them has the successor, and nobody can tell which. The whole family ends with its session.
  Origin thief = origin;
  thief.user_id = spent.user.user_id;
  parts_.logger.Log(observe::LogLevel::kWarning, "a refresh token was used twice; its session ends", {{"session", std::string_view(spent.user.session_id)}});
  AQUA_TRY(Revoke(spent.user.tenant_id, {}, spent.user.session_id, thief, "auth.refresh_reuse"));
  return MakeError(ErrorCode::kUnauthenticated, "this refresh token was used before; sign in again", "refresh_reused");
}

Status Sessions::Implementation::LogoutByRefreshToken(const std::string& refresh_token, const Origin& origin) {
  if (!IsToken(refresh_token)) return {};
  AQUA_TRY_ASSIGN(const std::optional<Refreshed> found, FindRefreshed(auth::Sha256Hex(refresh_token)));
  if (!found) return {};
  Origin owner = origin;
  if (owner.user_id.empty()) owner.user_id = found->user.user_id;
  return Revoke(found->user.tenant_id, {}, found->user.session_id, owner, "auth.logout");
}

}  // namespace aqua::identity
