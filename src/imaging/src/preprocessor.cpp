#include "aqua/imaging/preprocessor.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "aqua/base/assert.hpp"
#include "decode_format.hpp"
#include "resize.hpp"

namespace aqua::imaging {
namespace {

/// Normalised value of each 8-bit one, per channel.
using NormaliseTable = std::array<std::array<float, 256>, 3>;

NormaliseTable MakeNormaliseTable(const PreprocessSpec& spec) {
  NormaliseTable table{};
  for (std::size_t channel = 0; channel < 3; ++channel) {
    for (std::size_t value = 0; value < 256; ++value) table[channel][value] = (static_cast<float>(value) / 255.0F - spec.mean[channel]) / spec.std[channel];
  }
  return table;
}

/// Length of the picture along an axis that was decoded at eighths of its size, in decoded pixels; the last may be partial.
double DecodedExtent(int full, int decoded) {
  for (const int eighths : {1, 2, 4}) {
    if ((full * eighths + 7) / 8 == decoded) return full * eighths / 8.0;
  }
  return decoded;
}

}  // namespace

struct Preprocessor::State {
  State(PreprocessSpec preprocess, DecodeLimits decode_limits)
      : spec(std::move(preprocess)), limits(decode_limits), table(MakeNormaliseTable(spec)), row(static_cast<std::size_t>(spec.width) * 3) {}

  /// Resizes the top left extent of the picture into its place and fills the rest of the tensor with the pad colour.
  void Fill(const Image& picture, const Placement& placement, double extent_width, double extent_height, std::span<float> tensor);

  /// Writes row y of the canvas, of which the picture covers columns [begin, end) from `row`.
  void WriteRow(int y, int begin, int end, std::span<float> tensor) const;

  PreprocessSpec spec;
  DecodeLimits limits;
  NormaliseTable table;
  Bytes row;
  Image image;
  ImageInfo info;
  DecodeScratch scratch;
  Resizer resizer;
};

void Preprocessor::State::Fill(const Image& picture, const Placement& placement, double extent_width, double extent_height, std::span<float> tensor) {
  AQUA_ASSERT(tensor.size() == std::size_t{3} * static_cast<std::size_t>(spec.height) * static_cast<std::size_t>(spec.width));
  resizer.Prepare(spec, placement, picture, extent_width, extent_height);
  const int begin = std::max(0, placement.left);
  const int end = std::min(spec.width, placement.left + placement.width);
  for (int y = 0; y < spec.height; ++y) {
    const bool covered = y >= placement.top && y < placement.top + placement.height;
    if (covered) resizer.Row(picture, y - placement.top, begin - placement.left, end - placement.left, row.data());
    WriteRow(y, begin, covered ? end : begin, tensor);
  }
}

void Preprocessor::State::WriteRow(int y, int begin, int end, std::span<float> tensor) const {
  const auto width = static_cast<std::size_t>(spec.width);
  for (std::size_t channel = 0; channel < 3; ++channel) {
    const std::array<float, 256>& normalised = table[channel];
    float* const line = tensor.data() + (channel * static_cast<std::size_t>(spec.height) + static_cast<std::size_t>(y)) * width;
    const float pad = normalised[spec.pad[channel]];
    std::fill(line, line + begin, pad);
    const std::uint8_t* value = row.data() + channel;
    for (int x = begin; x < end; ++x, value += 3) line[x] = normalised[*value];
    std::fill(line + end, line + width, pad);
  }
}

Preprocessor::Preprocessor(PreprocessSpec spec, DecodeLimits limits) : state_(std::make_unique<State>(std::move(spec), limits)) {}
Preprocessor::~Preprocessor() = default;
Preprocessor::Preprocessor(Preprocessor&&) noexcept = default;
Preprocessor& Preprocessor::operator=(Preprocessor&&) noexcept = default;

const PreprocessSpec& Preprocessor::spec() const { return state_->spec; }

const Image& Preprocessor::decoded() const { return state_->image; }

const ImageInfo& Preprocessor::info() const { return state_->info; }

Status Preprocessor::Run(ByteView encoded, std::span<float> tensor) {
  State& state = *state_;
  AQUA_TRY_ASSIGN(state.info, DecodeWithScratch(encoded, state.limits, &state.spec, state.scratch, state.image));
  const ImageInfo& info = state.info;
  const Placement placement = Place(state.spec, info.width, info.height);
  state.Fill(state.image, placement, DecodedExtent(info.width, state.image.width), DecodedExtent(info.height, state.image.height), tensor);
  return {};
}

Status Preprocessor::Run(const Image& image, std::span<float> tensor) {
  const bool whole = image.width > 0 && image.height > 0 &&
                     image.pixels.size() / 3 / static_cast<std::size_t>(image.width) == static_cast<std::size_t>(image.height) &&
                     image.pixels.size() % (static_cast<std::size_t>(image.width) * 3) == 0;
  if (!whole)
    return MakeError(ErrorCode::kInvalidArgument, "the picture has no pixels, or not 3 bytes for each; crop a part that lies inside the photo", "bad_image");
  state_->Fill(image, Place(state_->spec, image.width, image.height), image.width, image.height, tensor);
  return {};
}

}  // namespace aqua::imaging
