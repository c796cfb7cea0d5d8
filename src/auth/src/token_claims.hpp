#pragma once

#include <chrono>
#include <string>

#include "aqua/auth/token.hpp"
#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::auth {

/// Reads the JSON text of claims: all that AccessClaims has must be there, once, and of its type; others are passed over.
/// Errors: kUnauthenticated ("token_claims").
Result<AccessClaims> ReadClaims(ByteView text);

/// Writes them in a fixed order.
std::string WriteClaims(const AccessClaims& claims);

/// Whether claims are complete, for us, and not to live longer than the policy says; whatever the time is.
/// Errors: kUnauthenticated ("token_claims").
Status CheckClaims(const AccessClaims& claims, const TokenPolicy& policy);

/// Errors: kUnauthenticated ("token_expired", "token_not_yet_valid").
Status CheckTimes(const AccessClaims& claims, std::chrono::seconds skew, std::chrono::system_clock::time_point now);

}  // namespace aqua::auth
