#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "decode_format.hpp"
#include "exif.hpp"
#include "jpeg_reader.hpp"
#include "row_writer.hpp"

namespace aqua::imaging {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kExifPrefix = "Exif\0\0"sv;
constexpr std::string_view kProfilePrefix = "ICC_PROFILE\0"sv;
constexpr std::size_t kProfileHeader = kProfilePrefix.size() + 2;  // then number of the chunk and count of chunks
constexpr int kRowsAtOnce = 8;

ByteView DataOf(const jpeg_marker_struct& marker) { return {marker.data, marker.data_length}; }

ImageInfo InfoOf(const jpeg_decompress_struct& decoder) {
  ImageInfo info{ImageFormat::kJpeg, static_cast<int>(decoder.image_width), static_cast<int>(decoder.image_height), 1};
  for (const jpeg_marker_struct* marker = decoder.marker_list; marker != nullptr; marker = marker->next) {
    if (marker->marker != JPEG_APP0 + 1 || !AsText(DataOf(*marker)).starts_with(kExifPrefix)) continue;
    info.orientation = ExifOrientation(DataOf(*marker));
    break;
  }
  if (SwapsSides(info.orientation)) std::swap(info.width, info.height);
  return info;
}

/// Puts the chunks of the embedded profile together; empty when there is none.
Status CollectProfile(const jpeg_decompress_struct& decoder, Bytes& profile) {
  profile.clear();
  std::array<const jpeg_marker_struct*, 256> chunks{};
  int count = 0;
  for (const jpeg_marker_struct* marker = decoder.marker_list; marker != nullptr; marker = marker->next) {
    if (marker->marker != JPEG_APP0 + 2 || marker->data_length < kProfileHeader || !AsText(DataOf(*marker)).starts_with(kProfilePrefix)) continue;
    const std::uint8_t number = marker->data[kProfilePrefix.size()];
    const int total = marker->data[kProfilePrefix.size() + 1];
    if ((count != 0 && total != count) || number == 0 || number > total || chunks[number] != nullptr) return InvalidColourProfile("has chunks out of order");
    count = total;
    chunks[number] = marker;
  }
  for (int number = 1; number <= count; ++number) {
    const jpeg_marker_struct* chunk = chunks[static_cast<std::size_t>(number)];
    if (chunk == nullptr) return InvalidColourProfile("is not complete");
    const ByteView data = DataOf(*chunk).subspan(kProfileHeader);
    if (profile.size() + data.size() > kMaxProfileBytes) return InvalidColourProfile("is larger than 4 MiB");
    profile.insert(profile.end(), data.begin(), data.end());
  }
  return {};
}

/// Picks the eighths of the size to decode at: the fewest of 1, 2, 4 that keep both sides as long as the fit needs.
unsigned ChooseEighths(const ImageInfo& info, const PreprocessSpec* fit) {
  if (fit == nullptr) return 8;
  const Placement placement = Place(*fit, info.width, info.height);
  for (const int eighths : {1, 2, 4}) {
    if (info.width * eighths >= placement.width * 8 && info.height * eighths >= placement.height * 8) return static_cast<unsigned>(eighths);
  }
  return 8;
}

PixelLayout ChooseLayout(const jpeg_decompress_struct& decoder, ByteView profile) {
  if (decoder.jpeg_color_space == JCS_CMYK || decoder.jpeg_color_space == JCS_YCCK) return PixelLayout::kInvertedCmyk;
  return decoder.jpeg_color_space == JCS_GRAYSCALE && IsGreyProfile(profile) ? PixelLayout::kGrey : PixelLayout::kRgb;
}

J_COLOR_SPACE ColourSpaceOf(PixelLayout layout) {
  if (layout == PixelLayout::kInvertedCmyk) return JCS_CMYK;
  return layout == PixelLayout::kGrey ? JCS_GRAYSCALE : JCS_RGB;
}

/// Decodes all rows; between the calls of libjpeg each is converted, in place where the layout allows.
Status ReadRows(JpegReader& reader, const RowWriter& writer, Bytes& row_buffer, Image& stored) {
  jpeg_decompress_struct& decoder = reader.decoder;
  const std::size_t stride = std::size_t{decoder.output_width} * 3;
  const std::size_t row_bytes = std::size_t{decoder.output_width} * static_cast<std::size_t>(decoder.output_components);
  if (!writer.in_place()) row_buffer.resize(row_bytes * kRowsAtOnce);
  return reader.Step([&] {
    std::array<JSAMPROW, kRowsAtOnce> rows{};
    while (decoder.output_scanline < decoder.output_height) {
      std::uint8_t* const out = stored.pixels.data() + stride * decoder.output_scanline;
      const JDIMENSION wanted = std::min<JDIMENSION>(kRowsAtOnce, decoder.output_height - decoder.output_scanline);
      for (JDIMENSION i = 0; i < wanted; ++i) rows[i] = writer.in_place() ? out + stride * i : row_buffer.data() + row_bytes * i;
      const JDIMENSION read = jpeg_read_scanlines(&decoder, rows.data(), wanted);
      if (writer.passes_through()) continue;
      for (JDIMENSION i = 0; i < read; ++i) writer.Write(rows[i], static_cast<int>(decoder.output_width), out + stride * i);
    }
  });
}

}  // namespace

Result<ImageInfo> ReadJpegInfo(ByteView encoded, const DecodeLimits& limits) {
  JpegReader reader(limits, CpuBudget(limits.max_cpu));
  AQUA_TRY(reader.ReadHeader(encoded));
  return InfoOf(reader.decoder);
}

Result<ImageInfo> DecodeJpeg(ByteView encoded, DecodeContext& context, Image& stored) {
  JpegReader reader(context.limits, context.budget);
  jpeg_decompress_struct& decoder = reader.decoder;
  AQUA_TRY(reader.ReadHeader(encoded));
  const ImageInfo info = InfoOf(decoder);
  AQUA_TRY(CollectProfile(decoder, context.scratch.profile));
  const PixelLayout layout = ChooseLayout(decoder, context.scratch.profile);
  AQUA_TRY_ASSIGN(const ColourConverter* converter, context.LoadProfile(layout));

  decoder.out_color_space = ColourSpaceOf(layout);
  decoder.scale_num = ChooseEighths(info, context.fit);
  decoder.scale_denom = 8;
  AQUA_TRY(reader.Step([&decoder] { jpeg_start_decompress(&decoder); }));
  stored.width = static_cast<int>(decoder.output_width);
  stored.height = static_cast<int>(decoder.output_height);
  stored.pixels.resize(std::size_t{decoder.output_width} * decoder.output_height * 3);
  AQUA_TRY(ReadRows(reader, RowWriter(layout, converter, context.pad()), context.scratch.rows, stored));
  // Reads on to the end marker, so that a file cut after its last row is noticed.
  AQUA_TRY(reader.Step([&decoder] { jpeg_finish_decompress(&decoder); }));
  return info;
}

}  // namespace aqua::imaging
