#include "dotenv_reader.hpp"

#include <fmt/format.h>

#include <map>

#include "aqua/base/result.hpp"
#include "aqua/base/text.hpp"

namespace aqua::config {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
constexpr std::string_view kDigits = "0123456789";

Error Refuse(std::string_view message) { return MakeError(ErrorCode::kInvalidArgument, std::string(message)); }

bool IsName(std::string_view text) {
  if (text.empty() || kDigits.find(text[0]) != std::string_view::npos) return false;
  return text.find_first_not_of(std::string(kLetters).append(kDigits)) == std::string_view::npos;
}

/// Checks that only a comment follows a quoted value.
Status CheckRest(std::string_view rest) {
  rest = base::Trim(rest);
  if (!rest.empty() && rest[0] != '#') return Refuse("text after the closing quote");
  return {};
}

Result<std::string> ReadSingleQuoted(std::string_view text) {
  const auto end = text.find('\'', 1);
  if (end == std::string_view::npos) return Refuse("the quote is not closed on its line");
  AQUA_TRY(CheckRest(text.substr(end + 1)));
  return std::string(text.substr(1, end - 1));
}

Result<std::string> ReadDoubleQuoted(std::string_view text) {
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      AQUA_TRY(CheckRest(text.substr(i + 1)));
      return value;
    }
    if (text[i] != '\\') {
      value += text[i];
      continue;
    }
    const char escaped = ++i < text.size() ? text[i] : '\0';
    if (escaped == 'n')
      value += '\n';
    else if (escaped == 't')
      value += '\t';
    else if (escaped == '"' || escaped == '\\')
      value += escaped;
    else
      return Refuse(R"(only \n, \t, \" and \\ are allowed after a backslash in double quotes)");
  }
  return Refuse("the quote is not closed on its line");
}

/// A bare value ends at a # that follows white space.
std::string ReadBare(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) return std::string(base::Trim(text.substr(0, i)));
  return std::string(text);
}

Result<Entry> ReadLine(std::string_view line) {
  constexpr std::string_view kExport = "export ";
  if (line.starts_with(kExport)) line = base::Trim(line.substr(kExport.size()));
  const auto equals = line.find('=');
  const std::string_view name = base::Trim(line.substr(0, equals));
  if (equals == std::string_view::npos || !IsName(name)) return Refuse("expected NAME=VALUE");
  const std::string_view text = base::Trim(line.substr(equals + 1));
  Result<std::string> value = text.starts_with('"') ? ReadDoubleQuoted(text) : text.starts_with('\'') ? ReadSingleQuoted(text) : ReadBare(text);
  if (!value) return value.error().WithContext(name);
  return Entry{std::string(name), *std::move(value), {}};
}

}  // namespace

Reading ReadDotenv(std::string_view file_name, std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Reading reading;
  std::map<std::string, std::size_t> line_of;
  std::size_t number = 0;
  for (std::string_view line : base::Split(text, '\n')) {
    ++number;
    line = base::Trim(line);
    if (line.empty() || line[0] == '#') continue;
    const std::string origin = fmt::format("{}:{}", file_name, number);
    if (reading.entries.size() + reading.faults.size() >= kMaxEntries) {
      reading.faults.push_back(fmt::format("{}: more than {} settings", origin, kMaxEntries));
      break;
    }
    Result<Entry> entry = ReadLine(line);
    if (!entry) {
      reading.faults.push_back(fmt::format("{}: {}", origin, entry.error().message));
    } else if (const auto [first, added] = line_of.emplace(entry->name, number); !added) {
      reading.faults.push_back(fmt::format("{}: {} is given twice, first on line {}", origin, entry->name, first->second));
    } else {
      entry->origin = origin;
      reading.entries.push_back(*std::move(entry));
    }
  }
  return reading;
}

}  // namespace aqua::config
