#pragma once

#include <memory>
#include <string>

#include "aqua/inference/network.hpp"

namespace aqua::inference {

/// Loads a network on OpenVINO's CPU plugin. Each session runs on one core; every batch size is compiled with a
/// static shape. Precision is set explicitly: the plugin would pick bf16 silently where the processor
/// has it. Sessions share the weights. Errors: see NetworkLoader.
Result<std::unique_ptr<Network>> LoadOpenVinoNetwork(ByteView onnx, const NetworkOptions& options);

/// Version of the OpenVINO library that is loaded, for example "2026.4.1".
std::string OpenVinoVersion();

}  // namespace aqua::inference
