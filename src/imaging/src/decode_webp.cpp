#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "decode_format.hpp"
#include "exif.hpp"
#include "row_writer.hpp"

namespace aqua::imaging {
namespace {

constexpr std::size_t kStepBytes = 8192;
constexpr std::size_t kBytesPerDecodedPixel = 4;

using Demuxer = std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)>;
using IncrementalDecoder = std::unique_ptr<WebPIDecoder, decltype(&WebPIDelete)>;

struct WebpHeader {
  ImageInfo info;
  int stored_width = 0;
  int stored_height = 0;
  ByteView frame;
  bool alpha = false;
  bool lossless = false;
};

Error Broken() { return Corrupt(ImageFormat::kWebp, "the file ends early or a chunk is broken"); }

/// The payload of the first chunk of the type, or empty.
ByteView Chunk(const WebPDemuxer* demuxer, const char* type) {
  WebPChunkIterator iterator{};
  ByteView payload;
  if (WebPDemuxGetChunk(demuxer, type, 1, &iterator) != 0) payload = {iterator.chunk.bytes, iterator.chunk.size};
  WebPDemuxReleaseChunkIterator(&iterator);
  return payload;
}

/// Finds the one frame. Fills all of the header but its info.
Status ReadFrame(const WebPDemuxer* demuxer, WebpHeader& header) {
  WebPIterator iterator{};
  const bool found = WebPDemuxGetFrame(demuxer, 1, &iterator) != 0;
  header.frame = {iterator.fragment.bytes, iterator.fragment.size};
  WebPDemuxReleaseIterator(&iterator);
  WebPBitstreamFeatures features{};
  if (!found || WebPGetFeatures(header.frame.data(), header.frame.size(), &features) != VP8_STATUS_OK) return Broken();
  if (features.width != header.stored_width || features.height != header.stored_height) return Broken();
  constexpr int kLosslessFormat = 2;
  header.lossless = features.format == kLosslessFormat;
  header.alpha = features.has_alpha != 0;
  return {};
}

Result<WebpHeader> ReadHeader(const WebPDemuxer* demuxer, const DecodeLimits& limits, std::size_t file_bytes) {
  if (demuxer == nullptr) return Broken();
  if ((WebPDemuxGetI(demuxer, WEBP_FF_FORMAT_FLAGS) & ANIMATION_FLAG) != 0) return Animated(ImageFormat::kWebp);
  WebpHeader header;
  header.stored_width = static_cast<int>(WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH));
  header.stored_height = static_cast<int>(WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT));
  AQUA_TRY(CheckSize(limits, header.stored_width, header.stored_height, file_bytes));
  AQUA_TRY(ReadFrame(demuxer, header));
  header.info = {ImageFormat::kWebp, header.stored_width, header.stored_height, ExifOrientation(Chunk(demuxer, "EXIF"))};
  if (SwapsSides(header.info.orientation)) std::swap(header.info.width, header.info.height);
  return header;
}

Demuxer OpenDemuxer(ByteView encoded) {
  const WebPData data{encoded.data(), encoded.size()};
  return {WebPDemux(&data), WebPDemuxDelete};
}

/// libwebp has no memory limit of its own: a lossless picture takes 4 bytes a pixel, and so does one with transparency.
Status CheckMemory(const WebpHeader& header, const DecodeLimits& limits) {
  const std::size_t buffers = (header.lossless ? 1U : 0U) + (header.alpha ? 1U : 0U);
  const std::size_t pixels = static_cast<std::size_t>(header.stored_width) * static_cast<std::size_t>(header.stored_height);
  if (buffers * kBytesPerDecodedPixel * pixels > limits.max_memory_bytes) return TooMuchMemory(limits);
  return {};
}

/// Decodes the frame into `pixels` in steps, so that the clock can be looked at between them.
Status DecodeFrame(const WebpHeader& header, const DecodeContext& context, Bytes& pixels) {
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) return Broken();
  config.output.colorspace = header.alpha ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {pixels.data(), header.stored_width * (header.alpha ? 4 : 3), pixels.size()};
  const IncrementalDecoder decoder(WebPIDecode(nullptr, 0, &config), WebPIDelete);
  if (decoder == nullptr) return TooMuchMemory(context.limits);
  VP8StatusCode status = VP8_STATUS_SUSPENDED;
  for (std::size_t fed = 0; status == VP8_STATUS_SUSPENDED && fed < header.frame.size();) {
    fed = std::min(fed + kStepBytes, header.frame.size());
    status = WebPIUpdate(decoder.get(), header.frame.data(), fed);
    if (context.budget.Spent()) return TooSlow(context.limits);
  }
  if (status == VP8_STATUS_OUT_OF_MEMORY) return TooMuchMemory(context.limits);
  if (status != VP8_STATUS_OK) return Corrupt(ImageFormat::kWebp, "the pixels cannot be decoded");
  return {};
}

Status WriteRows(const Bytes& pixels, const RowWriter& writer, std::size_t row_bytes, DecodeContext& context, Image& stored) {
  const std::size_t stride = static_cast<std::size_t>(stored.width) * 3;
  for (std::size_t y = 0; y < static_cast<std::size_t>(stored.height); ++y) {
    writer.Write(pixels.data() + row_bytes * y, stored.width, stored.pixels.data() + stride * y);
    if (context.budget.Spend()) return TooSlow(context.limits);
  }
  return {};
}

}  // namespace

Result<ImageInfo> ReadWebpInfo(ByteView encoded, const DecodeLimits& limits) {
  const Demuxer demuxer = OpenDemuxer(encoded);
  AQUA_TRY_ASSIGN(const WebpHeader header, ReadHeader(demuxer.get(), limits, encoded.size()));
  return header.info;
}

Result<ImageInfo> DecodeWebp(ByteView encoded, DecodeContext& context, Image& stored) {
  const Demuxer demuxer = OpenDemuxer(encoded);
  AQUA_TRY_ASSIGN(const WebpHeader header, ReadHeader(demuxer.get(), context.limits, encoded.size()));
  AQUA_TRY(CheckMemory(header, context.limits));
  const ByteView profile = Chunk(demuxer.get(), "ICCP");
  if (profile.size() > kMaxProfileBytes) return InvalidColourProfile("is larger than 4 MiB");
  context.scratch.profile.assign(profile.begin(), profile.end());
  const PixelLayout layout = header.alpha ? PixelLayout::kRgba : PixelLayout::kRgb;
  AQUA_TRY_ASSIGN(const ColourConverter* converter, context.LoadProfile(layout));

  stored.width = header.stored_width;
  stored.height = header.stored_height;
  const std::size_t pixel_count = static_cast<std::size_t>(stored.width) * static_cast<std::size_t>(stored.height);
  stored.pixels.resize(pixel_count * 3);
  if (header.alpha) context.scratch.rows.resize(pixel_count * 4);
  Bytes& pixels = header.alpha ? context.scratch.rows : stored.pixels;
  AQUA_TRY(DecodeFrame(header, context, pixels));
  const RowWriter writer(layout, converter, context.pad());
  if (!writer.passes_through())
    AQUA_TRY(WriteRows(pixels, writer, static_cast<std::size_t>(stored.width) * static_cast<std::size_t>(BytesPerPixel(layout)), context, stored));
  return header.info;
}

}  // namespace aqua::imaging
