#include <fmt/format.h>

#include "sqlite_connection.hpp"

namespace aqua::sql {
namespace {

Error Constraint(int code, const std::string& text) {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return MakeError(ErrorCode::kAlreadyExists, text, "duplicate");
    case SQLITE_CONSTRAINT_FOREIGNKEY: return MakeError(ErrorCode::kFailedPrecondition, text, "reference_missing");
    default: return MakeError(ErrorCode::kFailedPrecondition, text, "constraint_violated");
  }
}

}  // namespace

Error SqliteError(int code, const char* message) {
  const std::string text = fmt::format("SQLite: {}", message);
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT: return Constraint(code, text);
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return MakeError(ErrorCode::kUnavailable, text, "database_unavailable");
    case SQLITE_FULL: return MakeError(ErrorCode::kResourceExhausted, text + "; make room on the disk", "disk_full");
    case SQLITE_CANTOPEN:
      return MakeError(ErrorCode::kUnavailable, text + "; its folder must be there, and this user must be able to write in it", "database_unavailable");
    case SQLITE_IOERR:
    case SQLITE_PROTOCOL: return MakeError(ErrorCode::kUnavailable, text, "database_unavailable");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return MakeError(ErrorCode::kDataLoss, text + "; restore a backup", "database_damaged");
    case SQLITE_INTERRUPT: return MakeError(ErrorCode::kDeadlineExceeded, text, "query_too_slow");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH: return MakeError(ErrorCode::kPermissionDenied, text + "; this user must be able to write the file and its folder", "database_read_only");
    default: return MakeError(ErrorCode::kInternal, text, "database_error");
  }
}

}  // namespace aqua::sql
