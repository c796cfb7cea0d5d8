#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aqua/auth/password.hpp"
#include "aqua/base/bytes.hpp"

namespace aqua::auth {

/// A PHC string of Argon2id, taken apart.
struct PasswordHash {
  PasswordCost cost;
  Bytes salt;
  Bytes hash;
};

/// Whether a cost is within the bounds of PasswordCost.
bool IsAllowedCost(const PasswordCost& cost);

/// Reads $argon2id$v=19$m=…,t=…,p=…$salt$hash: numbers without leading zeros and within bounds, salt and hash (8–64 and 16–64 bytes) as
/// canonical base64 without padding. None for any other text.
std::optional<PasswordHash> ParsePasswordHash(std::string_view phc);
std::string WritePasswordHash(const PasswordHash& hash);

/// Argon2id 1.3 (RFC 9106) of hash.hash.size() bytes, put into it; on the calling thread alone. False: no memory.
/// Requires: an allowed cost, lengths as above.
bool ComputeArgon2id(std::string_view password, PasswordHash& hash);

}  // namespace aqua::auth
