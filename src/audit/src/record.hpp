#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/audit/entry.hpp"
#include "aqua/base/result.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::audit {

/// What an entry consists of beside its sequence: columns of audit_logs, in the order in which they are hashed.
inline constexpr std::array<std::string_view, 12> kFields = {"id",      "tenant_id",  "user_id",    "action",     "resource_type", "resource_id",
                                                             "details", "ip_address", "user_agent", "request_id", "outcome",       "created_at"};

/// A row of audit_logs as texts, so that exactly what is stored is hashed.
struct Record {
  std::int64_t sequence = 0;
  std::array<std::optional<std::string>, kFields.size()> fields;
  std::string previous_hash;
  std::string hash;
};

/// The hash before the first entry.
std::string FirstHash();

/// Checks, escapes and cuts an entry and gives it an id. Errors: kInvalidArgument ("audit_entry_invalid").
Result<Record> MakeRecord(const Entry& entry);

/// The bytes that stand for a record; no two records share them. docs/formats/audit.md.
std::string CanonicalForm(const Record& record);

/// SHA-256 of previous_hash (its 32 bytes) and the canonical form, in hexadecimal digits.
std::string HashOf(const Record& record);

sql::Command InsertCommand(const Record& record);

/// "SELECT …" of the columns that ReadRecord() takes, up to and with "FROM audit_logs".
const std::string& SelectFrom();
Record ReadRecord(const sql::Row& row);

StoredEntry ToStoredEntry(const Record& record);
/// One line of JSON without its end.
std::string WriteRecord(const Record& record);

}  // namespace aqua::audit
