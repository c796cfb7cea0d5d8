#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "aqua/base/bytes.hpp"
#include "aqua/imaging/decode.hpp"
#include "aqua/imaging/image.hpp"

/// Makes the encoded images of the tests in memory, broken ones included.
namespace aqua::imaging::testing {

/// Limits that no small test image reaches, slow sanitizer builds included.
DecodeLimits RoomyLimits();

void Append(Bytes& to, std::string_view text);
void Append(Bytes& to, const Bytes& bytes);

void AppendNumber(Bytes& to, std::uint32_t value, int bytes, bool big_endian);

Bytes ToBytes(std::string_view text);

/// Red grows to the right, green downwards; blue is 60.
Image Gradient(int width, int height);

/// A picture of one colour; `pixel` has as many samples as the encoder is told.
Image Flat(int width, int height, std::initializer_list<std::uint8_t> pixel);

std::array<int, 3> PixelAt(const Image& image, int x, int y);

/// A TIFF structure with the orientation tag alone.
Bytes ExifBlock(int orientation, bool big_endian = true);

// Colour profiles.

Bytes SrgbProfile();

/// sRGB with the primaries of red and green swapped: what is stored as red is seen as green.
Bytes SwappedProfile();

/// Grey with a gamma of 1: the middle level is seen much lighter than in sRGB.
Bytes LinearGreyProfile();

/// A press whose cyan ink is red: Lab (53, 80, 67) at full cyan, white without; the other inks print nothing.
Bytes RedCyanProfile();

// JPEG.

struct JpegOptions {
  int components = 3;  ///< 1 grey, 3 RGB, 4 inverted CMYK as Adobe writes it
  int quality = 95;
  bool progressive = false;  ///< of 3 components
  bool arithmetic = false;
  int orientation = 0;  ///< written as EXIF unless 0
  Bytes profile = {};
  std::size_t profile_chunk = 60000;
};

Bytes EncodeJpeg(const Image& image, const JpegOptions& options = {});

/// Offset of the first marker FF `code` at or after `from`.
std::size_t MarkerOffset(const Bytes& jpeg, std::uint8_t code, std::size_t from = 0);

/// Changes the size that the frame header of a baseline JPEG claims.
Bytes WithClaimedSize(Bytes jpeg, int width, int height);

// PNG, written chunk by chunk.

Bytes PngChunk(std::string_view type, const Bytes& payload);

/// Payload of iCCP for a profile, which may be any bytes.
Bytes PngProfile(const Bytes& profile);

enum PngColour : std::uint8_t { kPngGrey = 0, kPngRgb = 2, kPngPalette = 3, kPngGreyAlpha = 4, kPngRgba = 6 };

struct PngOptions {
  std::uint8_t depth = 8;
  PngColour colour = kPngRgb;
  bool interlaced = false;  ///< 8 bits a sample only
  Bytes before_data = {};   ///< whole chunks between IHDR and IDAT
  Bytes after_data = {};    ///< whole chunks between IDAT and IEND
};

/// `pixels` holds samples of options.depth, rows byte-aligned.
Bytes EncodePng(int width, int height, const Bytes& pixels, const PngOptions& options = {});

Bytes EncodePng(const Image& image, const PngOptions& options = {});

// WebP.

Bytes EncodeWebp(const Image& image, bool lossless);

Bytes EncodeWebpRgba(int width, int height, const Bytes& rgba, bool lossless);

Bytes RiffChunk(std::string_view type, const Bytes& payload);

Bytes WebpFile(const Bytes& chunks);

/// The chunks of a WebP file without its RIFF header.
Bytes WebpChunks(const Bytes& file);

Bytes Vp8x(std::uint8_t flags, int width, int height);

/// Wraps a simple WebP file with metadata; empty blocks are left out.
Bytes ExtendedWebp(const Image& image, bool lossless, const Bytes& profile, const Bytes& exif);

}  // namespace aqua::imaging::testing
