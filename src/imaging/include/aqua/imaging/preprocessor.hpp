#pragma once

#include <memory>
#include <span>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/imaging/decode.hpp"
#include "aqua/imaging/image.hpp"
#include "aqua/imaging/preprocess_spec.hpp"

namespace aqua::imaging {

/// Turns encoded images into model input. Keeps its buffers, filter tables and the last colour profile between calls, so
/// that a steady stream allocates nothing of ours. Not thread-safe: one object a thread. Resizing equals Pillow's
/// Image.resize with BILINEAR or BOX (8 bits) to within 1/255.
class Preprocessor {
 public:
  /// Requires: a valid spec (see PreprocessSpec).
  Preprocessor(PreprocessSpec spec, DecodeLimits limits);
  ~Preprocessor();
  Preprocessor(Preprocessor&&) noexcept;
  Preprocessor& operator=(Preprocessor&&) noexcept;

  [[nodiscard]] const PreprocessSpec& spec() const;

  /// The picture that the last Run() decoded, upright; a JPEG may have been decoded at 1/2, 1/4 or 1/8. Valid until the next
  /// Run(); unspecified after one that failed.
  [[nodiscard]] const Image& decoded() const;
  /// Header of the file that the last Run() decoded; its size is the full one, upright.
  [[nodiscard]] const ImageInfo& info() const;

  /// Decodes, resizes and normalises. tensor: [3, spec.height, spec.width] float32, RGB, written in full.
  /// Requires: tensor.size() == 3 * spec.height * spec.width. Errors: as Decode(); the tensor is then unspecified.
  Status Run(ByteView encoded, std::span<float> tensor);

  /// Resizes and normalises a picture that is decoded already, for example a crop. `tensor` as above.
  /// Errors: kInvalidArgument ("bad_image": no pixels, or not 3 * width * height of them).
  Status Run(const Image& image, std::span<float> tensor);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aqua::imaging
