#include <fmt/format.h>

#include <optional>
#include <utility>

#include "accounts_implementation.hpp"
#include "aqua/auth/secret.hpp"
#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"
#include "naming.hpp"
#include "password_job.hpp"
#include "revoking.hpp"
#include "telling.hpp"

namespace aqua::identity {
namespace {

using sql::TenantScope;

constexpr std::size_t kMaxLoginBytes = 400;

constexpr std::string_view kSelectHash = "SELECT hashed_password FROM users WHERE tenant_id = $1 AND id = $2";
constexpr std::string_view kSetPassword =
    "UPDATE users SET hashed_password = $1, password_changed_at = $2, updated_at = $3, not_before = $4 WHERE id = $5 AND hashed_password = $6";
constexpr std::string_view kSetPasswordByToken =
    "UPDATE users SET hashed_password = $1, password_changed_at = $2, updated_at = $3, not_before = $4 WHERE id = $5 AND "
    "EXISTS (SELECT 1 FROM password_resets WHERE hash = $6 AND used_at IS NULL AND expires_at > $7)";
constexpr std::string_view kEndResets = "UPDATE password_resets SET used_at = $1 WHERE user_id = $2 AND used_at IS NULL";
constexpr std::string_view kFindForReset =
    "SELECT u.id, u.tenant_id, u.email, (SELECT max(r.created_at) FROM password_resets r WHERE r.user_id = u.id) FROM users u "
    "WHERE u.is_active AND (u.email_folded = $1 OR u.username_folded = $2)";
constexpr std::string_view kInsertReset =
    "INSERT INTO password_resets (hash, tenant_id, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash) DO NOTHING";
constexpr std::string_view kFindReset =
    "SELECT r.tenant_id, r.user_id, r.expires_at FROM password_resets r JOIN users u ON u.id = r.user_id WHERE r.hash = $1 AND r.used_at IS NULL AND "
    "u.is_active";

Error InvalidToken() {
  return MakeError(ErrorCode::kUnauthenticated, "this link was used already, is too old, or is not ours; ask for a new one", "reset_token_invalid");
}

std::string MessageText(const std::string& url, const std::string& token, std::chrono::seconds life) {
  return fmt::format(
      "Somebody, we hope you, asked for a new password.\n\nTo choose one, open this within {} minutes:\n\n{}{}\n\n"
      "If it was not you, do nothing: your password stays as it is.\n",
      std::chrono::duration_cast<std::chrono::minutes>(life).count(), url, token);
}

}  // namespace

Result<std::string> Accounts::Implementation::Hash(const std::string& password) {
  return OnWorker<std::string>(parts.workers, [password, cost = config.password_cost] { return auth::HashPassword(password, cost); });
}

Status Accounts::Implementation::ChangePassword(const std::string& tenant, const std::string& id, const std::string& old_password,
                                                const std::string& new_password, const Origin& origin) {
  AQUA_TRY(auth::CheckPassword(new_password, config.min_password_length, breached_));
  if (!base::IsUuid(id) || !base::IsUuid(tenant)) return MakeError(ErrorCode::kNotFound, "there is no such user", "user_not_found");
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts.database, TenantScope::Of(tenant), kSelectHash, {tenant, id}));
  if (rows.empty()) return MakeError(ErrorCode::kNotFound, "there is no such user", "user_not_found");
  const std::string& old_hash = rows.front().Text(0);
  const auto verify = [&old_password, &old_hash]() -> Result<bool> { return old_password.size() <= 512 && auth::VerifyPassword(old_password, old_hash); };
  AQUA_TRY_ASSIGN(const bool right, OnWorker<bool>(parts.workers, verify));
  AuditEvent event = EventOf("auth.password_change", tenant, "user", id, origin, parts.clock);
  if (!right) {
    event.outcome = "failed";
    AQUA_TRY(Tell(parts.events, event));
    return MakeError(ErrorCode::kUnauthenticated, "the old password is wrong", "wrong_password");
  }
  AQUA_TRY_ASSIGN(const std::string new_hash, Hash(new_password));
  AQUA_TRY(SetPassword(tenant, id, old_hash, new_hash));
  return Finish(true, event);
}

Status Accounts::Implementation::SetPassword(const std::string& tenant, const std::string& id, const std::string& old_hash, const std::string& new_hash) {
  const Time now = parts.clock.Now();
  const std::string at = base::FormatTime(now);
  std::vector<sql::Command> commands = {LockRevocations(),
                                        {.sql = kSetPassword, .parameters = {new_hash, at, at, base::FormatTime(NotBefore(now)), id, old_hash}}};
  RevokeUser(commands, tenant, id, now);
  commands.push_back({.sql = kEndResets, .parameters = {at, id}});
  AQUA_TRY_ASSIGN(const Counts counts, Commit(parts.database, TenantScope::All(), commands));
  if (counts[1] == 1) return {};
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts.database, TenantScope::Of(tenant), kSelectHash, {tenant, id}));
  if (!rows.empty() && rows.front().Text(0) == new_hash) return {};                              // the first try went through, and its answer was lost
  return MakeError(ErrorCode::kUnauthenticated, "the old password is wrong", "wrong_password");  // changed meanwhile
}

Status Accounts::Implementation::RequestReset(const std::string& login, const Origin& origin) {
  if (notifier_ == nullptr) return MakeError(ErrorCode::kUnavailable, "this server cannot send messages; ask an administrator", "resets_off");
  return resets_.Add([this, login = login.substr(0, kMaxLoginBytes), origin] { SendReset(login, origin); });
}

void Accounts::Implementation::SendReset(const std::string& login, const Origin& origin) {
  try {
    const Status sent = TrySendReset(login, origin);
    if (!sent) parts.logger.Log(observe::LogLevel::kError, "a password reset could not be sent", {{"cause", std::string_view(sent.error().message)}});
  } catch (const std::exception& failure) {
    parts.logger.Log(observe::LogLevel::kError, "a password reset could not be sent", {{"cause", failure.what()}});
  }
}

Status Accounts::Implementation::TrySendReset(const std::string& login, const Origin& origin) {
  const std::string folded = Fold(login);
  if (folded.empty()) return {};
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts.database, TenantScope::All(), kFindForReset, {folded, folded}));
  if (rows.empty()) return {};
  const std::string& id = rows.front().Text(0);
  const std::string& tenant = rows.front().Text(1);
  const Time now = parts.clock.Now();
  const auto last = OptionalTime(rows.front(), 3);
  if (last && now >= *last && now - *last < config.reset_interval) return {};
  const std::string token = auth::RandomToken(32);
  AQUA_TRY(Commit(
      parts.database, TenantScope::Of(tenant),
      {{.sql = kInsertReset, .parameters = {auth::Sha256Hex(token), tenant, id, base::FormatTime(now), base::FormatTime(now + config.reset_lifetime)}}}));
  AQUA_TRY(Tell(parts.events, EventOf("auth.password_reset_request", tenant, "user", id, origin, parts.clock)));
  return notifier_->Send(rows.front().Text(2), "Choose a new password", MessageText(config.reset_url, token, config.reset_lifetime));
}

Status Accounts::Implementation::Reset(const std::string& token, const std::string& new_password, const Origin& origin) {
  AQUA_TRY(auth::CheckPassword(new_password, config.min_password_length, breached_));
  if (token.size() > 128) return InvalidToken();
  const std::string token_hash = auth::Sha256Hex(token);
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts.database, TenantScope::All(), kFindReset, {token_hash}));
  if (rows.empty() || TimeColumn(rows.front(), 2) <= parts.clock.Now()) return InvalidToken();
  const std::string& tenant = rows.front().Text(0);
  const std::string& id = rows.front().Text(1);
  AQUA_TRY_ASSIGN(const std::string new_hash, Hash(new_password));
  AQUA_TRY_ASSIGN(const bool set, SetPasswordByToken(token_hash, tenant, id, new_hash));
  if (!set) return InvalidToken();
  return Finish(true, EventOf("auth.password_reset", tenant, "user", id, origin, parts.clock));
}

Result<bool> Accounts::Implementation::SetPasswordByToken(const std::string& token_hash, const std::string& tenant, const std::string& id,
                                                          const std::string& new_hash) {
  const Time now = parts.clock.Now();
  const std::string at = base::FormatTime(now);
  std::vector<sql::Command> commands = {LockRevocations(),
                                        {.sql = kSetPasswordByToken, .parameters = {new_hash, at, at, base::FormatTime(NotBefore(now)), id, token_hash, at}}};
  RevokeUser(commands, tenant, id, now);
  commands.push_back({.sql = kEndResets, .parameters = {at, id}});
  AQUA_TRY_ASSIGN(const Counts counts, Commit(parts.database, TenantScope::All(), commands));
  if (counts[1] == 1) return true;
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts.database, TenantScope::Of(tenant), kSelectHash, {tenant, id}));
  return !rows.empty() && rows.front().Text(0) == new_hash;  // then the first try went through, and its answer was lost
}

}  // namespace aqua::identity
