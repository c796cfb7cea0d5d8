#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "aqua/base/result.hpp"

namespace aqua::auth {

/// Passwords that are known to attackers. Thread-safe.
class BreachedPasswords {
 public:
  virtual ~BreachedPasswords() = default;
  /// May block for a few reads of a file. One that can no longer be read knows no password, so that nobody is kept from choosing one.
  [[nodiscard]] virtual bool Contains(std::string_view password) const = 0;
};

/// Opens a file of either form; the first line decides which.
/// * Hashes: lines of 40 hexadecimal digits (SHA-1), or all of the same number of leading digits from 16 on, sorted, each with an
///   optional ":count" (the form in which such lists are published, "ordered by hash"). Of any size: it is searched on the disk.
/// * Passwords: one a line, at most 64 MiB; compared exactly, and held in memory.
/// Errors: those of base::ReadFile; kInvalidArgument ("not_sorted": found by samples).
Result<std::unique_ptr<BreachedPasswords>> OpenBreachedPasswords(const std::filesystem::path& file);

}  // namespace aqua::auth
