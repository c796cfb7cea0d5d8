#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::auth {

/// One Ed25519 key, parsed once: a pair, or a public key alone. Immutable and thread-safe; shared because a verification may outlive the
/// key's place in a ring. Source: RFC 8032. Check: RFC 8037, appendix A.4.
class Ed25519Key {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  static constexpr std::size_t kSignatureBytes = 64;

  /// Errors: kInvalidArgument ("key_malformed"): not 32 bytes.
  static Result<std::shared_ptr<const Ed25519Key>> FromSeed(ByteView seed);
  /// Errors: kInvalidArgument ("key_malformed"): not 32 bytes, not in the one encoding of its point, or of small order: under such a key one
  /// signature fits many messages. Bytes that are no point at all are taken; they verify nothing.
  static Result<std::shared_ptr<const Ed25519Key>> FromPublicKey(ByteView public_key);

  ~Ed25519Key();
  Ed25519Key(const Ed25519Key&) = delete;
  Ed25519Key& operator=(const Ed25519Key&) = delete;

  [[nodiscard]] const Bytes& public_key() const;
  [[nodiscard]] bool can_sign() const;

  /// Returns the 64 bytes of the signature. Requires: can_sign().
  [[nodiscard]] Bytes Sign(std::string_view message) const;
  /// Whether it is the signature, in its one encoding (S below the order of the group, R not of small order).
  [[nodiscard]] bool Verify(std::string_view message, ByteView signature) const;

 private:
  struct State;
  explicit Ed25519Key(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The SHA-256 thumbprint of the key's JWK, base64url, 43 characters. Source: RFC 7638, RFC 8037. Check: RFC 8037, appendix A.3.
std::string KeyThumbprint(ByteView public_key);

}  // namespace aqua::auth
