#include "image_builder.hpp"

#include <lcms2.h>
#include <webp/encode.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include <jpeglib.h>  // needs cstdio before it

namespace aqua::imaging::testing {
namespace {

Bytes SaveProfile(cmsHPROFILE profile) {
  cmsUInt32Number size = 0;
  cmsSaveProfileToMem(profile, nullptr, &size);
  Bytes bytes(size);
  cmsSaveProfileToMem(profile, bytes.data(), &size);
  cmsCloseProfile(profile);
  return bytes;
}

void WriteProfileChunks(jpeg_compress_struct& encoder, const Bytes& profile, std::size_t chunk_bytes) {
  const std::size_t chunks = (profile.size() + chunk_bytes - 1) / chunk_bytes;
  for (std::size_t i = 0; i < chunks; ++i) {
    Bytes payload = ToBytes(std::string_view("ICC_PROFILE\0", 12));
    payload.push_back(static_cast<std::uint8_t>(i + 1));
    payload.push_back(static_cast<std::uint8_t>(chunks));
    payload.insert(payload.end(), profile.begin() + static_cast<std::ptrdiff_t>(i * chunk_bytes),
                   profile.begin() + static_cast<std::ptrdiff_t>(std::min(profile.size(), (i + 1) * chunk_bytes)));
    jpeg_write_marker(&encoder, JPEG_APP0 + 2, payload.data(), static_cast<unsigned>(payload.size()));
  }
}

Bytes Deflate(const Bytes& plain) {
  uLongf size = ::compressBound(static_cast<uLong>(plain.size()));
  Bytes packed(size);
  ::compress2(packed.data(), &size, plain.data(), static_cast<uLong>(plain.size()), 9);
  packed.resize(size);
  return packed;
}

std::size_t PngSamples(PngColour colour) { return colour == kPngRgba ? 4 : colour == kPngRgb ? 3 : colour == kPngGreyAlpha ? 2 : 1; }

/// Rows as PNG filters and, when interlaced, orders them.
Bytes PngRows(int width, int height, const Bytes& pixels, const PngOptions& options) {
  Bytes rows;
  const std::size_t bits = options.depth * PngSamples(options.colour);
  const std::size_t row_bytes = (bits * static_cast<std::size_t>(width) + 7) / 8;
  if (!options.interlaced) {
    for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
      rows.push_back(0);
      rows.insert(rows.end(), pixels.begin() + static_cast<std::ptrdiff_t>(y * row_bytes), pixels.begin() + static_cast<std::ptrdiff_t>((y + 1) * row_bytes));
    }
    return rows;
  }
  constexpr std::array<std::array<int, 4>, 7> kPasses = {{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}};
  for (const auto& [left, top, step_x, step_y] : kPasses) {
    for (int y = top; y < height && left < width; y += step_y) {
      rows.push_back(0);
      for (int x = left; x < width; x += step_x) {
        const auto* pixel = pixels.data() + static_cast<std::size_t>(y) * row_bytes + static_cast<std::size_t>(x) * bits / 8;
        rows.insert(rows.end(), pixel, pixel + bits / 8);
      }
    }
  }
  return rows;
}

Bytes TakeWebp(std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, data + size);
  WebPFree(data);
  return bytes;
}

}  // namespace

DecodeLimits RoomyLimits() {
  DecodeLimits limits;
  limits.min_side = 1;
  limits.max_cpu = std::chrono::seconds(60);
  return limits;
}

void Append(Bytes& to, std::string_view text) { std::ranges::copy(text, std::back_inserter(to)); }

void Append(Bytes& to, const Bytes& bytes) { std::ranges::copy(bytes, std::back_inserter(to)); }

void AppendNumber(Bytes& to, std::uint32_t value, int bytes, bool big_endian) {
  for (int i = 0; i < bytes; ++i) to.push_back(static_cast<std::uint8_t>(value >> 8 * (big_endian ? bytes - 1 - i : i)));
}

Bytes ToBytes(std::string_view text) { return {text.begin(), text.end()}; }

Image Gradient(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.pixels.push_back(static_cast<std::uint8_t>(x * 255 / std::max(1, width - 1)));
      image.pixels.push_back(static_cast<std::uint8_t>(y * 255 / std::max(1, height - 1)));
      image.pixels.push_back(60);
    }
  }
  return image;
}

Image Flat(int width, int height, std::initializer_list<std::uint8_t> pixel) {
  Image image{width, height, {}};
  for (int i = 0; i < width * height; ++i) image.pixels.insert(image.pixels.end(), pixel);
  return image;
}

std::array<int, 3> PixelAt(const Image& image, int x, int y) {
  const std::uint8_t* pixel = image.pixels.data() + (static_cast<std::ptrdiff_t>(y) * image.width + x) * 3;
  return {pixel[0], pixel[1], pixel[2]};
}

Bytes ExifBlock(int orientation, bool big_endian) {
  Bytes block = ToBytes(big_endian ? std::string_view("MM\0*", 4) : std::string_view("II*\0", 4));
  AppendNumber(block, 8, 4, big_endian);
  AppendNumber(block, 1, 2, big_endian);
  AppendNumber(block, 0x0112, 2, big_endian);
  AppendNumber(block, 3, 2, big_endian);
  AppendNumber(block, 1, 4, big_endian);
  AppendNumber(block, static_cast<std::uint32_t>(orientation), 2, big_endian);
  AppendNumber(block, 0, 2, big_endian);
  AppendNumber(block, 0, 4, big_endian);
  return block;
}

Bytes SrgbProfile() { return SaveProfile(cmsCreate_sRGBProfile()); }

Bytes SwappedProfile() {
  const cmsCIExyY white{0.3127, 0.3290, 1};
  const cmsCIExyYTRIPLE primaries{{0.30, 0.60, 1}, {0.64, 0.33, 1}, {0.15, 0.06, 1}};
  cmsToneCurve* curve = cmsBuildGamma(nullptr, 2.2);
  std::array<cmsToneCurve*, 3> curves = {curve, curve, curve};
  Bytes bytes = SaveProfile(cmsCreateRGBProfile(&white, &primaries, curves.data()));
  cmsFreeToneCurve(curve);
  return bytes;
}

Bytes LinearGreyProfile() {
  cmsToneCurve* curve = cmsBuildGamma(nullptr, 1.0);
  Bytes bytes = SaveProfile(cmsCreateGrayProfile(cmsD50_xyY(), curve));
  cmsFreeToneCurve(curve);
  return bytes;
}

Bytes RedCyanProfile() {
  cmsHPROFILE profile = cmsCreateProfilePlaceholder(nullptr);
  cmsSetProfileVersion(profile, 2.1);
  cmsSetDeviceClass(profile, cmsSigOutputClass);
  cmsSetColorSpace(profile, cmsSigCmykData);
  cmsSetPCS(profile, cmsSigLabData);
  cmsStage* table = cmsStageAllocCLut16bit(nullptr, 2, 4, 3, nullptr);
  cmsStageSampleCLut16bit(
      table,
      [](const cmsUInt16Number* ink, cmsUInt16Number* out, void*) {
        const double cyan = ink[0] / 65535.0;
        const cmsCIELab lab{100 - 47 * cyan, 80 * cyan, 67 * cyan};
        cmsFloat2LabEncodedV2(out, &lab);
        return 1;
      },
      nullptr, 0);
  cmsPipeline* pipeline = cmsPipelineAlloc(nullptr, 4, 3);
  cmsPipelineInsertStage(pipeline, cmsAT_BEGIN, table);
  cmsWriteTag(profile, cmsSigAToB0Tag, pipeline);
  cmsPipelineFree(pipeline);
  return SaveProfile(profile);
}

Bytes EncodeJpeg(const Image& image, const JpegOptions& options) {
  jpeg_compress_struct encoder{};
  jpeg_error_mgr errors{};
  encoder.err = jpeg_std_error(&errors);
  jpeg_create_compress(&encoder);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&encoder, &buffer, &size);
  encoder.image_width = static_cast<JDIMENSION>(image.width);
  encoder.image_height = static_cast<JDIMENSION>(image.height);
  encoder.input_components = options.components;
  encoder.in_color_space = options.components == 1 ? JCS_GRAYSCALE : options.components == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&encoder);
  jpeg_set_quality(&encoder, options.quality, TRUE);
  encoder.arith_code = options.arithmetic ? TRUE : FALSE;
  // Without refinement scans, so that any scan may be repeated.
  static constexpr std::array<jpeg_scan_info, 4> kScans = {{{3, {0, 1, 2}, 0, 0, 0, 0}, {1, {0}, 1, 63, 0, 0}, {1, {1}, 1, 63, 0, 0}, {1, {2}, 1, 63, 0, 0}}};
  if (options.progressive) {
    encoder.scan_info = kScans.data();
    encoder.num_scans = static_cast<int>(kScans.size());
  }
  jpeg_start_compress(&encoder, TRUE);
  if (options.orientation != 0) {
    Bytes exif = ToBytes(std::string_view("Exif\0\0", 6));
    Append(exif, ExifBlock(options.orientation));
    jpeg_write_marker(&encoder, JPEG_APP0 + 1, exif.data(), static_cast<unsigned>(exif.size()));
  }
  WriteProfileChunks(encoder, options.profile, options.profile_chunk);
  for (int y = 0; y < image.height; ++y) {
    auto* row = const_cast<JSAMPROW>(image.pixels.data() + static_cast<std::ptrdiff_t>(y) * image.width * options.components);
    jpeg_write_scanlines(&encoder, &row, 1);
  }
  jpeg_finish_compress(&encoder);
  Bytes bytes(buffer, buffer + size);
  jpeg_destroy_compress(&encoder);
  std::free(buffer);
  return bytes;
}

std::size_t MarkerOffset(const Bytes& jpeg, std::uint8_t code, std::size_t from) {
  const std::array<std::uint8_t, 2> marker = {0xFF, code};
  return from + static_cast<std::size_t>(std::ranges::search(ByteView(jpeg).subspan(from), marker).begin() - ByteView(jpeg).subspan(from).begin());
}

Bytes WithClaimedSize(Bytes jpeg, int width, int height) {
  const std::size_t frame = MarkerOffset(jpeg, 0xC0);
  jpeg[frame + 5] = static_cast<std::uint8_t>(height >> 8);
  jpeg[frame + 6] = static_cast<std::uint8_t>(height);
  jpeg[frame + 7] = static_cast<std::uint8_t>(width >> 8);
  jpeg[frame + 8] = static_cast<std::uint8_t>(width);
  return jpeg;
}

Bytes PngChunk(std::string_view type, const Bytes& payload) {
  Bytes chunk;
  AppendNumber(chunk, static_cast<std::uint32_t>(payload.size()), 4, true);
  Append(chunk, type);
  Append(chunk, payload);
  AppendNumber(chunk, static_cast<std::uint32_t>(::crc32(0, chunk.data() + 4, static_cast<uInt>(chunk.size() - 4))), 4, true);
  return chunk;
}

Bytes PngProfile(const Bytes& profile) {
  Bytes payload = ToBytes(std::string_view("test\0\0", 6));
  Append(payload, Deflate(profile));
  return payload;
}

Bytes EncodePng(int width, int height, const Bytes& pixels, const PngOptions& options) {
  Bytes png = ToBytes("\x89PNG\r\n\x1A\n");
  Bytes header;
  AppendNumber(header, static_cast<std::uint32_t>(width), 4, true);
  AppendNumber(header, static_cast<std::uint32_t>(height), 4, true);
  for (const int field : {static_cast<int>(options.depth), static_cast<int>(options.colour), 0, 0, options.interlaced ? 1 : 0})
    header.push_back(static_cast<std::uint8_t>(field));
  Append(png, PngChunk("IHDR", header));
  Append(png, options.before_data);
  Append(png, PngChunk("IDAT", Deflate(PngRows(width, height, pixels, options))));
  Append(png, options.after_data);
  Append(png, PngChunk("IEND", {}));
  return png;
}

Bytes EncodePng(const Image& image, const PngOptions& options) { return EncodePng(image.width, image.height, image.pixels, options); }

Bytes EncodeWebp(const Image& image, bool lossless) {
  std::uint8_t* data = nullptr;
  const int stride = image.width * 3;
  const std::size_t size = lossless ? WebPEncodeLosslessRGB(image.pixels.data(), image.width, image.height, stride, &data)
                                    : WebPEncodeRGB(image.pixels.data(), image.width, image.height, stride, 95, &data);
  return TakeWebp(data, size);
}

Bytes EncodeWebpRgba(int width, int height, const Bytes& rgba, bool lossless) {
  std::uint8_t* data = nullptr;
  const std::size_t size =
      lossless ? WebPEncodeLosslessRGBA(rgba.data(), width, height, width * 4, &data) : WebPEncodeRGBA(rgba.data(), width, height, width * 4, 95, &data);
  return TakeWebp(data, size);
}

Bytes RiffChunk(std::string_view type, const Bytes& payload) {
  Bytes chunk = ToBytes(type);
  AppendNumber(chunk, static_cast<std::uint32_t>(payload.size()), 4, false);
  Append(chunk, payload);
  if (payload.size() % 2 != 0) chunk.push_back(0);
  return chunk;
}

Bytes WebpFile(const Bytes& chunks) {
  Bytes body = ToBytes("WEBP");
  Append(body, chunks);
  return RiffChunk("RIFF", body);
}

Bytes WebpChunks(const Bytes& file) { return {file.begin() + 12, file.end()}; }

Bytes Vp8x(std::uint8_t flags, int width, int height) {
  Bytes payload = {flags, 0, 0, 0};
  AppendNumber(payload, static_cast<std::uint32_t>(width - 1), 3, false);
  AppendNumber(payload, static_cast<std::uint32_t>(height - 1), 3, false);
  return RiffChunk("VP8X", payload);
}

Bytes ExtendedWebp(const Image& image, bool lossless, const Bytes& profile, const Bytes& exif) {
  constexpr std::uint8_t kProfileFlag = 0x20;
  constexpr std::uint8_t kExifFlag = 0x08;
  Bytes chunks = Vp8x(static_cast<std::uint8_t>((profile.empty() ? 0 : kProfileFlag) | (exif.empty() ? 0 : kExifFlag)), image.width, image.height);
  if (!profile.empty()) Append(chunks, RiffChunk("ICCP", profile));
  Append(chunks, WebpChunks(EncodeWebp(image, lossless)));
  if (!exif.empty()) Append(chunks, RiffChunk("EXIF", exif));
  return WebpFile(chunks);
}

}  // namespace aqua::imaging::testing
