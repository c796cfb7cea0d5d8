#pragma once

#include <string_view>

#include "entry.hpp"

namespace aqua::config {

/// Reads one YAML document of nested maps into dotted names. Refuses lists, anchors, aliases, tags, keys given twice in
/// one map, more than 16 levels and more than kMaxEntries values: reading stops there, with what was read before.
Reading ReadYaml(std::string_view file_name, std::string_view text);

}  // namespace aqua::config
