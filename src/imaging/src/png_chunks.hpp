#pragma once

#include <cstdint>
#include <optional>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::imaging {

/// What is read from a PNG before and beside libpng, which is told to skip these chunks. Views into the file.
struct PngHeader {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool animated = false;            ///< acTL: an APNG
  bool coded_as_srgb = false;       ///< cICP names sRGB, which overrules iCCP
  bool coded_otherwise = false;     ///< cICP names another colour coding
  ByteView exif;                    ///< payload of eXIf
  std::optional<ByteView> profile;  ///< payload of iCCP: name, method, deflated profile
};

/// Walks the chunks, checking lengths but neither CRCs nor order, which libpng does. A file cut after its first chunk
/// still has a header. Errors: kInvalidArgument ("corrupt": IHDR is not first).
Result<PngHeader> ReadPngHeader(ByteView encoded);

/// Inflates the payload of iCCP, at most kMaxProfileBytes of it. Errors: kInvalidArgument ("invalid_colour_profile").
Status InflateProfile(ByteView payload, Bytes& profile);

}  // namespace aqua::imaging
