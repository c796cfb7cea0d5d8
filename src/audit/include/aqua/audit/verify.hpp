#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "aqua/audit/checkpoint.hpp"
#include "aqua/base/result.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::audit {

struct VerifyOptions {
  std::vector<PublicKey> keys;                 ///< all that ever signed; a checkpoint of another key is a forged one
  std::filesystem::path checkpoint_file = {};  ///< the copy off the database; without it a cut tail is found only while the database tells of it
  std::function<void(std::int64_t checked, std::int64_t total)> progress = {};  ///< called now and then
  std::size_t page = 500;                                                       ///< rows held in memory
};

/// Where the log was tampered with.
struct Fault {
  std::int64_t sequence = 0;  ///< 0: rows that have no place in the chain
  std::string what;
};

struct Report {
  std::int64_t entries = 0;         ///< checked, up to the first fault
  std::int64_t checkpoints = 0;     ///< of the database and the file, checked
  std::int64_t signed_entries = 0;  ///< the last entry that a checkpoint vouches for; later ones could be rewritten together
  std::optional<Fault> first_bad = {};
};

/// Reads the whole log and finds the first entry that is altered, missing, inserted, out of order or cut off, and the first checkpoint
/// that is forged or missing. The log may be appended to meanwhile: what is there at the start is checked. Memory is bounded by a page.
/// Where entries were rewritten together with all hashes after them, only a checkpoint tells: `sequence` is then the first that it
/// may be.
/// Errors: kInvalidArgument ("key_malformed"); kUnavailable ("checkpoint_file_unreadable"); those of sql::Connection.
Result<Report> Verify(sql::Database& database, const VerifyOptions& options);

}  // namespace aqua::audit
