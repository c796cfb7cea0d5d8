#include "row_writer.hpp"

#include <algorithm>

namespace aqua::imaging {
namespace {

/// a * b / 255, rounded to nearest, for the sum of products that stay below 65536.
constexpr std::uint8_t DivideBy255(unsigned product) { return static_cast<std::uint8_t>((product + 127) / 255); }

void Composite(const std::uint8_t* alpha, int stride, int count, const std::array<std::uint8_t, 3>& pad, std::uint8_t* rgb) {
  for (int i = 0; i < count; ++i, alpha += stride, rgb += 3) {
    const unsigned weight = *alpha;
    if (weight == 255) continue;
    for (std::size_t channel = 0; channel < 3; ++channel) rgb[channel] = DivideBy255(rgb[channel] * weight + pad[channel] * (255 - weight));
  }
}

}  // namespace

RowWriter::RowWriter(PixelLayout layout, const ColourConverter* converter, const std::array<std::uint8_t, 3>& pad)
    : layout_(layout), converter_(converter), pad_(pad) {}

void RowWriter::Write(const std::uint8_t* pixels, int count, std::uint8_t* rgb) const {
  if (converter_ != nullptr) {
    converter_->Convert(pixels, static_cast<std::uint32_t>(count), rgb);
  } else {
    Expand(pixels, count, rgb);
  }
  const int bytes = BytesPerPixel(layout_);
  if (layout_ == PixelLayout::kGreyAlpha || layout_ == PixelLayout::kRgba) Composite(pixels + bytes - 1, bytes, count, pad_, rgb);
}

void RowWriter::Expand(const std::uint8_t* pixels, int count, std::uint8_t* rgb) const {
  const int bytes = BytesPerPixel(layout_);
  if (layout_ == PixelLayout::kRgb) {
    if (pixels != rgb) std::copy_n(pixels, count * 3, rgb);
    return;
  }
  for (int i = 0; i < count; ++i, pixels += bytes, rgb += 3) {
    if (layout_ == PixelLayout::kInvertedCmyk) {
      for (int channel = 0; channel < 3; ++channel) rgb[channel] = DivideBy255(static_cast<unsigned>(pixels[channel]) * pixels[3]);
    } else if (layout_ == PixelLayout::kRgba) {
      std::copy_n(pixels, 3, rgb);
    } else {
      std::fill_n(rgb, 3, pixels[0]);
    }
  }
}

}  // namespace aqua::imaging
