#pragma once

#include <memory>

#include "aqua/inference/network.hpp"

namespace aqua::inference {

/// Loads a network on the reference engine: plain loops over fp32 values, one definition an operator, no vendor
/// library. It is the yardstick of the conformance suite and runs where no other engine does; hundreds of times slower.
/// Runs Add, Constant, Conv (2-D), Flatten, Gemm, GlobalAveragePool, Identity, MaxPool, Mul, Relu, Sigmoid, Softmax.
/// Errors: kInvalidArgument ("engine_refused") for other operators, kUnimplemented ("precision_not_supported").
Result<std::unique_ptr<Network>> LoadReferenceNetwork(ByteView onnx, const NetworkOptions& options);

}  // namespace aqua::inference
