#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/base/result.hpp"

namespace aqua::http {

/// What a request line asks for, percent-decoded.
struct Target {
  std::string path;       ///< begins with '/'; UTF-8 without control characters, "." and ".." segments
  std::string authority;  ///< of the absolute form, "http://authority/path"; else empty
  std::vector<std::pair<std::string, std::string>> query;
};

/// Reads the origin form or the absolute form of a request target.
/// Errors, kInvalidArgument: "bad_target" (another form, a fragment, bad percent-encoding, text that is not UTF-8, control
/// characters, an encoded slash in the path, "." or ".." segments).
Result<Target> ParseTarget(std::string_view text);

}  // namespace aqua::http
