#pragma once

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/imaging/image.hpp"

namespace aqua::imaging {

/// Tells the type by the first bytes, never by a name.
/// Errors: kInvalidArgument ("empty", "unsupported_format" for image types that are known but not decoded, "not_an_image").
Result<ImageFormat> Sniff(ByteView encoded);

}  // namespace aqua::imaging
