#include "exif.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace aqua::imaging {
namespace {

using namespace std::string_view_literals;

constexpr std::uint16_t kOrientationTag = 0x0112;
constexpr std::uint16_t kShortType = 3;
constexpr std::size_t kEntryBytes = 12;

/// Reads numbers of either byte order at checked offsets.
class TiffView {
 public:
  TiffView(ByteView bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  [[nodiscard]] std::optional<std::uint32_t> Number(std::size_t offset, std::size_t size) const {
    if (offset > bytes_.size() || bytes_.size() - offset < size) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes_[offset + (big_endian_ ? i : size - 1 - i)];
    return value;
  }

 private:
  ByteView bytes_;
  bool big_endian_;
};

int OrientationOfEntry(const TiffView& tiff, std::size_t entry) {
  const auto type = tiff.Number(entry + 2, 2);
  const auto count = tiff.Number(entry + 4, 4);
  const auto value = tiff.Number(entry + 8, 2);
  if (type != kShortType || count != 1U || !value || *value < 1 || *value > 8) return 1;
  return static_cast<int>(*value);
}

}  // namespace

int ExifOrientation(ByteView exif) {
  if (AsText(exif).starts_with("Exif\0\0"sv)) exif = exif.subspan(6);
  const std::string_view text = AsText(exif);
  const bool big_endian = text.starts_with("MM\0*"sv);
  if (!big_endian && !text.starts_with("II*\0"sv)) return 1;
  const TiffView tiff(exif, big_endian);
  const auto directory = tiff.Number(4, 4);
  if (!directory) return 1;
  const auto entries = tiff.Number(*directory, 2);
  if (!entries) return 1;
  for (std::size_t i = 0; i < *entries; ++i) {
    const std::size_t entry = *directory + 2 + i * kEntryBytes;
    const auto tag = tiff.Number(entry, 2);
    if (!tag) return 1;
    if (*tag == kOrientationTag) return OrientationOfEntry(tiff, entry);
  }
  return 1;
}

}  // namespace aqua::imaging
