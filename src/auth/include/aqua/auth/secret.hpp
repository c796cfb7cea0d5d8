#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "aqua/base/result.hpp"

namespace aqua::auth {

using Key256 = std::array<std::uint8_t, 32>;

/// A text nobody can guess: base64url without padding of that many random bytes (32 bytes give 43 characters).
std::string RandomToken(std::size_t bytes);

/// SHA-256 as 64 lower-case hexadecimal digits. For secrets of full entropy (tokens, keys), never for passwords.
std::string Sha256Hex(std::string_view text);

/// Compares in a time that depends on the lengths alone.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

/// The first 8 digits of the SHA-256: what logs may show of a token or a key. Not of a password, which could be guessed from it.
std::string Fingerprint(std::string_view secret);

/// HMAC-SHA-256 as base64url without padding, 43 characters: for texts that a browser carries back (CSRF).
/// Source: RFC 2104. Check: RFC 4231, test case 2.
std::string HmacSha256(std::span<const std::uint8_t> key, std::string_view message);

/// A key of its own for each purpose from one master key. Source: RFC 5869 (HKDF-SHA-256 without salt, info = purpose).
Key256 DeriveKey(std::span<const std::uint8_t, 32> master, std::string_view purpose);

/// Encrypts secrets that lie in a database or a cookie: AES-256-GCM under a key derived for one purpose, a fresh random nonce each
/// time. One master key may seal up to 2^32 texts of a purpose. Thread-safe.
class SecretBox {
 public:
  explicit SecretBox(std::span<const std::uint8_t, 32> master, std::string_view purpose);
  ~SecretBox();
  SecretBox(const SecretBox&) = delete;
  SecretBox& operator=(const SecretBox&) = delete;

  /// context: what the secret belongs to ("signing_key/<id>"); it is not stored, and Open() must be given the same, so that a sealed text
  /// moved to another row does not open.
  /// Returns base64url without padding of version, nonce, cipher text and tag: 29 bytes more than the plain text.
  [[nodiscard]] std::string Seal(std::string_view plain, std::string_view context) const;

  /// Errors: kDataLoss ("secret_unreadable"): altered, cut off, of another context, purpose or master key.
  [[nodiscard]] Result<std::string> Open(std::string_view sealed, std::string_view context) const;

 private:
  Key256 key_;
};

}  // namespace aqua::auth
