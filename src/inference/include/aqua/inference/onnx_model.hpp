#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"

namespace aqua::inference {

/// ONNX element types that occur in the models we accept (values of onnx.TensorProto.DataType).
enum class OnnxType : std::int32_t {
  kUndefined = 0,
  kFloat = 1,
  kUint8 = 2,
  kInt8 = 3,
  kInt32 = 6,
  kInt64 = 7,
  kBool = 9,
  kFloat16 = 10,
  kDouble = 11,
  kBfloat16 = 16
};

/// A constant tensor. Views point into the bytes that were parsed and live as long as those.
struct OnnxTensor {
  std::string_view name;
  OnnxType type = OnnxType::kUndefined;
  std::vector<std::int64_t> dims;
  ByteView data;  ///< little-endian elements, row-major
  std::int64_t element_count = 0;
};

/// A named attribute of a node; the member that its kind uses is filled.
struct OnnxAttribute {
  std::string_view name;
  float real = 0;
  std::int64_t integer = 0;
  std::string_view text;
  std::vector<std::int64_t> integers;
  std::vector<float> reals;
  std::optional<OnnxTensor> tensor;
  bool has_graph = false;  ///< holds a graph of its own, which is inspected but not kept
};

/// One operator of the graph. An empty input name means "optional input left out".
struct OnnxNode {
  std::string_view name;
  std::string_view op_type;
  std::vector<std::string_view> inputs;
  std::vector<std::string_view> outputs;
  std::vector<OnnxAttribute> attributes;

  /// Returns the attribute of that name, or null.
  [[nodiscard]] const OnnxAttribute* Find(std::string_view attribute) const;
};

/// A graph input, output or declared intermediate value. A dimension of -1 is variable.
struct OnnxValue {
  std::string_view name;
  OnnxType type = OnnxType::kUndefined;
  std::vector<std::int64_t> shape;
};

/// A parsed and inspected model: nodes are in an order in which they can run.
struct OnnxModel {
  std::int64_t ir_version = 0;
  std::int64_t opset = 0;
  std::vector<OnnxNode> nodes;
  std::vector<OnnxTensor> initializers;
  std::vector<OnnxValue> inputs;  ///< without initializers
  std::vector<OnnxValue> outputs;
  std::int64_t parameter_count = 0;
  std::map<std::string_view, int> operator_counts;
};

/// Bounds on what a model file may hold. Source: serving reference, section "Model files".
struct OnnxLimits {
  std::uint64_t max_file_bytes = 512ULL << 20;
  std::size_t max_nodes = 20'000;
  std::size_t max_entries = 1'000'000;  ///< attributes, tensors, values and the names and numbers listed in nodes, all together
  int max_nesting = 10;
  std::int64_t min_opset = 7;
  std::int64_t max_opset = 21;
  std::int64_t max_activation_bytes = 1LL << 30;  ///< sum over declared intermediate values, for a batch of 1
};

/// Reads an ONNX file with a bounded reader of our own and refuses, before any engine sees it, what we do not run.
/// The result views into `file`, which must outlive it. Thread-safe; memory is bounded by the limits.
/// Errors: kInvalidArgument with reason "model_malformed", "external_data" (in any tensor: initializer, sparse,
/// attribute, subgraph, function), "custom_domain", "unsupported_operator", "unsupported_opset", "cyclic_graph",
/// "unsupported_shape"; kResourceExhausted with reason "model_too_large".
Result<OnnxModel> InspectOnnx(ByteView file, const OnnxLimits& limits = {});

}  // namespace aqua::inference
