#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/auth/ed25519.hpp"
#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::auth {

/// A key as it is stored. The seed is a secret: it lies in a SecretBox wherever it rests.
struct SigningKey {
  std::string id;    ///< the tokens' kid: [A-Za-z0-9_-]{1,64}
  Bytes seed;        ///< 32 bytes; empty: this process only verifies
  Bytes public_key;  ///< 32 bytes
  std::chrono::system_clock::time_point created_at;
};

/// A new pair from the system's random numbers; its id is its thumbprint.
SigningKey MakeSigningKey(std::chrono::system_clock::time_point now);

/// Whether text may be a key id: [A-Za-z0-9_-]{1,64}.
bool IsKeyId(std::string_view text);

/// The keys that sign and verify access tokens: the previous, the current and the next one. Thread-safe: Set() swaps a snapshot, and
/// readers never wait for it.
class KeyRing {
 public:
  static constexpr std::size_t kMaxKeys = 16;

  struct NamedKey {
    std::string id;
    std::shared_ptr<const Ed25519Key> key;
  };

  KeyRing();
  ~KeyRing();
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;

  /// Replaces all keys. current_id: the one that signs; empty: none does. Tokens of keys that are gone are refused from now on, those that
  /// a VerifiedTokens holds as well.
  /// Errors: kInvalidArgument ("key_malformed"): an id of another form or twice, a seed or public key of another length or of no use, a
  /// public key that is not the seed's, more than kMaxKeys, or a current one that is missing or has no seed. The ring is then as before.
  Status Set(const std::vector<SigningKey>& keys, std::string_view current_id);

  /// {"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":…,"x":…}]}, in the order given. Never holds a seed.
  [[nodiscard]] std::string Jwks() const;

  /// The key of that id, or null.
  [[nodiscard]] std::shared_ptr<const Ed25519Key> Find(std::string_view id) const;
  /// The key that signs; its `key` is null when none does.
  [[nodiscard]] NamedKey Current() const;
  /// Grows with each Set().
  [[nodiscard]] std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

 private:
  struct Snapshot;
  [[nodiscard]] std::shared_ptr<const Snapshot> snapshot() const;

  mutable std::mutex mutex_;  // guards snapshot_, for the time of copying a pointer
  std::shared_ptr<const Snapshot> snapshot_;
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace aqua::auth
