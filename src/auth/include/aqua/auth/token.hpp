#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/auth/key_ring.hpp"
#include "aqua/auth/role.hpp"
#include "aqua/base/result.hpp"

namespace aqua::auth {

enum class TokenAlgorithm {
  kEdDsa,  ///< Ed25519, by the keys of the ring
  kHs256,  ///< HMAC-SHA-256 with the policy's secret: whoever verifies can also forge
};

/// What an access token says. Times are whole seconds.
struct AccessClaims {
  std::string subject;   ///< `sub`: the user's id
  std::string tenant;    ///< `tenant`: its id
  std::string session;   ///< `sid`
  std::string token_id;  ///< `jti`
  Role role = Role::kViewer;
  std::vector<std::string> scopes;  ///< `scope`, words joined by spaces; empty: all that the role may
  std::string issuer;               ///< `iss`
  std::vector<std::string> audience;
  std::chrono::system_clock::time_point issued_at;
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point expires_at;
};

/// Which tokens are made and taken: one algorithm, one issuer, and nothing that a token says about itself changes that.
struct TokenPolicy {
  std::string issuer = "aqua";
  std::vector<std::string> audience = {"aqua-api"};  ///< a token must name one of them
  std::chrono::seconds lifetime{900};                ///< 1 s to 15 min
  std::chrono::seconds skew{30};                     ///< 0 to 30 s: how far the clocks of issuer and verifier may be apart
  TokenAlgorithm algorithm = TokenAlgorithm::kEdDsa;
  std::string hs256_secret;  ///< at least 32 bytes when kHs256 is set on purpose; else empty
};

/// Whether a policy is within its bounds: to be asked at start.
/// Errors: kInvalidArgument ("token_policy") with all faults.
Status CheckTokenPolicy(const TokenPolicy& policy);

/// Signs access tokens: JWS compact, header {"alg","typ":"at+jwt","kid"}; with kHs256 without kid. Thread-safe; the ring must outlive it.
/// Requires: a policy that CheckTokenPolicy() takes; here and in TokenVerifier.
class TokenIssuer {
 public:
  TokenIssuer(const KeyRing& keys, TokenPolicy policy);

  /// An empty issuer or audience is the policy's; a not_before or expires_at of the epoch is issued_at, and issued_at plus the lifetime.
  /// Errors: kInvalidArgument ("token_claims"): what TokenVerifier would refuse; kFailedPrecondition ("token_key_unknown"): no key signs.
  [[nodiscard]] Result<std::string> Issue(const AccessClaims& claims) const;

 private:
  const KeyRing& keys_;
  const TokenPolicy policy_;
};

/// Verifies access tokens strictly: one spelling of each token is taken and no other. Thread-safe; the ring must outlive it.
class TokenVerifier {
 public:
  static constexpr std::size_t kMaxTokenBytes = 4096;

  TokenVerifier(const KeyRing& keys, TokenPolicy policy);

  /// Checks form, header, key, signature and claims, in this order: nothing of the claims is read before the signature holds.
  /// Valid while not_before − skew <= now < expires_at + skew. Takes one signature check (about 100 µs) and a few µs.
  /// Errors: kUnauthenticated, with one of these reasons. The message never repeats the token.
  /// * "token_malformed": size, parts, base64url, JSON, `typ`, a header member that is neither alg, typ nor kid (crit, jku, jwk, x5u, x5c, …)
  /// * "token_algorithm": `alg` is not the policy's
  /// * "token_key_unknown": `kid` missing, of another form, or of no key of the ring
  /// * "token_signature": not the key's, or not in its one encoding
  /// * "token_claims": one missing, of another type, or not for us; or a life longer than the policy's
  /// * "token_expired", "token_not_yet_valid"
  [[nodiscard]] Result<AccessClaims> Verify(std::string_view token, std::chrono::system_clock::time_point now) const;

  /// The ring's: what was verified under another generation must be verified again.
  [[nodiscard]] std::uint64_t generation() const { return keys_.generation(); }

 private:
  const KeyRing& keys_;
  const TokenPolicy policy_;
};

}  // namespace aqua::auth
