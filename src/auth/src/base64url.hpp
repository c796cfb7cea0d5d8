#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aqua/base/bytes.hpp"

namespace aqua::auth {

/// base64url without padding (RFC 4648 §5).
std::string EncodeBase64Url(ByteView bytes);

/// Decodes what EncodeBase64Url() writes and no other spelling: no padding, no other character, no bits left over.
std::optional<Bytes> DecodeBase64Url(std::string_view text);

}  // namespace aqua::auth
