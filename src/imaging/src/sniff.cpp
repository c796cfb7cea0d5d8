#include "sniff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "aqua/base/text.hpp"

namespace aqua::imaging {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kTextWindow = 1024;

struct Signature {
  std::string_view bytes;
  std::string_view name;
};

constexpr std::array kForeignSignatures = {
    Signature{"GIF87a"sv, "GIF"},
    Signature{"GIF89a"sv, "GIF"},
    Signature{"II*\0"sv, "TIFF (or camera raw)"},
    Signature{"MM\0*"sv, "TIFF (or camera raw)"},
    Signature{"II+\0"sv, "BigTIFF"},
    Signature{"MM\0+"sv, "BigTIFF"},
    Signature{"%PDF-"sv, "PDF"},
    Signature{"\xFF\x0A"sv, "JPEG XL"},
    Signature{"\0\0\0\x0CJXL \r\n\x87\n"sv, "JPEG XL"},
    Signature{"\0\0\0\x0CjP  \r\n\x87\n"sv, "JPEG 2000"},
    Signature{"\xFF\x4F\xFF\x51"sv, "JPEG 2000"},
    Signature{"8BPS\0\1"sv, "Photoshop PSD"},
};

/// Brands of ISO base media files ("ftyp" boxes). The first match counts.
constexpr std::array kBrands = {
    Signature{"avif"sv, "AVIF"}, Signature{"avis"sv, "AVIF"}, Signature{"hei"sv, "HEIC"},       Signature{"hev"sv, "HEIC"},
    Signature{"mif1"sv, "HEIF"}, Signature{"msf1"sv, "HEIF"}, Signature{"crx "sv, "Canon raw"}, Signature{""sv, "video"},
};

bool IsBmp(std::string_view text) {
  constexpr std::array<unsigned char, 7> kHeaderSizes = {12, 40, 52, 56, 64, 108, 124};
  return text.starts_with("BM"sv) && text.size() >= 18 && std::ranges::find(kHeaderSizes, static_cast<unsigned char>(text[14])) != kHeaderSizes.end() &&
         text.substr(15, 3) == "\0\0\0"sv;
}

bool IsIcon(std::string_view text) {
  return text.size() >= 6 && (text.starts_with("\0\0\1\0"sv) || text.starts_with("\0\0\2\0"sv)) && text[4] != 0 && text[5] == 0;
}

bool IsSvg(std::string_view text) {
  text = text.substr(0, kTextWindow);
  if (text.starts_with("\xEF\xBB\xBF"sv)) text.remove_prefix(3);
  text = base::Trim(text);
  return text.starts_with('<') && base::ToLower(text).find("<svg") != std::string::npos;
}

/// Name of an image type that is known but not decoded, or empty.
std::string_view ForeignName(std::string_view text) {
  for (const Signature& signature : kForeignSignatures) {
    if (text.starts_with(signature.bytes)) return signature.name;
  }
  if (text.size() >= 12 && text.substr(4, 4) == "ftyp"sv) {
    const std::string_view brand = text.substr(8, 4);
    return std::ranges::find_if(kBrands, [brand](const Signature& known) { return brand.starts_with(known.bytes); })->name;
  }
  if (IsBmp(text)) return "BMP";
  if (IsIcon(text)) return "ICO";
  if (IsSvg(text)) return "SVG";
  return {};
}

}  // namespace

std::string_view Name(ImageFormat format) {
  constexpr std::array<std::string_view, 3> kNames = {"JPEG", "PNG", "WebP"};
  return kNames.at(static_cast<std::size_t>(format));
}

Result<ImageFormat> Sniff(ByteView encoded) {
  const std::string_view text = AsText(encoded);
  if (text.empty()) return MakeError(ErrorCode::kInvalidArgument, "the image is empty (0 bytes); copy it again from the camera", "empty");
  if (text.starts_with("\xFF\xD8\xFF"sv)) return ImageFormat::kJpeg;
  if (text.starts_with("\x89PNG\r\n\x1A\n"sv)) return ImageFormat::kPng;
  if (text.starts_with("RIFF"sv) && text.size() >= 12 && text.substr(8, 4) == "WEBP"sv) return ImageFormat::kWebp;
  if (const std::string_view name = ForeignName(text); !name.empty()) {
    return MakeError(ErrorCode::kInvalidArgument, fmt::format("{} is not supported; save or export the photo as JPEG, PNG or WebP", name),
                     "unsupported_format");
  }
  return MakeError(ErrorCode::kInvalidArgument, "is not an image; send a photo as JPEG, PNG or WebP", "not_an_image");
}

}  // namespace aqua::imaging
