#pragma once

#include <span>

#include "aqua/base/bytes.hpp"
#include "aqua/imaging/preprocess_spec.hpp"

namespace aqua::bench {

/// The same preprocessing as an OpenCV user would write it (imdecode, INTER_AREA), for comparison.
/// Requires: the same mean and std in every channel.
void OpenCvPreprocess(ByteView jpeg, const imaging::PreprocessSpec& spec, std::span<float> tensor);

}  // namespace aqua::bench
