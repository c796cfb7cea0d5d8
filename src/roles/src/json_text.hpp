#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aqua::roles {

/// A JSON string literal; bytes that are not UTF-8 become U+FFFD.
std::string JsonText(std::string_view text);

/// A JSON number with at most `digits` decimals, without trailing zeros.
std::string JsonNumber(double value, int digits = 6);

/// JsonText, or null when the text is empty.
std::string JsonTextOrNull(std::string_view text);

}  // namespace aqua::roles
