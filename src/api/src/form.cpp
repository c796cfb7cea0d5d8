#include "form.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "aqua/base/text.hpp"

namespace aqua::api {
namespace {

constexpr std::size_t kMaxFields = 32;

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> Decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const auto high = HexDigit(text[i + 1]);
      const auto low = HexDigit(text[i + 2]);
      if (!high || !low) return std::nullopt;
      decoded += static_cast<char>(*high * 16 + *low);
      i += 2;
    }
  }
  if (decoded.find('\0') != std::string::npos || base::ValidUtf8(decoded) != decoded) return std::nullopt;
  return decoded;
}

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> ParseForm(std::string_view body) {
  std::vector<std::pair<std::string, std::string>> fields;
  while (!body.empty()) {
    const std::string_view field = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(field.size() + 1, body.size()));
    if (field.empty()) continue;
    const auto equals = std::min(field.find('='), field.size());
    auto name = Decode(field.substr(0, equals));
    auto value = Decode(field.substr(std::min(equals + 1, field.size())));
    if (!name || !value || fields.size() == kMaxFields) return MakeError(ErrorCode::kInvalidArgument, "is not a valid form", "bad_form");
    fields.emplace_back(*std::move(name), *std::move(value));
  }
  return fields;
}

}  // namespace aqua::api
