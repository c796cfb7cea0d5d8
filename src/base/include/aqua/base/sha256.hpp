#pragma once

#include <string>

#include "aqua/base/bytes.hpp"

namespace aqua::base {

/// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits. Check: "abc" -> ba7816bf…f20015ad.
std::string Sha256Hex(ByteView content);

}  // namespace aqua::base
