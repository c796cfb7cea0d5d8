#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "aqua/base/bytes.hpp"
#include "aqua/imaging/preprocess_spec.hpp"

namespace aqua::bench {

/// The limit: libjpeg-turbo, the resize arithmetic of imaging and a table lookup, straight on their own calls, with
/// no check of anything. JPEG in RGB only. Errors end the process.
class BareDecoder {
 public:
  explicit BareDecoder(imaging::PreprocessSpec spec);
  ~BareDecoder();
  void Run(ByteView jpeg, std::span<float> tensor);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// BareDecoder and OpenVINO's own calls: decode, resize, infer, argmax.
class BarePipeline {
 public:
  BarePipeline(const std::string& onnx, const imaging::PreprocessSpec& spec);
  ~BarePipeline();
  /// Returns the most probable class.
  std::size_t Run(ByteView jpeg);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aqua::bench
