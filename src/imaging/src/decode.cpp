#include "aqua/imaging/decode.hpp"

#include <utility>

#include "decode_format.hpp"
#include "exif.hpp"
#include "orient.hpp"
#include "sniff.hpp"

namespace aqua::imaging {
namespace {

Result<ImageInfo> DecodeStored(ByteView encoded, DecodeContext& context, Image& stored) {
  AQUA_TRY_ASSIGN(const ImageFormat format, Sniff(encoded));
  switch (format) {
    case ImageFormat::kPng: return DecodePng(encoded, context, stored);
    case ImageFormat::kWebp: return DecodeWebp(encoded, context, stored);
    case ImageFormat::kJpeg: break;
  }
  return DecodeJpeg(encoded, context, stored);
}

}  // namespace

Result<const ColourConverter*> DecodeContext::LoadProfile(PixelLayout layout) const {
  if (scratch.profile.empty()) return nullptr;
  AQUA_TRY(scratch.converter.Load(scratch.profile, layout));
  return scratch.converter.identity() ? nullptr : &scratch.converter;
}

Result<ImageInfo> DecodeWithScratch(ByteView encoded, const DecodeLimits& limits, const PreprocessSpec* fit, DecodeScratch& scratch, Image& out) {
  DecodeContext context{limits, fit, scratch, CpuBudget(limits.max_cpu)};
  AQUA_TRY_ASSIGN(const ImageInfo info, DecodeStored(encoded, context, out));
  if (info.orientation != 1) {
    std::swap(scratch.stored, out);
    Orient(scratch.stored, info.orientation, out);
  }
  return info;
}

Result<ImageInfo> ReadInfo(ByteView encoded, const DecodeLimits& limits) {
  AQUA_TRY_ASSIGN(const ImageFormat format, Sniff(encoded));
  switch (format) {
    case ImageFormat::kPng: return ReadPngInfo(encoded, limits);
    case ImageFormat::kWebp: return ReadWebpInfo(encoded, limits);
    case ImageFormat::kJpeg: break;
  }
  return ReadJpegInfo(encoded, limits);
}

Status Decode(ByteView encoded, const DecodeLimits& limits, const PreprocessSpec* fit, Image& out) {
  DecodeScratch scratch;
  AQUA_TRY(DecodeWithScratch(encoded, limits, fit, scratch, out));
  return {};
}

}  // namespace aqua::imaging
