#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aqua::http {

/// Compares ASCII text without regard to case.
bool EqualIgnoringCase(std::string_view a, std::string_view b);

/// Tells whether text is a token of RFC 9110: at least one character, all of them letters, digits or !#$%&'*+-.^_`|~.
bool IsToken(std::string_view text);

/// Tells whether text has no control character but the tab.
bool IsFieldText(std::string_view text);

/// Media type of a Content-Type field: what stands before its parameters, without blanks.
std::string_view MediaType(std::string_view content_type);

/// Tells whether an Accept-Encoding field takes gzip: named, or by "*", with a weight above 0.
bool AcceptsGzip(std::string_view accept_encoding);

/// Walks over the parameters of a field such as `form-data; name="a"; filename=b`. Strict: names are tokens, values tokens
/// or quoted strings, in which a backslash keeps the next character.
class FieldParameters {
 public:
  struct Parameter {
    std::string_view name;
    std::string value;
  };

  /// parameters: the field from its first ';' on, or nothing.
  explicit FieldParameters(std::string_view parameters) : rest_(parameters) {}

  /// The next parameter; nothing at the end and when the rest is malformed.
  std::optional<Parameter> Next();
  [[nodiscard]] bool malformed() const { return malformed_; }

 private:
  std::optional<std::string> Value();

  std::string_view rest_;
  bool malformed_ = false;
};

}  // namespace aqua::http
