#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::audit {

/// A signed statement that entry `sequence` has this hash, and so that no entry up to it was changed.
struct Checkpoint {
  std::int64_t number = 0;  ///< 1, 2, 3, … without a gap
  std::int64_t sequence = 0;
  std::string hash;
  std::string created_at;
  std::string key_id;
  Bytes signature;  ///< Ed25519 over SignedText()
};

/// The text that is signed; docs/formats/audit.md.
std::string SignedText(const Checkpoint& checkpoint);

/// One line of JSON without its end, as in the file of checkpoints.
std::string WriteCheckpoint(const Checkpoint& checkpoint);
/// Reads such a line. Errors: kInvalidArgument ("checkpoint_malformed").
Result<Checkpoint> ReadCheckpoint(std::string_view line);

/// Signs with an Ed25519 key that the audit log never sees.
struct Signer {
  std::string key_id;  ///< 1–64 of A–Z a–z 0–9 _ -
  std::function<Result<Bytes>(std::string_view)>
      sign;  ///< returns 64 bytes, or an error; "not_yet" is tried again without a word. Called on one thread, inside a transaction
};

/// Checks what a Signer of the same id signed.
struct PublicKey {
  std::string key_id;
  Bytes key;  ///< the 32 bytes of RFC 8032
};

}  // namespace aqua::audit
