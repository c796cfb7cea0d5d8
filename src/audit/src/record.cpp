#include "record.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "aqua/base/bytes.hpp"
#include "aqua/base/sha256.hpp"
#include "aqua/base/text.hpp"
#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"
#include "aqua/contract/json.hpp"

namespace aqua::audit {
namespace {

constexpr std::size_t kMaxWord = 64;
constexpr std::size_t kMaxDetails = std::size_t{16} * 1024;
constexpr std::string_view kCut = "…";

Error Invalid(std::string_view what) { return MakeError(ErrorCode::kInvalidArgument, fmt::format("audit entry: {}", what), "audit_entry_invalid"); }

bool IsWord(std::string_view text) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; };
  return !text.empty() && text.size() <= kMaxWord && std::all_of(text.begin(), text.end(), allowed);
}

/// Makes any bytes printable so that they can be told from what merely looks the same, and short.
std::string EscapeText(std::string_view text, std::size_t max_bytes) {
  std::string doubled;
  for (const char c : text.substr(0, max_bytes + 1)) doubled.append(c == '\\' ? 2 : 1, c);
  std::string escaped = base::Printable(doubled);
  if (escaped.size() <= max_bytes && text.size() <= max_bytes) return escaped;
  std::size_t end = std::min(escaped.size(), max_bytes - kCut.size());
  while (end > 0 && end < escaped.size() && (static_cast<unsigned char>(escaped[end]) & 0xC0U) == 0x80U) --end;
  return escaped.substr(0, end) + std::string(kCut);
}

std::optional<std::string> Escape(const std::optional<std::string>& text, std::size_t max_bytes) {
  return text ? std::optional(EscapeText(*text, max_bytes)) : std::nullopt;
}

Result<std::string> CompactDetails(std::string_view details) {
  if (details.size() > kMaxDetails) return Invalid("details of more than 16 KiB");
  const auto json = contract::ParseJson(details);
  if (!json || !std::holds_alternative<contract::Json::Object>(json->value)) return Invalid("details are not a JSON object");
  std::string compact;
  contract::WriteJson(*json, compact);
  if (compact.size() > 2 * kMaxDetails) return Invalid("details of more than 16 KiB");
  return compact;
}

std::uint8_t Nibble(char digit) { return static_cast<std::uint8_t>(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10); }

/// The bytes of hexadecimal digits; other characters give some bytes, too, whose hash then fits nothing.
std::string FromHex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) bytes += static_cast<char>(Nibble(digits[i]) << 4U | Nibble(digits[i + 1]));
  return bytes;
}

std::optional<std::string> TextColumn(const sql::Row& row, std::size_t column) {
  return row.IsNull(column) ? std::nullopt : std::optional<std::string>(row.Text(column));
}

sql::Value Nullable(const std::optional<std::string>& text) { return text ? sql::Value(*text) : sql::Value(); }

}  // namespace

std::string FirstHash() { return std::string(64, '0'); }

Result<Record> MakeRecord(const Entry& entry) {
  if (!base::IsUuid(entry.tenant)) return Invalid("the tenant is no UUID");
  if (entry.user_id && !base::IsUuid(*entry.user_id)) return Invalid("the user is no UUID");
  if (!IsWord(entry.action)) return Invalid("the action is no word");
  if (!IsWord(entry.resource_type)) return Invalid("the resource type is no word");
  if (!IsWord(entry.outcome)) return Invalid("the outcome is no word");
  AQUA_TRY_ASSIGN(std::string details, CompactDetails(entry.details));
  Record record;
  record.fields = {base::NewUuidV7(),
                   base::ToLower(entry.tenant),
                   entry.user_id ? std::optional(base::ToLower(*entry.user_id)) : std::nullopt,
                   entry.action,
                   entry.resource_type,
                   Escape(entry.resource_id, 256),
                   std::move(details),
                   Escape(entry.ip_address, 64),
                   Escape(entry.user_agent, 512),
                   Escape(entry.request_id, 128),
                   entry.outcome,
                   base::FormatTime(entry.time)};
  return record;
}

std::string CanonicalForm(const Record& record) {
  std::string form = fmt::format("aqua-audit-entry-1\nsequence {}\n", record.sequence);
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    const auto& field = record.fields.at(i);
    form += field ? fmt::format("{} {}:{}\n", kFields.at(i), field->size(), *field) : fmt::format("{} -\n", kFields.at(i));
  }
  return form;
}

std::string HashOf(const Record& record) { return base::Sha256Hex(AsBytes(FromHex(record.previous_hash) + CanonicalForm(record))); }

sql::Command InsertCommand(const Record& record) {
  static const std::string sql =
      fmt::format("INSERT INTO audit_logs (sequence, previous_hash, hash, {}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
                  fmt::join(kFields, ", "));
  std::vector<sql::Value> parameters = {record.sequence, record.previous_hash, record.hash};
  for (const auto& field : record.fields) parameters.push_back(Nullable(field));
  return {sql, std::move(parameters)};
}

const std::string& SelectFrom() {
  static const std::string sql = fmt::format("SELECT sequence, previous_hash, hash, {} FROM audit_logs", fmt::join(kFields, ", "));
  return sql;
}

Record ReadRecord(const sql::Row& row) {
  Record record;
  record.sequence = row.Integer(0);
  // Null only where somebody changed the schema; nothing fits then.
  record.previous_hash = TextColumn(row, 1).value_or("");
  record.hash = TextColumn(row, 2).value_or("");
  for (std::size_t i = 0; i < kFields.size(); ++i) record.fields.at(i) = TextColumn(row, i + 3);
  return record;
}

StoredEntry ToStoredEntry(const Record& record) {
  const auto& field = record.fields;
  StoredEntry stored;
  stored.sequence = record.sequence;
  stored.id = field[0].value_or("");
  stored.entry = {field[1].value_or(""),
                  field[2],
                  field[3].value_or(""),
                  field[4].value_or(""),
                  field[5],
                  field[6].value_or(""),
                  field[7],
                  field[8],
                  field[9],
                  field[10].value_or(""),
                  base::ParseTime(field[11].value_or("")).value_or(Time())};
  stored.previous_hash = record.previous_hash;
  stored.hash = record.hash;
  return stored;
}

std::string WriteRecord(const Record& record) {
  std::string line = fmt::format("{{\"sequence\":{}", record.sequence);
  const auto add = [&line](std::string_view name, const std::optional<std::string>& text) {
    line += fmt::format(",\"{}\":", name);
    if (text)
      contract::WriteJsonString(*text, line);
    else
      line += "null";
  };
  for (std::size_t i = 0; i < kFields.size(); ++i) add(kFields.at(i), record.fields.at(i));
  add("previous_hash", record.previous_hash);
  add("hash", record.hash);
  return line + "}";
}

}  // namespace aqua::audit
