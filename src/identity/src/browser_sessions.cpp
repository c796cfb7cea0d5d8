#include <utility>

#include "aqua/base/time.hpp"
#include "sessions_implementation.hpp"
#include "user_row.hpp"

namespace aqua::identity {
namespace {

constexpr std::string_view kFind =
    "SELECT s.id, s.tenant_id, s.user_id, s.expires_at, s.last_used_at, u.role FROM sessions s JOIN users u ON u.id = s.user_id "
    "WHERE s.cookie_hash = $1 AND s.revoked_at IS NULL AND u.is_active";

}  // namespace

std::optional<Result<BrowserSession>> Sessions::Implementation::TryAuthenticate(const std::string& hash) {
  const Time now = parts_.clock.Now();
  const auto known = memory_.Find(hash, now);
  return known ? Check(*known, now) : std::nullopt;
}

Result<BrowserSession> Sessions::Implementation::Authenticate(const std::string& hash) {
  if (auto known = TryAuthenticate(hash)) return *std::move(known);
  const Time now = parts_.clock.Now();
  if (const auto cached = memory_.Fetch(hash, now))
    if (auto checked = Check(*cached, now)) return *std::move(checked);
  AQUA_TRY_ASSIGN(const KnownSession session, Load(hash));
  memory_.Put(hash, session);
  auto checked = Check(session, now);
  // A revocation that came while reading: what was read is older.
  return checked ? *std::move(checked) : Result<BrowserSession>(InvalidSession());
}

Result<KnownSession> Sessions::Implementation::Load(const std::string& hash) {
  KnownSession session;
  // Before the query, so that what is read is at least so new.
  session.sequence = parts_.revocations.sequence();
  session.read_at = parts_.clock.Now();
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts_.database, sql::TenantScope::All(), kFind, {hash}));
  if (rows.empty()) return InvalidSession();
  const sql::Row& row = rows.front();
  auto principal = std::make_shared<auth::Principal>();
  principal->kind = auth::Principal::Kind::kUser;
  principal->session_id = row.Text(0);
  principal->tenant_id = row.Text(1);
  principal->user_id = row.Text(2);
  principal->role = RoleColumn(row, 5);
  session.principal = std::move(principal);
  session.expires_at = TimeColumn(row, 3);
  session.last_used_at = TimeColumn(row, 4);
  return session;
}

std::optional<Result<BrowserSession>> Sessions::Implementation::Check(const KnownSession& session, Time now) {
  if (parts_.revocations.UserSequence(session.principal->user_id) > session.sequence) return std::nullopt;
  const bool over = now >= session.expires_at || now - session.last_used_at >= config_.idle;
  if (over || parts_.revocations.IsSessionRevoked(session.principal->session_id)) return Result<BrowserSession>(InvalidSession());
  uses_.Note(session.principal->session_id, now);
  return Result<BrowserSession>(BrowserSession{session.principal, session.expires_at});
}

}  // namespace aqua::identity
