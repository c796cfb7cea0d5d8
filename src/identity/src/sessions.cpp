#include "aqua/identity/sessions.hpp"

#include <algorithm>
#include <utility>

#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"
#include "revoking.hpp"
#include "sessions_implementation.hpp"
#include "telling.hpp"

namespace aqua::identity {
namespace {

using sql::TenantScope;

constexpr std::chrono::seconds kUseInterval{300};

constexpr std::string_view kUsed = "UPDATE sessions SET last_used_at = $1 WHERE id = $2 AND last_used_at < $3";
constexpr std::string_view kList =
    "SELECT id, kind, created_at, last_used_at, expires_at, user_agent, ip_address FROM sessions "
    "WHERE tenant_id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > $3 AND last_used_at > $4 ORDER BY created_at DESC, id DESC LIMIT 200";
constexpr std::string_view kFind = "SELECT user_id, cookie_hash, revoked_at FROM sessions WHERE tenant_id = $1 AND id = $2";
constexpr std::string_view kRevoke = "UPDATE sessions SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL";

Error NoSession() { return MakeError(ErrorCode::kNotFound, "there is no such session", "session_not_found"); }

}  // namespace

Error InvalidRefresh() { return MakeError(ErrorCode::kUnauthenticated, "the session is over; sign in again", "refresh_invalid"); }

Error InvalidSession() { return MakeError(ErrorCode::kUnauthenticated, "the session is over; sign in again", "session_invalid"); }

bool IsToken(std::string_view text) {
  return text.size() == 43 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

Sessions::Implementation::Implementation(const Dependencies& dependencies, SessionsConfig config, const auth::TokenIssuer& issuer, auth::Lockout& lockout,
                                         cache::Store& cache, std::span<const std::uint8_t, 32> master)
    : parts_(dependencies),
      config_(std::move(config)),
      issuer_(issuer),
      lockout_(lockout),
      box_(master, "aqua/identity/refresh"),
      csrf_key_(auth::DeriveKey(master, "aqua/identity/csrf")),
      memory_(cache, master, config_.browser_memory),
      uses_(parts_.database, parts_.logger, kUsed, {LockRevocations()}, kUseInterval) {
  // Made now: the first unknown user would wait longer than the others.
  static_cast<void>(auth::DummyHash(config_.password_cost));
}

Result<std::vector<SessionInfo>> Sessions::Implementation::List(const std::string& tenant, const std::string& user_id) {
  std::vector<SessionInfo> sessions;
  if (!base::IsUuid(tenant) || !base::IsUuid(user_id)) return sessions;
  const Time now = parts_.clock.Now();
  AQUA_TRY_ASSIGN(const Rows rows,
                  Ask(parts_.database, TenantScope::Of(tenant), kList, {tenant, user_id, base::FormatTime(now), base::FormatTime(now - config_.idle)}));
  for (const sql::Row& row : rows)
    sessions.push_back({row.Text(0), row.Text(1) == "browser" ? SessionKind::kBrowser : SessionKind::kToken, TimeColumn(row, 2), TimeColumn(row, 3),
                        TimeColumn(row, 4), row.Text(5), row.Text(6)});
  return sessions;
}

Status Sessions::Implementation::Revoke(const std::string& tenant, const std::string& user_id, const std::string& session_id, const Origin& origin,
                                        std::string_view action) {
  if (!base::IsUuid(tenant) || !base::IsUuid(session_id)) return NoSession();
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts_.database, TenantScope::Of(tenant), kFind, {tenant, session_id}));
  if (rows.empty() || (!user_id.empty() && rows.front().Text(0) != user_id)) return NoSession();
  if (!rows.front().IsNull(2)) return {};
  const Time now = parts_.clock.Now();
  AQUA_TRY(Commit(parts_.database, TenantScope::All(),
                  {LockRevocations(), {.sql = kRevoke, .parameters = {base::FormatTime(now), session_id}}, Revocation("session", tenant, session_id, now)}));
  static_cast<void>(parts_.revocations.Poll());  // when it fails, the feed's next look tells
  if (!rows.front().IsNull(1)) memory_.Remove(rows.front().Text(1));
  return Tell(parts_.events, EventOf(action, tenant, "session", session_id, origin, parts_.clock));
}

Sessions::Sessions(const Dependencies& dependencies, SessionsConfig config, const auth::TokenIssuer& issuer, auth::Lockout& lockout, cache::Store& cache,
                   std::span<const std::uint8_t, 32> master)
    : implementation_(std::make_unique<Implementation>(dependencies, std::move(config), issuer, lockout, cache, master)) {}

Sessions::~Sessions() = default;

LoginAnswer Sessions::Login(const LoginRequest& request) { return implementation_->Login(request); }

Result<Tokens> Sessions::IssueTokens(const SignIn& sign_in) { return implementation_->IssueTokens(sign_in); }

Result<Tokens> Sessions::Refresh(const std::string& refresh_token, const Origin& origin) { return implementation_->Refresh(refresh_token, origin); }

Result<std::vector<SessionInfo>> Sessions::List(const std::string& tenant, const std::string& user_id) { return implementation_->List(tenant, user_id); }

Status Sessions::Revoke(const std::string& tenant, const std::string& user_id, const std::string& session_id, const Origin& origin) {
  return implementation_->Revoke(tenant, user_id, session_id, origin, "session.revoke");
}

Status Sessions::Logout(const auth::Principal& principal, const Origin& origin) {
  if (principal.session_id.empty()) return NoSession();
  return implementation_->Revoke(principal.tenant_id, principal.user_id, principal.session_id, origin, "auth.logout");
}

Status Sessions::LogoutByRefreshToken(const std::string& refresh_token, const Origin& origin) {
  return implementation_->LogoutByRefreshToken(refresh_token, origin);
}

std::optional<Result<BrowserSession>> Sessions::TryAuthenticate(std::string_view cookie) {
  if (!IsToken(cookie)) return Result<BrowserSession>(InvalidSession());
  return implementation_->TryAuthenticate(auth::Sha256Hex(cookie));
}

Result<BrowserSession> Sessions::Authenticate(std::string_view cookie) {
  if (!IsToken(cookie)) return InvalidSession();
  return implementation_->Authenticate(auth::Sha256Hex(cookie));
}

std::string Sessions::CsrfToken(std::string_view session_id) const { return implementation_->CsrfToken(session_id); }

bool Sessions::IsCsrfToken(std::string_view session_id, std::string_view token) const {
  return !session_id.empty() && auth::ConstantTimeEqual(implementation_->CsrfToken(session_id), token);
}

void Sessions::Flush() { implementation_->Flush(); }

}  // namespace aqua::identity
