#include <charconv>
#include <cstdint>

#include "postgres_connection.hpp"

namespace aqua::sql {
namespace {

// Object identifiers of built-in types, fixed by PostgreSQL (pg_type.dat).
constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kFloat4 = 700, kFloat8 = 701, kTimestampTz = 1184, kNumeric = 1700;

std::string HexText(const Bytes& bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text = "\\x";
  text.reserve(2 + 2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += kHex[byte >> 4U];
    text += kHex[byte & 0xFU];
  }
  return text;
}

std::uint8_t Nibble(char c) { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); }

Bytes FromHex(std::string_view text) {
  Bytes bytes;
  if (!text.starts_with("\\x")) return bytes;
  text.remove_prefix(2);
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) bytes.push_back(static_cast<std::uint8_t>(Nibble(text[i]) << 4U | Nibble(text[i + 1])));
  return bytes;
}

template <typename T>
T Number(std::string_view text) {
  T number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// "2026-01-02 03:04:05.67+00" as "2026-01-02T03:04:05.670000Z"; the session's zone is UTC.
std::string TimeText(std::string_view text) {
  const auto zone = text.find('+', 10);
  std::string time(text.substr(0, zone));
  if (time.size() > 10) time[10] = 'T';
  if (time.size() == 19) time += '.';
  time.resize(26, '0');
  return time + 'Z';
}

}  // namespace

std::optional<std::string> ParameterText(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "t" : "f";
  if (const auto* bytes = std::get_if<Bytes>(&value)) return HexText(*bytes);
  if (const auto* real = std::get_if<double>(&value)) {
    std::string text(32, '\0');
    const auto end = std::to_chars(text.data(), text.data() + text.size(), *real);
    text.resize(static_cast<std::size_t>(end.ptr - text.data()));
    return text;
  }
  return std::nullopt;
}

Value ColumnValue(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return std::monostate();
  const std::string_view text(PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column)));
  switch (PQftype(result, column)) {
    case kBool: return text == "t";
    case kInt2:
    case kInt4:
    case kInt8: return Number<std::int64_t>(text);
    case kFloat4:
    case kFloat8:
    case kNumeric: return Number<double>(text);
    case kBytea: return FromHex(text);
    case kTimestampTz: return TimeText(text);
    default: return std::string(text);
  }
}

}  // namespace aqua::sql
