#include "target.hpp"

#include <algorithm>
#include <optional>

#include "aqua/base/text.hpp"
#include "field_value.hpp"

namespace aqua::http {
namespace {

Error Bad(std::string message) { return MakeError(ErrorCode::kInvalidArgument, std::move(message), "bad_target"); }

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool IsUtf8(std::string_view text) {
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii || base::ValidUtf8(text) == text;
}

/// Decodes %XX, and '+' to a blank in queries. Nothing when a digit is missing, or the result is NUL or not UTF-8.
std::optional<std::string> Decode(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3 || HexDigit(text[i + 1]) < 0 || HexDigit(text[i + 2]) < 0) return std::nullopt;
      c = static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2]));
      if (c == '\0') return std::nullopt;
      i += 2;
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    decoded.push_back(c);
  }
  if (!IsUtf8(decoded)) return std::nullopt;
  return decoded;
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

Result<std::string> ParsePath(std::string_view text) {
  std::string path;
  path.reserve(text.size());
  for (const std::string_view raw : base::Split(text.substr(1), '/')) {
    const std::optional<std::string> segment = Decode(raw, false);
    if (!segment) return Bad("the path has a bad percent-encoding");
    if (*segment == "." || *segment == "..") return Bad("the path has a dot segment");
    if (segment->find('/') != std::string::npos) return Bad("the path has an encoded slash");
    if (std::any_of(segment->begin(), segment->end(), IsControl)) return Bad("the path has control characters");
    path += '/';
    path += *segment;
  }
  return path;
}

Result<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> query;
  if (text.empty()) return query;
  for (const std::string_view pair : base::Split(text, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::optional<std::string> name = Decode(pair.substr(0, equals), true);
    std::optional<std::string> value = Decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return Bad("the query has a bad percent-encoding");
    query.emplace_back(*std::move(name), *std::move(value));
  }
  return query;
}

}  // namespace

Result<Target> ParseTarget(std::string_view text) {
  Target target;
  if (text.find('#') != std::string_view::npos) return Bad("the target has a fragment");
  if (const std::size_t scheme_end = text.find("://"); !text.starts_with('/') && scheme_end != std::string_view::npos) {
    const std::string_view scheme = text.substr(0, scheme_end);
    if (!EqualIgnoringCase(scheme, "http") && !EqualIgnoringCase(scheme, "https")) return Bad("the target has an unknown scheme");
    text.remove_prefix(scheme_end + 3);
    const std::size_t end = std::min(text.find_first_of("/?"), text.size());
    target.authority = text.substr(0, end);
    if (target.authority.empty() || target.authority.find('@') != std::string::npos) return Bad("the target has a bad authority");
    text.remove_prefix(end);
  }
  const std::size_t question = std::min(text.find('?'), text.size());
  const std::string_view path = text.substr(0, question);
  if (!path.starts_with('/') && (target.authority.empty() || !path.empty())) return Bad("the target is not a path");
  AQUA_TRY_ASSIGN(target.path, ParsePath(path.empty() ? "/" : path));
  AQUA_TRY_ASSIGN(target.query, ParseQuery(text.substr(std::min(question + 1, text.size()))));
  return target;
}

}  // namespace aqua::http
