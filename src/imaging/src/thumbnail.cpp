#include "aqua/imaging/thumbnail.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "jpeg_writer.hpp"
#include "resize.hpp"

namespace aqua::imaging {
namespace {

constexpr int kQuality = 75;

int Scaled(int side, int longer, int max_side) { return std::max(1, static_cast<int>((std::int64_t{side} * max_side + longer / 2) / longer)); }

Image Shrink(const Image& picture, int max_side) {
  const int longer = std::max(picture.width, picture.height);
  Image small{Scaled(picture.width, longer, max_side), Scaled(picture.height, longer, max_side), {}};
  const auto stride = static_cast<std::size_t>(small.width) * 3;
  small.pixels.resize(stride * static_cast<std::size_t>(small.height));
  PreprocessSpec spec;
  spec.width = small.width;
  spec.height = small.height;
  Resizer resizer;
  resizer.Prepare(spec, {small.width, small.height, 0, 0}, picture, picture.width, picture.height);
  for (int y = 0; y < small.height; ++y) resizer.Row(picture, y, 0, small.width, small.pixels.data() + static_cast<std::size_t>(y) * stride);
  return small;
}

}  // namespace

Result<Bytes> MakeThumbnail(const Image& picture, int max_side) {
  const bool whole = picture.width > 0 && picture.height > 0 &&
                     picture.pixels.size() == std::size_t{3} * static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
  if (!whole) return MakeError(ErrorCode::kInvalidArgument, "the picture has no pixels, or not 3 bytes for each", "bad_image");
  if (std::max(picture.width, picture.height) <= max_side) return EncodeJpeg(picture, kQuality);
  return EncodeJpeg(Shrink(picture, max_side), kQuality);
}

}  // namespace aqua::imaging
