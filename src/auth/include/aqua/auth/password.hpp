#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "aqua/auth/breached_passwords.hpp"
#include "aqua/base/result.hpp"

namespace aqua::auth {

/// Cost of one Argon2id hash. The defaults are the least allowed: 19 MiB, two passes; about 20 ms of one core.
struct PasswordCost {
  std::uint32_t memory_kib = 19456;  ///< 8 × lanes to 1 GiB
  std::uint32_t passes = 2;          ///< 1 to 16
  std::uint32_t lanes = 1;           ///< 1 to 16; they run one after another on the calling thread

  bool operator==(const PasswordCost&) const = default;
};

inline constexpr std::size_t kMinPasswordLength = 12;   ///< code points, when the setting says nothing else
inline constexpr std::size_t kMaxPasswordLength = 128;  ///< code points

/// Hashes with a fresh salt of 16 bytes. Blocks for the whole cost: call it from PasswordWorkers.
/// Returns a PHC string: $argon2id$v=19$m=19456,t=2,p=1$salt$hash.
/// Errors: kInvalidArgument ("password_too_long", "password_cost"), kResourceExhausted ("password_memory": retryable).
Result<std::string> HashPassword(std::string_view password, const PasswordCost& cost = {});

/// Whether the password belongs to the PHC string; false for any other form of string, and for costs beyond the bounds of
/// PasswordCost. Blocks for the cost that the string names.
bool VerifyPassword(std::string_view password, std::string_view phc);

/// Whether a hash is of another form, or cheaper in any respect, than `cost`: to be made anew at the next sign-in.
bool NeedsRehash(std::string_view phc, const PasswordCost& cost);

/// A hash no password belongs to. Verifying against it takes an unknown user as long as a known one. Kept for the life of the process:
/// costs must be those of settings, so that there are few. Thread-safe; does not block.
const std::string& DummyHash(const PasswordCost& cost);

/// Whether a new password may be taken: valid UTF-8 without NUL, min_length to 128 code points, not known to be breached.
/// breached: may be null.
/// Errors: kInvalidArgument ("password_not_utf8", "password_too_short", "password_too_long", "password_breached").
Status CheckPassword(std::string_view password, std::size_t min_length = kMinPasswordLength, const BreachedPasswords* breached = nullptr);

}  // namespace aqua::auth
