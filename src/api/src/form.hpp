#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/base/result.hpp"

namespace aqua::api {

/// Splits an application/x-www-form-urlencoded body into its fields, decoded, in order.
/// Errors: kInvalidArgument ("bad_form": a broken %XX, a NUL, text that is not UTF-8, more than 32 fields).
Result<std::vector<std::pair<std::string, std::string>>> ParseForm(std::string_view body);

}  // namespace aqua::api
