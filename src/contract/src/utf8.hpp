#pragma once

#include <cstddef>
#include <string_view>

namespace aqua::contract {

/// Where the first byte stands that is not UTF-8, or npos.
std::size_t FirstInvalidUtf8(std::string_view text);

/// Code points in valid UTF-8.
std::size_t CodePoints(std::string_view text);

/// The longest part from the front that has at most max_bytes and ends between code points.
std::string_view CutUtf8(std::string_view text, std::size_t max_bytes);

}  // namespace aqua::contract
