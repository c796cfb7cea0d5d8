#include <fmt/format.h>

#include <utility>

#include "aqua/auth/password.hpp"
#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"
#include "naming.hpp"
#include "password_job.hpp"
#include "sessions_implementation.hpp"
#include "telling.hpp"
#include "user_row.hpp"

namespace aqua::identity {

struct Sessions::Implementation::Account {
  User user;
  std::string hash;
};

namespace {

using sql::TenantScope;

constexpr std::size_t kMaxLoginBytes = 400;
constexpr std::size_t kMaxPasswordBytes = 512;

constexpr std::string_view kSignedIn = "UPDATE users SET last_login_at = $1, hashed_password = $2 WHERE id = $3 AND is_active AND hashed_password = $4";
/// Only while the password is the one that was checked.
constexpr std::string_view kInsert =
    "INSERT INTO sessions (id, tenant_id, user_id, kind, cookie_hash, created_at, last_used_at, expires_at, user_agent, ip_address) "
    "SELECT $1, u.tenant_id, u.id, $2, $3, $4, $5, $6, $7, $8 FROM users u WHERE u.id = $9 AND u.is_active AND u.hashed_password = $10 "
    "ON CONFLICT (id) DO NOTHING";
constexpr std::string_view kExists = "SELECT count(*) FROM sessions WHERE id = $1";

const std::string& SelectAccount() {
  static const std::string sql = fmt::format("SELECT {}, u.hashed_password FROM users u WHERE u.username_folded = $1 OR u.email_folded = $2", kUserColumns);
  return sql;
}

Error WrongCredentials() { return MakeError(ErrorCode::kUnauthenticated, "the user name or the password is wrong", "wrong_credentials"); }

Error Inactive() { return MakeError(ErrorCode::kFailedPrecondition, "this user is inactive; ask an administrator", "user_inactive"); }

Error Delayed(std::chrono::seconds wait) {
  return MakeError(ErrorCode::kResourceExhausted, fmt::format("too many wrong passwords; try again in {} s", wait.count()), "login_delayed");
}

LoginAnswer Answer(Error error) { return {.sign_in = std::move(error)}; }

}  // namespace

LoginAnswer Sessions::Implementation::Login(const LoginRequest& request) {
  if (request.login.empty() || request.login.size() > kMaxLoginBytes || request.password.size() > kMaxPasswordBytes) return Answer(WrongCredentials());
  const std::string folded = Fold(request.login);
  auto account = FindAccount(folded);
  if (!account) return Answer(account.error());
  // By id where there is one: else each spelling would have failures of its own.
  const std::string user = *account ? (*account)->user.id : folded;
  const std::string source = auth::SourceOfAddress(request.origin.address);
  const auth::Lockout::Attempt attempt = lockout_.Begin(user, source);
  if (!attempt.allowed) return Refuse(request, *account, "delayed", Delayed(attempt.retry_after), attempt.retry_after);
  LoginAnswer answer = CheckAndBegin(request, *std::move(account));
  if (answer.sign_in)
    lockout_.Succeeded(user, source, attempt);
  else if (answer.sign_in.error().reason != WrongCredentials().reason)
    lockout_.Withdraw(user, source, attempt);
  return answer;
}

LoginAnswer Sessions::Implementation::CheckAndBegin(const LoginRequest& request, std::optional<Account> account) {
  // Once more where the stored hash was replaced between reading and writing, by another sign-in or a new password.
  for (bool last = false;; last = true) {
    std::string new_hash;
    const auto right = CheckPassword(account, request.password, new_hash);
    if (!right) return Answer(right.error());
    if (!*right) return Refuse(request, account, "failed", WrongCredentials());
    if (!account->user.is_active) return Refuse(request, account, "failed", Inactive());
    auto begun = Begin(request, *account, new_hash);
    if (!begun) return Answer(begun.error());
    if (*begun) {
      AuditEvent event = EventOf("auth.login", account->user.tenant, "session", (*begun)->session_id, request.origin, parts_.clock);
      event.user_id = account->user.id;
      const Status told = Tell(parts_.events, event);
      if (!told) return Answer(told.error());
      return {.sign_in = *std::move(*begun)};
    }
    if (last) return Refuse(request, account, "failed", WrongCredentials());
    auto again = FindAccount(Fold(request.login));
    if (!again) return Answer(again.error());
    account = *std::move(again);
  }
}

Result<std::optional<Sessions::Implementation::Account>> Sessions::Implementation::FindAccount(const std::string& login) {
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts_.database, TenantScope::All(), SelectAccount(), {login, login}));
  if (rows.empty()) return std::optional<Account>();
  return std::optional<Account>(Account{ReadUser(rows.front()), rows.front().Text(kUserColumnCount)});
}

Result<bool> Sessions::Implementation::CheckPassword(const std::optional<Account>& account, const std::string& password, std::string& new_hash) {
  const std::string& stored = account ? account->hash : auth::DummyHash(config_.password_cost);
  const auto work = [&]() -> Result<bool> {
    if (!auth::VerifyPassword(password, stored) || !account) return false;
    if (!auth::NeedsRehash(stored, config_.password_cost)) return true;
    // A failure leaves the old hash, which is good.
    if (auto hash = auth::HashPassword(password, config_.password_cost)) new_hash = *std::move(hash);
    return true;
  };
  return OnWorker<bool>(parts_.workers, work);
}

LoginAnswer Sessions::Implementation::Refuse(const LoginRequest& request, const std::optional<Account>& account, std::string_view outcome, Error error,
                                             std::chrono::seconds wait) {
  // Who typed his password into the field of the name must not find it in a log: names of nobody are not recorded.
  AuditEvent event = EventOf("auth.login", account ? account->user.tenant : std::string(kDefaultTenant), "user", account ? account->user.id : std::string(),
                             request.origin, parts_.clock);
  event.outcome = outcome;
  event.details = fmt::format(R"({{"reason":"{}"}})", error.reason);
  const Status told = Tell(parts_.events, event);
  if (!told) return Answer(told.error());
  return {.sign_in = std::move(error), .retry_after = wait};
}

Result<std::optional<SignIn>> Sessions::Implementation::Begin(const LoginRequest& request, const Account& account, const std::string& new_hash) {
  const bool browser = request.kind == SessionKind::kBrowser;
  const Time now = std::chrono::floor<std::chrono::microseconds>(parts_.clock.Now());
  SignIn sign_in;
  sign_in.user = account.user;
  sign_in.user.last_login_at = now;
  sign_in.session_id = base::NewUuidV7();
  sign_in.expires_at = now + config_.absolute;
  if (browser) sign_in.cookie = auth::RandomToken(32);
  if (browser) sign_in.csrf_token = CsrfToken(sign_in.session_id);
  const std::string at = base::FormatTime(now);
  const std::string& hash = new_hash.empty() ? account.hash : new_hash;
  const sql::Value cookie_hash = browser ? sql::Value(auth::Sha256Hex(sign_in.cookie)) : sql::Value();
  AQUA_TRY_ASSIGN(
      const Counts counts,
      Commit(parts_.database, TenantScope::Of(account.user.tenant),
             {{.sql = kSignedIn, .parameters = {at, hash, account.user.id, account.hash}},
              {.sql = kInsert,
               .parameters = {sign_in.session_id, std::string(browser ? "browser" : "token"), cookie_hash, at, at, base::FormatTime(sign_in.expires_at),
                              KeptUserAgent(request.origin.user_agent), KeptAddress(request.origin.address), account.user.id, hash}}}));
  if (counts[1] == 1) return std::optional<SignIn>(std::move(sign_in));
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts_.database, TenantScope::Of(account.user.tenant), kExists, {sign_in.session_id}));
  return rows.front().Integer(0) == 1 ? std::optional<SignIn>(std::move(sign_in)) : std::nullopt;
}

}  // namespace aqua::identity
