#pragma once

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/imaging/image.hpp"

namespace aqua::imaging {

/// Encodes a picture as baseline JPEG, 4:2:0. quality: 1–100. Requires: a valid Image with sides up to 65500.
/// Errors: kResourceExhausted ("too_much_memory").
Result<Bytes> EncodeJpeg(const Image& picture, int quality);

}  // namespace aqua::imaging
