#include <algorithm>
#include <utility>

#include "decode_format.hpp"
#include "exif.hpp"
#include "png_chunks.hpp"
#include "png_reader.hpp"
#include "row_writer.hpp"

namespace aqua::imaging {
namespace {

Result<PngHeader> CheckedHeader(ByteView encoded, const DecodeLimits& limits) {
  AQUA_TRY_ASSIGN(const PngHeader header, ReadPngHeader(encoded));
  if (header.animated) return Animated(ImageFormat::kPng);
  if (header.coded_otherwise) return UnsupportedVariant(ImageFormat::kPng, "a colour coding (cICP) other than sRGB");
  AQUA_TRY(CheckSize(limits, header.width, header.height, encoded.size()));
  return header;
}

ImageInfo InfoOf(const PngHeader& header) {
  ImageInfo info{ImageFormat::kPng, static_cast<int>(header.width), static_cast<int>(header.height), ExifOrientation(header.exif)};
  if (SwapsSides(info.orientation)) std::swap(info.width, info.height);
  return info;
}

/// Asks libpng for 8-bit pixels of the layout that is nearest to the stored one.
Status RequestPixels(PngReader& reader, ByteView profile, PixelLayout& layout, int& passes) {
  return reader.Step([&] {
    const png_byte colour = png_get_color_type(reader.png, reader.info);
    const bool transparency = png_get_valid(reader.png, reader.info, PNG_INFO_tRNS) != 0;
    const bool alpha = transparency || (colour & PNG_COLOR_MASK_ALPHA) != 0;
    const bool grey = (colour & PNG_COLOR_MASK_COLOR) == 0 && IsGreyProfile(profile);
    if (grey) {
      layout = alpha ? PixelLayout::kGreyAlpha : PixelLayout::kGrey;
    } else {
      layout = alpha ? PixelLayout::kRgba : PixelLayout::kRgb;
      png_set_gray_to_rgb(reader.png);
    }
    png_set_expand(reader.png);
    png_set_scale_16(reader.png);
    passes = png_set_interlace_handling(reader.png);
    png_read_update_info(reader.png, reader.info);
  });
}

/// Reads all passes. Rows go straight into the picture when they can be converted there, else through row_buffer, which
/// holds the whole picture when the passes of an interlaced file fill it bit by bit.
Status ReadRows(PngReader& reader, DecodeContext& context, const RowWriter& writer, int passes, std::size_t row_bytes, Image& stored) {
  const bool direct = writer.in_place();
  const std::size_t buffer_bytes = direct ? 0 : row_bytes * static_cast<std::size_t>(passes > 1 ? stored.height : 1);
  if (buffer_bytes > context.limits.max_memory_bytes) return TooMuchMemory(context.limits);
  if (!direct) context.scratch.rows.resize(buffer_bytes);
  const std::size_t stride = static_cast<std::size_t>(stored.width) * 3;
  bool in_time = true;
  AQUA_TRY(reader.Step([&] {
    for (int pass = 0; pass < passes; ++pass) {
      for (std::size_t y = 0; y < static_cast<std::size_t>(stored.height); ++y) {
        std::uint8_t* const out = stored.pixels.data() + stride * y;
        std::uint8_t* const row = direct ? out : context.scratch.rows.data() + (passes > 1 ? row_bytes * y : 0);
        png_read_row(reader.png, row, nullptr);
        if (pass == passes - 1 && !writer.passes_through()) writer.Write(row, stored.width, out);
        in_time = !context.budget.Spend();
        if (!in_time) return;
      }
    }
  }));
  if (!in_time) return TooSlow(context.limits);
  return reader.Step([&] { png_read_end(reader.png, nullptr); });
}

}  // namespace

Result<ImageInfo> ReadPngInfo(ByteView encoded, const DecodeLimits& limits) {
  AQUA_TRY_ASSIGN(const PngHeader header, CheckedHeader(encoded, limits));
  return InfoOf(header);
}

Result<ImageInfo> DecodePng(ByteView encoded, DecodeContext& context, Image& stored) {
  AQUA_TRY_ASSIGN(const PngHeader header, CheckedHeader(encoded, context.limits));
  PngReader reader(encoded);
  AQUA_TRY(reader.ReadHeader(context.limits));
  Bytes& profile = context.scratch.profile;
  profile.clear();
  if (header.profile && !header.coded_as_srgb) AQUA_TRY(InflateProfile(*header.profile, profile));

  PixelLayout layout = PixelLayout::kRgb;
  int passes = 1;
  AQUA_TRY(RequestPixels(reader, profile, layout, passes));
  AQUA_TRY_ASSIGN(const ColourConverter* converter, context.LoadProfile(layout));
  stored.width = static_cast<int>(header.width);
  stored.height = static_cast<int>(header.height);
  stored.pixels.resize(std::size_t{header.width} * header.height * 3);
  const std::size_t row_bytes = std::size_t{header.width} * static_cast<std::size_t>(BytesPerPixel(layout));
  AQUA_TRY(ReadRows(reader, context, RowWriter(layout, converter, context.pad()), passes, row_bytes, stored));
  return InfoOf(header);
}

}  // namespace aqua::imaging
