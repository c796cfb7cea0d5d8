#pragma once

#include <string_view>

#include "entry.hpp"

namespace aqua::config {

/// Reads lines of [export ]NAME=VALUE. A value is bare up to " #", or in single quotes (taken as it is), or in double
/// quotes (with \n, \t, \" and \\). Refuses names given twice and more than kMaxEntries values.
Reading ReadDotenv(std::string_view file_name, std::string_view text);

}  // namespace aqua::config
