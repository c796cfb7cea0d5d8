#include "aqua/auth/token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "aqua/auth/secret.hpp"
#include "aqua/base/bytes.hpp"
#include "base64url.hpp"
#include "token_claims.hpp"
#include "token_parts.hpp"

namespace aqua::auth {
namespace {

constexpr std::size_t kMinSecretBytes = 32;

std::string_view NameOf(TokenAlgorithm algorithm) { return algorithm == TokenAlgorithm::kHs256 ? "HS256" : "EdDSA"; }

bool HasSecret(const TokenPolicy& policy) { return policy.hs256_secret.size() >= kMinSecretBytes; }

Status CheckEdDsa(const TokenParts& parts, const KeyRing& keys) {
  const auto key = IsKeyId(parts.key_id) ? keys.Find(parts.key_id) : nullptr;
  if (key == nullptr) return RefusedToken("token_key_unknown", "the token names no key of ours");
  if (!key->Verify(parts.signed_text, parts.signature)) return RefusedToken("token_signature", "the token's signature does not fit");
  return {};
}

Status CheckHs256(const TokenParts& parts, const TokenPolicy& policy) {
  if (parts.has_key_id || !HasSecret(policy)) return RefusedToken("token_key_unknown", "the token names no key of ours");
  const std::string expected = HmacSha256(AsBytes(policy.hs256_secret), parts.signed_text);
  if (!ConstantTimeEqual(expected, EncodeBase64Url(parts.signature))) return RefusedToken("token_signature", "the token's signature does not fit");
  return {};
}

AccessClaims Completed(AccessClaims claims, const TokenPolicy& policy) {
  if (claims.issuer.empty()) claims.issuer = policy.issuer;
  if (claims.audience.empty()) claims.audience = policy.audience;
  if (claims.not_before.time_since_epoch().count() == 0) claims.not_before = claims.issued_at;
  if (claims.expires_at.time_since_epoch().count() == 0) claims.expires_at = claims.issued_at + policy.lifetime;
  return claims;
}

std::string SignedText(std::string_view header, const AccessClaims& claims) {
  return EncodeBase64Url(AsBytes(header)) + "." + EncodeBase64Url(AsBytes(WriteClaims(claims)));
}

Error NoKey() { return MakeError(ErrorCode::kFailedPrecondition, "no key signs tokens", "token_key_unknown"); }

Result<std::string> SignEdDsa(const KeyRing& keys, const AccessClaims& claims) {
  const KeyRing::NamedKey current = keys.Current();
  if (current.key == nullptr) return NoKey();
  std::string token = SignedText(fmt::format(R"({{"alg":"EdDSA","typ":"at+jwt","kid":"{}"}})", current.id), claims);
  token += "." + EncodeBase64Url(current.key->Sign(token));
  return token;
}

Result<std::string> SignHs256(const TokenPolicy& policy, const AccessClaims& claims) {
  if (!HasSecret(policy)) return NoKey();
  std::string token = SignedText(R"({"alg":"HS256","typ":"at+jwt"})", claims);
  token += "." + HmacSha256(AsBytes(policy.hs256_secret), token);
  return token;
}

}  // namespace

Status CheckTokenPolicy(const TokenPolicy& policy) {
  using std::chrono::seconds;
  std::vector<std::string> faults;
  if (policy.issuer.empty()) faults.emplace_back("the issuer is empty");
  if (policy.audience.empty() || std::any_of(policy.audience.begin(), policy.audience.end(), [](const std::string& name) { return name.empty(); }))
    faults.emplace_back("the audience is empty");
  if (policy.lifetime < seconds(1) || policy.lifetime > seconds(900)) faults.emplace_back("the lifetime is not from 1 s to 15 min");
  if (policy.skew < seconds(0) || policy.skew > seconds(30)) faults.emplace_back("the skew is not from 0 to 30 s");
  const bool hs256 = policy.algorithm == TokenAlgorithm::kHs256;
  if (hs256 && !HasSecret(policy)) faults.emplace_back("the secret of HS256 is shorter than 32 bytes");
  if (!hs256 && !policy.hs256_secret.empty()) faults.emplace_back("a secret of HS256 is given, which EdDSA does not use");
  if (faults.empty()) return {};
  return MakeError(ErrorCode::kInvalidArgument, fmt::format("{}", fmt::join(faults, "; ")), "token_policy");
}

TokenIssuer::TokenIssuer(const KeyRing& keys, TokenPolicy policy) : keys_(keys), policy_(std::move(policy)) {}

Result<std::string> TokenIssuer::Issue(const AccessClaims& claims) const {
  const AccessClaims completed = Completed(claims, policy_);
  if (const Status checked = CheckClaims(completed, policy_); !checked) return MakeError(ErrorCode::kInvalidArgument, checked.error().message, "token_claims");
  AQUA_TRY_ASSIGN(std::string token, policy_.algorithm == TokenAlgorithm::kHs256 ? SignHs256(policy_, completed) : SignEdDsa(keys_, completed));
  if (token.size() > TokenVerifier::kMaxTokenBytes)
    return MakeError(ErrorCode::kInvalidArgument, "the claims make a token that is longer than 4 KiB", "token_claims");
  return token;
}

TokenVerifier::TokenVerifier(const KeyRing& keys, TokenPolicy policy) : keys_(keys), policy_(std::move(policy)) {}

Result<AccessClaims> TokenVerifier::Verify(std::string_view token, std::chrono::system_clock::time_point now) const {
  AQUA_TRY_ASSIGN(const TokenParts parts, TakeApart(token));
  if (parts.algorithm != NameOf(policy_.algorithm)) return RefusedToken("token_algorithm", "the token's algorithm is not the one that is used here");
  AQUA_TRY(policy_.algorithm == TokenAlgorithm::kHs256 ? CheckHs256(parts, policy_) : CheckEdDsa(parts, keys_));
  AQUA_TRY_ASSIGN(AccessClaims claims, ReadClaims(parts.claims));
  AQUA_TRY(CheckClaims(claims, policy_));
  AQUA_TRY(CheckTimes(claims, policy_.skew, now));
  return claims;
}

}  // namespace aqua::auth
