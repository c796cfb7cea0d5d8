#include "colour_profile.hpp"

#include <fmt/format.h>
#include <lcms2.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <type_traits>

namespace aqua::imaging {
namespace {

using Context = std::unique_ptr<std::remove_pointer_t<cmsContext>, decltype(&cmsDeleteContext)>;
using Transform = std::unique_ptr<void, decltype(&cmsDeleteTransform)>;

/// Closes a profile at the end of its scope.
struct Profile {
  explicit Profile(cmsHPROFILE opened) : handle(opened) {}
  ~Profile() {
    if (handle != nullptr) cmsCloseProfile(handle);
  }
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;
  cmsHPROFILE handle;
};

struct LayoutTraits {
  int bytes;
  cmsUInt32Number lcms_type;
  cmsColorSpaceSignature space;
  std::string_view name;
};

const LayoutTraits& Traits(PixelLayout layout) {
  static constexpr std::array<LayoutTraits, 5> kTraits = {{{1, TYPE_GRAY_8, cmsSigGrayData, "grey"},
                                                           {2, TYPE_GRAYA_8, cmsSigGrayData, "grey"},
                                                           {3, TYPE_RGB_8, cmsSigRgbData, "RGB"},
                                                           {4, TYPE_RGBA_8, cmsSigRgbData, "RGB"},
                                                           {4, TYPE_CMYK_8_REV, cmsSigCmykData, "CMYK"}}};
  return kTraits.at(static_cast<std::size_t>(layout));
}

bool IsPixelProfile(cmsHPROFILE profile) {
  switch (cmsGetDeviceClass(profile)) {
    case cmsSigInputClass:
    case cmsSigDisplayClass:
    case cmsSigOutputClass:
    case cmsSigColorSpaceClass: return true;
    default: return false;
  }
}

/// Pixels of the layout that span its colours: every fourth level of grey and, for RGB, a 6 x 6 x 6 cube.
Bytes ProbePixels(PixelLayout layout) {
  const auto bytes = static_cast<std::size_t>(BytesPerPixel(layout));
  Bytes pixels;
  for (int level = 0; level < 256; level += 4) pixels.insert(pixels.end(), bytes, static_cast<std::uint8_t>(level));
  if (Traits(layout).space != cmsSigRgbData) return pixels;
  for (int i = 0; i < 216; ++i) {
    std::array<std::uint8_t, 4> pixel = {static_cast<std::uint8_t>(i % 6 * 51), static_cast<std::uint8_t>(i / 6 % 6 * 51),
                                         static_cast<std::uint8_t>(i / 36 * 51), 255};
    pixels.insert(pixels.end(), pixel.begin(), pixel.begin() + static_cast<std::ptrdiff_t>(bytes));
  }
  return pixels;
}

/// True when the transform changes no probe by more than one level, which is the rounding of the transform itself.
bool IsIdentity(cmsHTRANSFORM transform, PixelLayout layout) {
  if (layout == PixelLayout::kInvertedCmyk) return false;
  const auto bytes = static_cast<std::size_t>(BytesPerPixel(layout));
  const Bytes probes = ProbePixels(layout);
  const std::size_t count = probes.size() / bytes;
  Bytes converted(count * 3);
  cmsDoTransform(transform, probes.data(), converted.data(), static_cast<cmsUInt32Number>(count));
  for (std::size_t i = 0; i < count * 3; ++i) {
    const std::size_t channel = bytes >= 3 ? i % 3 : 0;
    if (std::abs(converted[i] - probes[i / 3 * bytes + channel]) > 1) return false;
  }
  return true;
}

}  // namespace

int BytesPerPixel(PixelLayout layout) { return Traits(layout).bytes; }

bool IsGreyProfile(ByteView profile) { return profile.size() >= 20 && AsText(profile).substr(16, 4) == "GRAY"; }

Error InvalidColourProfile(std::string_view what) {
  return MakeError(ErrorCode::kInvalidArgument, fmt::format("the embedded colour profile {}; save the photo again as sRGB", what), "invalid_colour_profile");
}

struct ColourConverter::State {
  Context context{cmsCreateContext(nullptr, nullptr), cmsDeleteContext};
  Transform transform{nullptr, cmsDeleteTransform};
  Bytes profile;
  PixelLayout layout = PixelLayout::kRgb;
  bool identity = false;
};

ColourConverter::ColourConverter() = default;
ColourConverter::~ColourConverter() = default;

Status ColourConverter::Load(ByteView profile, PixelLayout layout) {
  if (state_ == nullptr) state_ = std::make_unique<State>();
  State& state = *state_;
  if (state.transform != nullptr && state.layout == layout && std::ranges::equal(state.profile, profile)) return {};
  state.transform.reset();
  const LayoutTraits& traits = Traits(layout);
  const Profile source(cmsOpenProfileFromMemTHR(state.context.get(), profile.data(), static_cast<cmsUInt32Number>(profile.size())));
  if (source.handle == nullptr || !IsPixelProfile(source.handle)) return InvalidColourProfile("cannot be read");
  if (cmsGetColorSpace(source.handle) != traits.space) return InvalidColourProfile(fmt::format("is not for {} pixels, which this image has", traits.name));
  const Profile srgb(cmsCreate_sRGBProfileTHR(state.context.get()));
  state.transform.reset(cmsCreateTransformTHR(state.context.get(), source.handle, traits.lcms_type, srgb.handle, TYPE_RGB_8, INTENT_PERCEPTUAL, 0));
  if (state.transform == nullptr) return InvalidColourProfile("cannot be converted");
  state.profile.assign(profile.begin(), profile.end());
  state.layout = layout;
  state.identity = IsIdentity(state.transform.get(), layout);
  return {};
}

bool ColourConverter::identity() const { return state_->identity; }

void ColourConverter::Convert(const std::uint8_t* pixels, std::uint32_t count, std::uint8_t* rgb) const {
  cmsDoTransform(state_->transform.get(), pixels, rgb, count);
}

}  // namespace aqua::imaging
