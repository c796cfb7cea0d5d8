#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cursor.hpp"

/// Cursors of pages: none but those made here may be read, and those give back what they hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array<std::uint8_t, 32> kKey = {7};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto position = aqua::api::ReadCursor(text, "{}", kKey)) {
    // Only a text signed with the key is read at all; then writing it again must give the same.
    if (aqua::api::MakeCursor(*position, "{}", kKey) != text) std::abort();
  }
  return 0;
}
