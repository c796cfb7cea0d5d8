#include "orient.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "exif.hpp"

namespace aqua::imaging {
namespace {

constexpr int kTile = 32;

/// Where the stored pixel (0, 0) goes in the upright picture and how far a step right or down moves there, in bytes.
struct Walk {
  std::ptrdiff_t origin;
  std::ptrdiff_t right;
  std::ptrdiff_t down;
};

Walk WalkOf(int orientation, int stored_width, int stored_height) {
  const bool swaps = SwapsSides(orientation);
  const std::ptrdiff_t pixel = 3;
  const std::ptrdiff_t row = pixel * (swaps ? stored_height : stored_width);
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Walk walk{0, swaps ? row : pixel, swaps ? pixel : row};
  if (from_right) {
    walk.origin += walk.right * (stored_width - 1);
    walk.right = -walk.right;
  }
  if (from_bottom) {
    walk.origin += walk.down * (stored_height - 1);
    walk.down = -walk.down;
  }
  return walk;
}

}  // namespace

void Orient(const Image& stored, int orientation, Image& upright) {
  upright.width = SwapsSides(orientation) ? stored.height : stored.width;
  upright.height = SwapsSides(orientation) ? stored.width : stored.height;
  upright.pixels.resize(stored.pixels.size());
  const Walk walk = WalkOf(orientation, stored.width, stored.height);
  // Tiles keep both the rows read and the columns written in the cache.
  for (int tile_y = 0; tile_y < stored.height; tile_y += kTile) {
    for (int tile_x = 0; tile_x < stored.width; tile_x += kTile) {
      for (int y = tile_y; y < std::min(tile_y + kTile, stored.height); ++y) {
        const std::uint8_t* from = stored.pixels.data() + (std::ptrdiff_t{y} * stored.width + tile_x) * 3;
        std::uint8_t* to = upright.pixels.data() + walk.origin + walk.down * y + walk.right * tile_x;
        for (int x = tile_x; x < std::min(tile_x + kTile, stored.width); ++x, from += 3, to += walk.right) std::copy_n(from, 3, to);
      }
    }
  }
}

}  // namespace aqua::imaging
