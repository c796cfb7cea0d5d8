#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/auth/lockout.hpp"
#include "aqua/auth/principal.hpp"
#include "aqua/auth/token.hpp"
#include "aqua/cache/store.hpp"
#include "aqua/identity/accounts.hpp"

namespace aqua::identity {

struct SessionsConfig {
  auth::PasswordCost password_cost = {};
  auth::TokenPolicy tokens = {};                               ///< issuer, audience and life of access tokens
  std::chrono::seconds idle{std::chrono::hours(14 * 24)};      ///< a session unused for so long is over
  std::chrono::seconds absolute{std::chrono::hours(30 * 24)};  ///< and one so old in any case
  std::chrono::seconds refresh_grace{10};                      ///< a lost answer to a refresh may be asked for again
  std::chrono::seconds browser_memory{60};                     ///< how long a browser's session is known without the table
};

enum class SessionKind { kToken, kBrowser };

struct LoginRequest {
  std::string login;  ///< user name or e-mail address
  std::string password;
  SessionKind kind = SessionKind::kToken;
  Origin origin = {};
};

/// A session that has just begun.
struct SignIn {
  User user;
  std::string session_id;
  Time expires_at;         ///< absolute
  std::string cookie;      ///< of a browser: 256 random bits; told this once
  std::string csrf_token;  ///< of a browser
};

/// retry_after: with kResourceExhausted ("login_delayed"), how long to wait.
struct LoginAnswer {
  Result<SignIn> sign_in;
  std::chrono::seconds retry_after{0};
};

struct Tokens {
  std::string access_token;
  std::string refresh_token;
  std::chrono::seconds expires_in{0};  ///< of the access token
  std::string session_id;
};

struct SessionInfo {
  std::string id;
  SessionKind kind = SessionKind::kToken;
  Time created_at;
  Time last_used_at;
  Time expires_at;
  std::string user_agent;
  std::string ip_address;
};

/// What a browser's cookie stands for.
struct BrowserSession {
  std::shared_ptr<const auth::Principal> principal;
  Time expires_at;
};

/// Signing in and what follows from it. Thread-safe; calls block unless they say otherwise.
/// Errors of all: those of sql::Connection, of Dependencies::events.
class Sessions {
 public:
  /// issuer, lockout and cache must outlive this. master: the key that seals what lies in table and cache; copied.
  Sessions(const Dependencies& dependencies, SessionsConfig config, const auth::TokenIssuer& issuer, auth::Lockout& lockout, cache::Store& cache,
           std::span<const std::uint8_t, 32> master);
  ~Sessions();
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  /// Checks a password and begins a session. Wrong name and wrong password cannot be told apart, by text or by time.
  /// Errors: kUnauthenticated ("wrong_credentials"), kFailedPrecondition ("user_inactive"; only with the right password),
  /// kResourceExhausted ("login_delayed"; "too_many_logins": all password workers are busy).
  LoginAnswer Login(const LoginRequest& request);

  /// First tokens of a session that has just begun. Errors: kFailedPrecondition ("browser_session").
  Result<Tokens> IssueTokens(const SignIn& sign_in);
  /// Exchanges a refresh token, which is then spent, for new tokens. The same client (user agent and address) may ask again for
  /// SessionsConfig::refresh_grace and gets the same successor; any other use of a spent one ends the session.
  /// Errors: kUnauthenticated ("refresh_invalid": unknown, too old, session over; "refresh_reused").
  Result<Tokens> Refresh(const std::string& refresh_token, const Origin& origin);

  /// Sessions of a user that are not over, newest first; at most 200.
  Result<std::vector<SessionInfo>> List(const std::string& tenant, const std::string& user_id);
  /// Ends a session: of `user_id`, or of anybody in the tenant where that is empty. kNotFound ("session_not_found").
  Status Revoke(const std::string& tenant, const std::string& user_id, const std::string& session_id, const Origin& origin);
  /// As Revoke(), of the session that asks.
  Status Logout(const auth::Principal& principal, const Origin& origin);
  /// Ends the session that a refresh token belongs to; succeeds also when there is none.
  Status LogoutByRefreshToken(const std::string& refresh_token, const Origin& origin);

  /// Looks up a browser's cookie in memory alone; nothing when the table must be asked. Does not block.
  std::optional<Result<BrowserSession>> TryAuthenticate(std::string_view cookie);
  /// Looks it up in memory, cache and table. Errors: kUnauthenticated ("session_invalid").
  Result<BrowserSession> Authenticate(std::string_view cookie);

  /// The token that a page of this session sends with every write; bound to the session. Does not block.
  [[nodiscard]] std::string CsrfToken(std::string_view session_id) const;
  [[nodiscard]] bool IsCsrfToken(std::string_view session_id, std::string_view token) const;

  /// Writes down at once which sessions were used.
  void Flush();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace aqua::identity
