#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aqua::auth {

/// A new key. Only prefix and hash are stored: 256 random bits need no salt and no slow hash.
struct NewApiKey {
  std::string text;    ///< aqua_<prefix>_<43 characters of base64url>; shown once
  std::string prefix;  ///< 8 characters of a-z0-9, by which people and logs tell keys apart; not a secret
  std::string hash;    ///< SHA-256 of the text, 64 hexadecimal digits
};

NewApiKey MakeApiKey();

/// The hash a key is stored under; none for a text that is no key in its one spelling.
std::optional<std::string> HashOfApiKey(std::string_view text);

/// The prefix of a key; none as above.
std::optional<std::string> PrefixOfApiKey(std::string_view text);

}  // namespace aqua::auth
