#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/auth/secret.hpp"
#include "aqua/identity/sessions.hpp"
#include "browser_memory.hpp"
#include "table.hpp"
#include "use_recorder.hpp"

namespace aqua::identity {

/// Split over sessions.cpp (list, end), login.cpp, refresh.cpp (tokens) and browser_sessions.cpp.
class Sessions::Implementation {
 public:
  Implementation(const Dependencies& dependencies, SessionsConfig config, const auth::TokenIssuer& issuer, auth::Lockout& lockout, cache::Store& cache,
                 std::span<const std::uint8_t, 32> master);

  LoginAnswer Login(const LoginRequest& request);
  Result<Tokens> IssueTokens(const SignIn& sign_in);
  Result<Tokens> Refresh(const std::string& refresh_token, const Origin& origin);
  Result<std::vector<SessionInfo>> List(const std::string& tenant, const std::string& user_id);
  Status Revoke(const std::string& tenant, const std::string& user_id, const std::string& session_id, const Origin& origin, std::string_view action);
  Status LogoutByRefreshToken(const std::string& refresh_token, const Origin& origin);
  std::optional<Result<BrowserSession>> TryAuthenticate(const std::string& hash);
  Result<BrowserSession> Authenticate(const std::string& hash);
  std::string CsrfToken(std::string_view session_id) const { return auth::HmacSha256(csrf_key_, session_id); }
  void Flush() { uses_.Flush(); }

 private:
  struct Account;    // of whoever signs in
  struct Refreshed;  // a row of refresh_tokens with its session and user

  Result<std::optional<Account>> FindAccount(const std::string& login);
  /// Checks the password of an account, or of nobody. A new hash when the old one is too cheap.
  Result<bool> CheckPassword(const std::optional<Account>& account, const std::string& password, std::string& new_hash);
  LoginAnswer CheckAndBegin(const LoginRequest& request, std::optional<Account> account);
  LoginAnswer Refuse(const LoginRequest& request, const std::optional<Account>& account, std::string_view outcome, Error error, std::chrono::seconds wait = {});
  Result<std::optional<SignIn>> Begin(const LoginRequest& request, const Account& account, const std::string& new_hash);

  Result<std::optional<Refreshed>> FindRefreshed(const std::string& hash);
  Result<Tokens> Exchange(const Refreshed& spent, const std::string& hash, const Origin& origin);
  Result<Tokens> Replay(const Refreshed& spent, const std::string& hash, const Origin& origin);
  Result<Tokens> MakeTokens(const auth::Principal& user, std::optional<Time> not_before, std::string refresh_token) const;
  [[nodiscard]] bool IsLive(const Refreshed& spent, Time now) const;
  [[nodiscard]] Time IdleEnd(Time now, Time absolute_end) const { return std::min(now + config_.idle, absolute_end); }

  Result<KnownSession> Load(const std::string& hash);
  std::optional<Result<BrowserSession>> Check(const KnownSession& session, Time now);

  const Dependencies parts_;
  const SessionsConfig config_;
  const auth::TokenIssuer& issuer_;
  auth::Lockout& lockout_;
  const auth::SecretBox box_;
  const auth::Key256 csrf_key_;
  BrowserMemory memory_;
  UseRecorder uses_;
};

/// "the refresh token is not valid", "the session is over": every refusal of a kind has one text.
Error InvalidRefresh();
Error InvalidSession();

/// Whether text may be one of our random tokens of 256 bits.
bool IsToken(std::string_view text);

}  // namespace aqua::identity
