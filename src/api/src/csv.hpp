#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aqua::api {

/// Appends one line of RFC 4180 CSV. A text that a spreadsheet would run as a formula (= + - @ first) gets a ' in front.
void AppendCsvLine(const std::vector<std::string>& cells, std::string& out);

}  // namespace aqua::api
