#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

#include "aqua/auth/token.hpp"
#include "aqua/base/clock.hpp"
#include "aqua/base/result.hpp"

namespace aqua::auth {

/// Remembers tokens that were verified, so that the signature is checked once a minute and not with each request. Entries are found by
/// the token's SHA-256: a keyed hash would be 0.2 µs cheaper, but needs the token itself for a full comparison, and then the memory of
/// the process would be full of valid tokens. Only verified tokens take room. Thread-safe; a lookup takes one of 16 locks for a moment.
class VerifiedTokens {
 public:
  /// verifier and clock must outlive this. max_entries: the oldest makes room. max_age: an entry's life; the token's expiry ends it
  /// earlier, and so does any change of the key ring.
  VerifiedTokens(const TokenVerifier& verifier, const base::Clock& clock, std::size_t max_entries = 65536,
                 std::chrono::seconds max_age = std::chrono::seconds(60));
  ~VerifiedTokens();
  VerifiedTokens(const VerifiedTokens&) = delete;
  VerifiedTokens& operator=(const VerifiedTokens&) = delete;

  /// The claims of a token that was verified lately, or null. Takes less than 1 µs; never checks a signature.
  [[nodiscard]] std::shared_ptr<const AccessClaims> Find(std::string_view token) const;

  /// As Find(), else verifies and remembers. Errors: those of TokenVerifier::Verify.
  [[nodiscard]] Result<std::shared_ptr<const AccessClaims>> Verify(std::string_view token);

  /// Drops the tokens of a session, or of a user; also those that are being verified now. A token that is presented again is verified
  /// again, so this frees memory and does not revoke. Takes as long as a walk over all entries.
  void Forget(std::string_view session);
  void ForgetUser(std::string_view subject);
  void Clear();

  [[nodiscard]] std::size_t size() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace aqua::auth
