#pragma once

#include <filesystem>
#include <utility>

#include "aqua/base/result.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::audit {

/// The copy of the checkpoints off the database: a line of JSON each, only appended to. Any number of processes may share one.
class CheckpointFile {
 public:
  explicit CheckpointFile(std::filesystem::path path) : path_(std::move(path)) {}

  /// Appends the checkpoints of the table that come after the file's last one and flushes them to the disk; makes the file, readable for
  /// this user alone, when it is not there.
  /// Errors: kUnavailable ("checkpoint_file_not_writable"), those of sql::Connection.
  Status CopyFrom(sql::Database& database) const;

 private:
  const std::filesystem::path path_;
};

}  // namespace aqua::audit
