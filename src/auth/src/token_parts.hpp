#pragma once

#include <string>
#include <string_view>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::auth {

/// A token in compact form, taken apart; nothing of it is proved yet. Views point into the token.
struct TokenParts {
  std::string_view signed_text;  ///< header and claims as they stand
  std::string algorithm;         ///< `alg`; empty: none, or not a text
  bool has_key_id = false;
  std::string key_id;  ///< `kid`; empty: none, or not a text
  Bytes claims;        ///< JSON text
  Bytes signature;
};

/// Makes the error of a refused token.
Error RefusedToken(std::string_view reason, std::string message);

/// Takes exactly three parts of canonical base64url apart and reads the header: an object of `alg`, `typ` (at+jwt) and `kid` and nothing else.
/// Errors: kUnauthenticated ("token_malformed").
Result<TokenParts> TakeApart(std::string_view token);

}  // namespace aqua::auth
