#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "aqua/base/result.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::sql {

struct SqliteConfig {
  std::filesystem::path file;  ///< made when it is not there, for this user alone; its folder must be there
  PoolConfig pool = {};
  /// synchronous=NORMAL instead of FULL: a power cut may lose the last commits, though not damage the file.
  bool relaxed = false;
  std::string vfs = {};  ///< name of a registered SQLite VFS; empty: the system's
};

/// Opens a database file in WAL mode and checks that it can be read and written.
/// Errors: those of Connection, with advice; kPermissionDenied ("database_read_only").
Result<std::unique_ptr<Database>> OpenSqlite(const SqliteConfig& config);

}  // namespace aqua::sql
