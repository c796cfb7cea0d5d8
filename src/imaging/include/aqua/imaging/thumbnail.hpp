#pragma once

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/imaging/image.hpp"

namespace aqua::imaging {

/// Makes a JPEG of the picture whose longer side has at most max_side pixels; smaller pictures keep their size. Thread-safe.
/// Quality 75, 4:2:0, no metadata. Errors: kInvalidArgument ("bad_image": no pixels, or not 3 * width * height of them),
/// kResourceExhausted ("too_much_memory"). Requires: max_side >= 1.
Result<Bytes> MakeThumbnail(const Image& picture, int max_side);

}  // namespace aqua::imaging
