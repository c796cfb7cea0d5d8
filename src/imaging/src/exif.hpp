#pragma once

#include "aqua/base/bytes.hpp"

namespace aqua::imaging {

/// Orientation 1..8 that an EXIF block gives, with or without its "Exif\0\0" prefix; 1 when absent or malformed.
/// Reads the first directory of the TIFF structure only.
int ExifOrientation(ByteView exif);

/// True when the orientation turns the picture by 90 degrees, so that its sides swap.
constexpr bool SwapsSides(int orientation) { return orientation >= 5; }

}  // namespace aqua::imaging
