#pragma once

#include <array>
#include <cstdint>

#include "colour_profile.hpp"

namespace aqua::imaging {

/// Turns rows as a library decodes them into rows of sRGB: colour conversion first, then transparency over `pad`.
class RowWriter {
 public:
  /// converter: null when there is nothing to convert; must outlive the writer.
  RowWriter(PixelLayout layout, const ColourConverter* converter, const std::array<std::uint8_t, 3>& pad);

  /// True when rows are sRGB already, so that a library may decode straight into the picture.
  [[nodiscard]] bool passes_through() const { return layout_ == PixelLayout::kRgb && converter_ == nullptr; }

  /// True when rows may be decoded into the picture and converted in place.
  [[nodiscard]] bool in_place() const { return layout_ == PixelLayout::kRgb; }

  /// Writes 3 * count bytes of rgb.
  void Write(const std::uint8_t* pixels, int count, std::uint8_t* rgb) const;

 private:
  void Expand(const std::uint8_t* pixels, int count, std::uint8_t* rgb) const;

  PixelLayout layout_;
  const ColourConverter* converter_;
  std::array<std::uint8_t, 3> pad_;
};

}  // namespace aqua::imaging
