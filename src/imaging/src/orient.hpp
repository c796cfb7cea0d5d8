#pragma once

#include "aqua/imaging/image.hpp"

namespace aqua::imaging {

/// Turns a picture as stored into the upright one, into `upright`, whose capacity is reused.
/// orientation: EXIF, 1..8. Source: Exif 2.32, table 6 (tag 0x0112). Requires: different objects.
void Orient(const Image& stored, int orientation, Image& upright);

}  // namespace aqua::imaging
