#pragma once

#include <string_view>

#include "aqua/base/bytes.hpp"

namespace aqua::imaging {

/// A decoded picture: RGB, 8 bits a channel, interleaved, rows from the top without padding, sRGB.
/// Invariant: pixels.size() == 3 * width * height.
struct Image {
  int width = 0;
  int height = 0;
  Bytes pixels;
};

/// The encodings that are decoded.
enum class ImageFormat { kJpeg, kPng, kWebp };

/// "JPEG", "PNG" or "WebP".
std::string_view Name(ImageFormat format);

}  // namespace aqua::imaging
