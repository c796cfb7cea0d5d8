#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "aqua/base/result.hpp"
#include "aqua/inference/onnx_model.hpp"

namespace aqua::inference {

/// A float32 tensor, row-major.
struct Tensor {
  std::vector<std::int64_t> dims;
  std::vector<float> values;
};

/// Computes one node from its inputs (null where an optional one is left out).
using Operator = std::function<Result<Tensor>(const OnnxNode& node, const std::vector<const Tensor*>& inputs)>;

/// Returns the operator of that type, or null when the reference engine has none.
/// Source: ONNX operator specifications, operator sets 7 to 21.
Operator FindOperator(std::string_view op_type);

}  // namespace aqua::inference
