#pragma once

#include <sqlite3.h>

#include <atomic>
#include <string>

namespace aqua::sql::testing {

/// The file system of SQLite with faults that are switched on and off. Registered for the life of this object, which outlives every
/// database opened by its name.
class FailingVfs {
 public:
  explicit FailingVfs(std::string name);
  ~FailingVfs();
  FailingVfs(const FailingVfs&) = delete;
  FailingVfs& operator=(const FailingVfs&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  std::atomic<bool> sync_fails = false;   ///< fsync() gives EIO
  std::atomic<bool> disk_full = false;    ///< write() gives ENOSPC
  std::atomic<bool> write_fails = false;  ///< write() gives EIO
  std::atomic<int> syncs = 0;             ///< of the log and the database, that did not fail

 private:
  static int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* flags_out);

  const std::string name_;
  sqlite3_vfs* const base_;
  sqlite3_vfs vfs_;
};

}  // namespace aqua::sql::testing
