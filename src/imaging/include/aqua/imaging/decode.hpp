#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/imaging/image.hpp"
#include "aqua/imaging/preprocess_spec.hpp"

namespace aqua::imaging {

/// What an encoded image may cost. Everything but the CPU time and the scans is checked on the header, before pixels.
struct DecodeLimits {
  int min_side = 32;                                      ///< pixels, 1 or more
  int max_side = 8192;                                    ///< pixels
  std::int64_t max_pixels = 25'000'000;                   ///< width x height
  std::size_t max_memory_bytes = std::size_t{128} << 20;  ///< work memory of a decoder, beside the picture itself
  int max_scans = 100;                                    ///< of a progressive JPEG
  std::chrono::milliseconds max_cpu{250};                 ///< CPU time of the calling thread, checked every few rows
  int max_expansion = 400;                                ///< RGB bytes a file byte, for pictures above one megapixel
};

/// What the header says.
struct ImageInfo {
  ImageFormat format = ImageFormat::kJpeg;
  int width = 0;  ///< pixels, upright: sides are swapped already when the orientation turns the picture
  int height = 0;
  int orientation = 1;  ///< EXIF 1..8; 1 when absent or malformed
};

/// Reads and checks the header of a JPEG, PNG or WebP; the type is told by content. Decodes no pixel.
/// Thread-safe. Errors, all with advice in the message:
/// kInvalidArgument: "empty", "not_an_image", "unsupported_format" (GIF, SVG, HEIC, …), "unsupported_variant" (12 bits,
/// arithmetic coding, HDR, …), "animated", "too_small", "too_large", "too_many_pixels", "suspicious_compression",
/// "corrupt" (damaged or truncated; every warning of a library counts).
Result<ImageInfo> ReadInfo(ByteView encoded, const DecodeLimits& limits);

/// Decodes to upright sRGB into `out`, whose capacity is reused; after an error its content is unspecified.
/// With `fit`, a JPEG is decoded at 1/8, 1/4 or 1/2 when both sides stay at least as long as Place() asks for, and
/// transparency shows fit->pad; without, the size is the full one and transparency shows black.
/// Bytes after the end of the image are ignored. Thread-safe; takes up to limits.max_cpu.
/// Errors: as ReadInfo(); kInvalidArgument: "too_many_scans", "invalid_colour_profile";
/// kResourceExhausted: "too_slow", "too_much_memory".
Status Decode(ByteView encoded, const DecodeLimits& limits, const PreprocessSpec* fit, Image& out);

}  // namespace aqua::imaging
