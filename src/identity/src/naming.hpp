#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aqua/base/result.hpp"

namespace aqua::identity {

/// Brings letters of the Latin, Greek and Cyrillic alphabets to lower case, so that names that differ in case alone compare equal.
/// Requires: UTF-8.
std::string Fold(std::string_view text);

/// 3–100 code points that can be seen, without white space but single blanks within; '@' only when it is `email`. Combining marks and what has no
/// width are refused: two names that look alike would be two users.
/// Errors: kInvalidArgument ("bad_username").
Status CheckUsername(std::string_view username, std::string_view email);

/// local@domain of RFC 5321 without quoted strings and address literals; at most 254 bytes, 64 before the '@'.
/// Errors: kInvalidArgument ("bad_email").
Status CheckEmail(std::string_view email);

/// At most `max_length` code points without control characters; `min_length` or more.
/// Errors: kInvalidArgument with the given reason.
Status CheckLabel(std::string_view text, std::size_t min_length, std::size_t max_length, std::string_view what, std::string_view reason);

}  // namespace aqua::identity
