#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::inference {

/// Name and shape of a float32 tensor of a network, for one item: the batch dimension is left out.
struct TensorInfo {
  std::string name;
  std::vector<std::size_t> shape;

  /// Elements of one item.
  [[nodiscard]] std::size_t size() const;
};

/// How a network is loaded.
struct NetworkOptions {
  /// Arithmetic: "fp32", "bf16" or "int8". Always explicit: engines pick a lower one silently otherwise.
  std::string precision = "fp32";
  /// Batch sizes that Run() will be asked for. Each is compiled and warmed up before loading returns.
  std::vector<std::size_t> batch_sizes = {1};
  /// Sessions that may run at once, each in a thread of its own; more are accepted, and wait for each other.
  std::size_t sessions = 1;
  /// Where compiled networks may be kept between runs; empty: nowhere. A cache that cannot be used is passed over.
  std::filesystem::path cache_folder;
};

/// Runs one network on memory of its own. For one thread at a time.
class Session {
 public:
  virtual ~Session() = default;

  /// Input of `batch` items, [batch, …] float32, row-major, to be filled before Run().
  /// Requires: batch is one of NetworkOptions::batch_sizes.
  virtual std::span<float> Input(std::size_t batch) = 0;

  /// Runs the network on Input(batch), in the calling thread; blocks for one inference.
  /// Errors: kInternal ("engine_failed").
  virtual Status Run(std::size_t batch) = 0;

  /// Output `index` of the last Run(batch), [batch, …] float32; valid until the next Run.
  virtual std::span<const float> Output(std::size_t index, std::size_t batch) const = 0;
};

/// One loaded network with one input. Thread-safe; owns the weights, which its sessions share and must not outlive.
class Network {
 public:
  virtual ~Network() = default;

  /// Makes room for one more concurrent run. Errors: kInternal ("engine_failed").
  virtual Result<std::unique_ptr<Session>> CreateSession() = 0;

  virtual const TensorInfo& input() const = 0;
  virtual const std::vector<TensorInfo>& outputs() const = 0;
  /// What runs it, for people: "OpenVINO 2026.4.1, cpu, fp32".
  virtual std::string description() const = 0;
};

/// Loads a network from the bytes of an ONNX file that InspectOnnx() has passed. One function an engine.
/// Errors: kInvalidArgument ("engine_refused"), kUnimplemented ("precision_not_supported"), kInternal ("engine_failed").
using NetworkLoader = Result<std::unique_ptr<Network>> (*)(ByteView onnx, const NetworkOptions& options);

}  // namespace aqua::inference
