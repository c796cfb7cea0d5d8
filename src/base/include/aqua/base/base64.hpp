#pragma once

#include <string>
#include <string_view>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::base {

/// Decodes base64 of the standard alphabet (RFC 4648 §4), with its padding or without. Strict: no white space, no bits left over.
/// Errors: kInvalidArgument ("bad_base64"), with the place.
Result<Bytes> DecodeBase64(std::string_view text);

/// Encodes with padding.
std::string EncodeBase64(ByteView bytes);

}  // namespace aqua::base
