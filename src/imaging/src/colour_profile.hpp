#pragma once

#include <cstdint>
#include <memory>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::imaging {

/// Samples of a pixel as the libraries hand them over, 8 bits each. CMYK is inverted: 255 means no ink.
enum class PixelLayout { kGrey, kGreyAlpha, kRgb, kRgba, kInvertedCmyk };

int BytesPerPixel(PixelLayout layout);

/// Largest embedded profile that is read.
inline constexpr std::size_t kMaxProfileBytes = std::size_t{4} << 20;

/// True when a grey picture keeps its grey samples for conversion; with an RGB profile it is expanded to RGB first.
bool IsGreyProfile(ByteView profile);

Error InvalidColourProfile(std::string_view what);

/// Converts pixels from an embedded ICC profile to sRGB, perceptual intent. Keeps the last profile, as the photos of one
/// camera carry the same. One object a thread.
class ColourConverter {
 public:
  ColourConverter();
  ~ColourConverter();
  ColourConverter(const ColourConverter&) = delete;
  ColourConverter& operator=(const ColourConverter&) = delete;

  /// Errors: kInvalidArgument ("invalid_colour_profile").
  Status Load(ByteView profile, PixelLayout layout);

  /// True when the loaded profile is sRGB within rounding, so that Convert() can be left out.
  [[nodiscard]] bool identity() const;

  /// Writes RGB; alpha is left out. rgb may be pixels when the layout is kRgb. Requires: Load() succeeded.
  void Convert(const std::uint8_t* pixels, std::uint32_t count, std::uint8_t* rgb) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aqua::imaging
