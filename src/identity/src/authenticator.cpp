#include "aqua/identity/authenticator.hpp"

#include <utility>

namespace aqua::identity {
namespace {

constexpr std::string_view kApiKeyPrefix = "aqua_";

Verdict Refused(const Error& error) { return {.kind = Verdict::Kind::kRefused, .code = error.code, .reason = error.reason}; }

Verdict Known(std::shared_ptr<const auth::Principal> principal) { return {.kind = Verdict::Kind::kPrincipal, .principal = std::move(principal)}; }

Verdict OfKey(const Result<std::shared_ptr<const auth::Principal>>& key) { return key ? Known(*key) : Refused(key.error()); }

Verdict OfSession(const Result<BrowserSession>& session) {
  Verdict verdict = session ? Known(session->principal) : Refused(session.error());
  verdict.from_cookie = true;
  return verdict;
}

/// The text of an API key, wherever it was sent; empty when there is none.
std::string_view KeyIn(const Credentials& credentials) {
  if (credentials.bearer.starts_with(kApiKeyPrefix)) return credentials.bearer;
  return credentials.bearer.empty() ? credentials.api_key : std::string_view();
}

}  // namespace

Verdict Authenticator::TryAuthenticate(const Credentials& credentials) {
  if (const std::string_view key = KeyIn(credentials); !key.empty()) {
    const auto known = api_keys_.TryAuthenticate(key);
    return known ? OfKey(*known) : Verdict{.kind = Verdict::Kind::kMustAsk};
  }
  if (!credentials.bearer.empty()) return CheckToken(credentials.bearer);
  if (credentials.session_cookie.empty()) return {};
  const auto known = sessions_.TryAuthenticate(credentials.session_cookie);
  return known ? OfSession(*known) : Verdict{.kind = Verdict::Kind::kMustAsk, .from_cookie = true};
}

Verdict Authenticator::Authenticate(const Credentials& credentials) {
  if (const std::string_view key = KeyIn(credentials); !key.empty()) return OfKey(api_keys_.Authenticate(key));
  if (!credentials.bearer.empty()) return CheckToken(credentials.bearer);
  return credentials.session_cookie.empty() ? Verdict{} : OfSession(sessions_.Authenticate(credentials.session_cookie));
}

Verdict Authenticator::CheckToken(std::string_view token) {
  std::shared_ptr<const auth::AccessClaims> claims = tokens_.Find(token);
  if (!claims) {
    auto verified = tokens_.Verify(token);
    if (!verified) return Refused(verified.error());
    claims = *std::move(verified);
  }
  if (revocations_.IsRevoked(*claims)) return {.kind = Verdict::Kind::kRefused, .reason = "token_revoked"};
  auto principal = std::make_shared<auth::Principal>();
  principal->kind = auth::Principal::Kind::kUser;
  principal->user_id = claims->subject;
  principal->tenant_id = claims->tenant;
  principal->role = claims->role;
  principal->session_id = claims->session;
  principal->scopes = claims->scopes;
  return Known(std::move(principal));
}

}  // namespace aqua::identity
