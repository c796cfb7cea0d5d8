#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aqua/audit/checkpoint.hpp"
#include "aqua/base/result.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::audit {

/// Reads checkpoints one after the other, in bounded memory.
class CheckpointCursor {
 public:
  virtual ~CheckpointCursor() = default;
  /// The next one; nothing at the end.
  virtual Result<std::optional<Checkpoint>> Next() = 0;
};

/// Those of the table with a number above `after` and a sequence of at most `last_sequence`, by number.
std::unique_ptr<CheckpointCursor> CheckpointsOfTable(sql::Database& database, std::int64_t after, std::int64_t last_sequence);

/// Those of a file, as they stand in it, without what is torn or twice. Reads what is there when it is opened.
/// Errors: kUnavailable ("checkpoint_file_unreadable").
Result<std::unique_ptr<CheckpointCursor>> CheckpointsOfFile(const std::filesystem::path& path);

}  // namespace aqua::audit
