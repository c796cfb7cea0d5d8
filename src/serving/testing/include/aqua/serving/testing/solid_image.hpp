#pragma once

#include <png.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace aqua::serving::testing {

using Colour = std::array<std::uint8_t, 3>;  ///< RGB

inline constexpr Colour kRed = {255, 0, 0};
inline constexpr Colour kGreen = {0, 255, 0};
inline constexpr Colour kBlue = {0, 0, 255};

/// The bytes of a PNG file in one colour.
inline std::string SolidPng(const Colour& colour, std::uint32_t width = 48, std::uint32_t height = 40) {
  std::vector<std::uint8_t> pixels;
  for (std::uint32_t i = 0; i < width * height; ++i) pixels.insert(pixels.end(), colour.begin(), colour.end());
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = 0;
  if (png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr) == 0) throw std::runtime_error(image.message);
  std::string file(size, '\0');
  if (png_image_write_to_memory(&image, file.data(), &size, 0, pixels.data(), 0, nullptr) == 0) throw std::runtime_error(image.message);
  file.resize(size);
  return file;
}

}  // namespace aqua::serving::testing
