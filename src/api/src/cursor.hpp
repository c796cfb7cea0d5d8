#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "aqua/base/result.hpp"
#include "aqua/storage/prediction_store.hpp"

namespace aqua::api {

/// Names the row a page ended with, signed (HMAC-SHA-256) so that nobody can make one up, and bound to the filter of the list.
std::string MakeCursor(const storage::Position& position, std::string_view filter, const std::array<std::uint8_t, 32>& key);

/// Errors: kInvalidArgument ("cursor_invalid"): damaged, forged, of another server or of a list with another filter.
Result<storage::Position> ReadCursor(std::string_view cursor, std::string_view filter, const std::array<std::uint8_t, 32>& key);

}  // namespace aqua::api
