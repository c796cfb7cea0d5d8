#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "aqua/auth/api_key.hpp"
#include "aqua/auth/secret.hpp"
#include "aqua/auth/token.hpp"
#include "aqua/base/bytes.hpp"

namespace {

using aqua::auth::AccessClaims;
using aqua::auth::TokenPolicy;

constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'800'000'000)};

TokenPolicy Hs256Policy() {
  TokenPolicy policy;
  policy.algorithm = aqua::auth::TokenAlgorithm::kHs256;
  policy.hs256_secret = "a secret that the seeds were signed with";
  return policy;
}

aqua::Bytes Decode(std::string_view digits) {
  aqua::Bytes bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  return bytes;
}

/// The key pair of RFC 8032, section 7.1, test 1, which the seeds were signed with.
const aqua::auth::KeyRing& Keys() {
  static const auto& ring = *[] {
    auto* keys = new aqua::auth::KeyRing();
    const aqua::auth::SigningKey key{"rfc8032", Decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
                                     Decode("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"), kNow};
    if (!keys->Set({key}, key.id)) std::abort();
    return keys;
  }();
  return ring;
}

/// Claims that were taken must be complete, for us, and fit to be issued again.
void CheckTaken(const AccessClaims& claims, const TokenPolicy& policy) {
  if (claims.issuer != policy.issuer || claims.subject.empty() || claims.tenant.empty()) std::abort();
  if (claims.expires_at - claims.issued_at > policy.lifetime + policy.skew) std::abort();
  const auto again = aqua::auth::TokenIssuer(Keys(), policy).Issue(claims);
  if (!again) {
    if (again.error().reason != "token_claims") std::abort();  // long texts in the shortest spelling may be too long escaped
    return;
  }
  const auto read = aqua::auth::TokenVerifier(Keys(), policy).Verify(*again, kNow);
  if (!read || read->subject != claims.subject || read->scopes != claims.scopes || read->audience != claims.audience) std::abort();
}

void Try(std::string_view token, const TokenPolicy& policy) {
  const auto verified = aqua::auth::TokenVerifier(Keys(), policy).Verify(token, kNow);
  if (verified) {
    CheckTaken(*verified, policy);
  } else if (verified.error().code != aqua::ErrorCode::kUnauthenticated || !verified.error().reason.starts_with("token_")) {
    std::abort();
  }
}

}  // namespace

/// Access tokens: as they come, and signed with the right secret, so that the claims behind a signature are reached too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TokenPolicy kHs256 = Hs256Policy();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Try(text, TokenPolicy{});
  Try(text, kHs256);
  const std::string_view signed_text = text.substr(0, text.rfind('.'));
  Try(std::string(signed_text) + "." + aqua::auth::HmacSha256(aqua::AsBytes(kHs256.hs256_secret), signed_text), kHs256);
  if (aqua::auth::HashOfApiKey(text).has_value() != aqua::auth::PrefixOfApiKey(text).has_value()) std::abort();
  return 0;
}
