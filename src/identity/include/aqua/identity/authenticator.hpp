#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "aqua/auth/principal.hpp"
#include "aqua/auth/token_cache.hpp"
#include "aqua/identity/api_keys.hpp"
#include "aqua/identity/revocation_feed.hpp"
#include "aqua/identity/sessions.hpp"

namespace aqua::identity {

/// What a request brings to prove who sends it. The first that is not empty counts, in this order; the others are not looked at.
struct Credentials {
  std::string_view bearer = {};  ///< an access token, or an API key in its place
  std::string_view api_key = {};
  std::string_view session_cookie = {};
};

struct Verdict {
  enum class Kind {
    kNone,       ///< no credentials
    kPrincipal,  ///< known
    kRefused,    ///< `reason` says why
    kMustAsk,    ///< Authenticate() knows; memory does not
  };
  Kind kind = Kind::kNone;
  std::shared_ptr<const auth::Principal> principal = {};
  ErrorCode code = ErrorCode::kUnauthenticated;  ///< of kRefused
  std::string reason = {};                       ///< "token_expired", "token_revoked", "api_key_invalid", "session_invalid", …
  bool from_cookie = false;                      ///< the browser sent it by itself: writes need a CSRF token
};

/// Tells who sends a request. Thread-safe. All it is made from must outlive it.
class Authenticator {
 public:
  Authenticator(auth::VerifiedTokens& tokens, const RevocationFeed& revocations, ApiKeys& api_keys, Sessions& sessions)
      : tokens_(tokens), revocations_(revocations), api_keys_(api_keys), sessions_(sessions) {}

  /// Answers from memory; a token not seen before costs one signature check.
  Verdict TryAuthenticate(const Credentials& credentials);
  /// As TryAuthenticate(), and asks cache and database where it must. Never kMustAsk.
  Verdict Authenticate(const Credentials& credentials);

  /// False when so long nothing was heard of revocations that administrators must be refused.
  [[nodiscard]] bool RevocationsAreFresh() const { return revocations_.staleness() <= RevocationFeed::kMaxStaleness; }

 private:
  Verdict CheckToken(std::string_view token);

  auth::VerifiedTokens& tokens_;
  const RevocationFeed& revocations_;
  ApiKeys& api_keys_;
  Sessions& sessions_;
};

}  // namespace aqua::identity
