#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "aqua/base/bytes.hpp"

namespace aqua::auth {

using Digest256 = std::array<std::uint8_t, 32>;

/// SHA-256 (FIPS 180-4), quick for short texts: each thread keeps a context of its own.
Digest256 Sha256(std::string_view text);

/// SHA-1 as 40 upper-case hexadecimal digits: for lists of breached passwords, and for nothing else.
std::string Sha1Hex(std::string_view text);

/// Lower-case hexadecimal digits.
std::string Hex(ByteView bytes);

}  // namespace aqua::auth
