#pragma once

#include <array>
#include <cstdint>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/imaging/decode.hpp"
#include "aqua/imaging/image.hpp"
#include "colour_profile.hpp"
#include "decode_limits.hpp"

namespace aqua::imaging {

/// Buffers that decoding reuses from image to image. One object a thread.
struct DecodeScratch {
  Bytes profile;  ///< the embedded colour profile, put together
  Bytes rows;     ///< one row, or the whole picture where the format needs it, before colour conversion
  Image stored;   ///< the picture before it is turned upright
  ColourConverter converter;
};

/// What one decoding works with.
struct DecodeContext {
  const DecodeLimits& limits;
  const PreprocessSpec* fit;
  DecodeScratch& scratch;
  CpuBudget budget;

  [[nodiscard]] std::array<std::uint8_t, 3> pad() const { return fit == nullptr ? std::array<std::uint8_t, 3>{} : fit->pad; }

  /// Loads scratch.profile for pixels of the layout. Returns null when there is no profile, or none that changes a colour.
  Result<const ColourConverter*> LoadProfile(PixelLayout layout) const;
};

/// Reads and checks the header of one format. Errors as the public ReadInfo().
Result<ImageInfo> ReadJpegInfo(ByteView encoded, const DecodeLimits& limits);
Result<ImageInfo> ReadPngInfo(ByteView encoded, const DecodeLimits& limits);
Result<ImageInfo> ReadWebpInfo(ByteView encoded, const DecodeLimits& limits);

/// Decodes one format to sRGB as stored, not turned upright. Errors as the public Decode().
Result<ImageInfo> DecodeJpeg(ByteView encoded, DecodeContext& context, Image& stored);
Result<ImageInfo> DecodePng(ByteView encoded, DecodeContext& context, Image& stored);
Result<ImageInfo> DecodeWebp(ByteView encoded, DecodeContext& context, Image& stored);

/// As the public Decode(), with buffers of the caller. Returns the header, whose size is that before any DCT scaling.
Result<ImageInfo> DecodeWithScratch(ByteView encoded, const DecodeLimits& limits, const PreprocessSpec* fit, DecodeScratch& scratch, Image& out);

}  // namespace aqua::imaging
