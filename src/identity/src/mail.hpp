#pragma once

#include <string>

#include "aqua/identity/event.hpp"

namespace aqua::identity {

/// A message of RFC 5322: headers and UTF-8 text, in base64 so that no server alters it.
/// Errors: kInvalidArgument ("bad_message").
Result<std::string> MakeMail(const std::string& from, const std::string& to, const std::string& subject, const std::string& text, Time now);

}  // namespace aqua::identity
