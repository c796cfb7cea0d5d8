#include <array>
#include <charconv>
#include <cmath>

#include "aqua/base/text.hpp"
#include "aqua/contract/json.hpp"
#include "utf8.hpp"

namespace aqua::contract {
namespace {

/// For each byte of a string: 0 if it stands for itself, the letter of its short escape, or 'u'.
constexpr std::array<char, 256> MakeEscapes() {
  std::array<char, 256> escapes{};
  for (std::size_t byte = 0; byte < 0x20; ++byte) escapes[byte] = 'u';
  escapes['\b'] = 'b';
  escapes['\f'] = 'f';
  escapes['\n'] = 'n';
  escapes['\r'] = 'r';
  escapes['\t'] = 't';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}

void WriteValidString(std::string_view text, std::string& out) {
  constexpr std::array<char, 256> kEscapes = MakeEscapes();
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  std::size_t written = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const char escape = kEscapes[byte];
    if (escape == 0) continue;
    out.append(text, written, i - written);
    written = i + 1;
    out += '\\';
    out += escape;
    if (escape == 'u') {
      out += "00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 0x0F];
    }
  }
  out.append(text, written);
  out += '"';
}

template <typename Number>
void WriteChars(Number number, std::string& out) {
  std::array<char, 32> buffer;  // the longest double takes 24
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  out.append(buffer.data(), end);
}

struct ValueWriter {
  std::string& out;

  void operator()(std::nullptr_t) const { out += "null"; }
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { WriteChars(value, out); }
  void operator()(std::uint64_t value) const { WriteChars(value, out); }
  void operator()(double value) const { WriteJsonNumber(value, out); }
  void operator()(const std::string& value) const { WriteJsonString(value, out); }

  void operator()(const Json::Array& items) const {
    out += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out += ',';
      WriteJson(items[i], out);
    }
    out += ']';
  }

  void operator()(const Json::Object& members) const {
    out += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out += ',';
      WriteJsonString(members[i].first, out);
      out += ':';
      WriteJson(members[i].second, out);
    }
    out += '}';
  }
};

}  // namespace

void WriteJson(const Json& json, std::string& out) { std::visit(ValueWriter{out}, json.value); }

void WriteJsonString(std::string_view text, std::string& out) {
  if (FirstInvalidUtf8(text) == std::string_view::npos)
    WriteValidString(text, out);
  else
    WriteValidString(base::ValidUtf8(text), out);
}

void WriteJsonNumber(double number, std::string& out) {
  if (std::isfinite(number))
    WriteChars(number, out);
  else
    out += "null";
}

}  // namespace aqua::contract
