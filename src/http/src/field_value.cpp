#include "field_value.hpp"

#include <algorithm>

#include "aqua/base/text.hpp"

namespace aqua::http {
namespace {

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool IsTokenCharacter(char c) {
  const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

constexpr bool IsFieldCharacter(char c) { return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) || c == '\t'; }

/// Weight of one member of a list, as "q=0.5": whether it is above 0. Anything that is not a weight counts as one.
bool HasWeight(std::string_view parameters) {
  const std::string_view text = base::Trim(parameters);
  if (text.size() < 3 || Lower(text[0]) != 'q' || text[1] != '=') return true;
  return text.find_first_of("123456789") != std::string_view::npos;
}

}  // namespace

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return Lower(x) == Lower(y); });
}

bool IsToken(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter); }

bool IsFieldText(std::string_view text) { return std::all_of(text.begin(), text.end(), IsFieldCharacter); }

std::string_view MediaType(std::string_view content_type) { return base::Trim(content_type.substr(0, content_type.find(';'))); }

bool AcceptsGzip(std::string_view accept_encoding) {
  std::optional<bool> any;
  std::optional<bool> gzip;
  for (const std::string_view member : base::Split(accept_encoding, ',')) {
    const std::size_t semicolon = member.find(';');
    const std::string_view coding = base::Trim(member.substr(0, semicolon));
    const bool wanted = semicolon == std::string_view::npos || HasWeight(member.substr(semicolon + 1));
    if (coding == "*") any = wanted;
    if (EqualIgnoringCase(coding, "gzip") || EqualIgnoringCase(coding, "x-gzip")) gzip = wanted;
  }
  return gzip.value_or(any.value_or(false));
}

std::optional<FieldParameters::Parameter> FieldParameters::Next() {
  rest_ = base::Trim(rest_);
  if (rest_.empty() || malformed_) return std::nullopt;
  malformed_ = true;
  if (rest_[0] != ';') return std::nullopt;
  const std::size_t equals = rest_.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const std::string_view name = base::Trim(rest_.substr(1, equals - 1));
  if (!IsToken(name)) return std::nullopt;
  rest_.remove_prefix(equals + 1);
  std::optional<std::string> value = Value();
  if (!value) return std::nullopt;
  malformed_ = false;
  return Parameter{name, *std::move(value)};
}

std::optional<std::string> FieldParameters::Value() {
  if (rest_.empty() || rest_[0] != '"') {
    const std::string_view token = base::Trim(rest_.substr(0, rest_.find(';')));
    if (!IsToken(token)) return std::nullopt;
    rest_.remove_prefix(std::min(rest_.find(';'), rest_.size()));
    return std::string(token);
  }
  std::string value;
  for (std::size_t i = 1; i < rest_.size(); ++i) {
    if (rest_[i] == '"') {
      rest_.remove_prefix(i + 1);
      return value;
    }
    if (rest_[i] == '\\' && ++i == rest_.size()) return std::nullopt;
    if (!IsFieldCharacter(rest_[i])) return std::nullopt;
    value.push_back(rest_[i]);
  }
  return std::nullopt;
}

}  // namespace aqua::http
