#include "aqua/inference/onnx_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "aqua/base/text.hpp"
#include "onnx_parser.hpp"
#include "onnx_tensor_parser.hpp"

namespace aqua::inference {
namespace {

/// Operators without control flow, custom code or unbounded output; sorted for the search.
constexpr std::array<std::string_view, 78> kOperators = {"Abs",
                                                         "Add",
                                                         "ArgMax",
                                                         "AveragePool",
                                                         "BatchNormalization",
                                                         "Cast",
                                                         "Ceil",
                                                         "Clip",
                                                         "Concat",
                                                         "Constant",
                                                         "ConstantOfShape",
                                                         "Conv",
                                                         "ConvTranspose",
                                                         "DepthToSpace",
                                                         "DequantizeLinear",
                                                         "Div",
                                                         "Dropout",
                                                         "Elu",
                                                         "Equal",
                                                         "Erf",
                                                         "Exp",
                                                         "Expand",
                                                         "Flatten",
                                                         "Floor",
                                                         "Gather",
                                                         "Gelu",
                                                         "Gemm",
                                                         "GlobalAveragePool",
                                                         "GlobalMaxPool",
                                                         "Greater",
                                                         "HardSigmoid",
                                                         "HardSwish",
                                                         "Identity",
                                                         "InstanceNormalization",
                                                         "LayerNormalization",
                                                         "LeakyRelu",
                                                         "Less",
                                                         "Log",
                                                         "LogSoftmax",
                                                         "MatMul",
                                                         "Max",
                                                         "MaxPool",
                                                         "Min",
                                                         "Mish",
                                                         "Mul",
                                                         "Neg",
                                                         "Not",
                                                         "PRelu",
                                                         "Pad",
                                                         "Pow",
                                                         "QuantizeLinear",
                                                         "Range",
                                                         "Reciprocal",
                                                         "ReduceMax",
                                                         "ReduceMean",
                                                         "ReduceMin",
                                                         "ReduceSum",
                                                         "Relu",
                                                         "Reshape",
                                                         "Resize",
                                                         "Round",
                                                         "Shape",
                                                         "Sigmoid",
                                                         "Slice",
                                                         "Softmax",
                                                         "Softplus",
                                                         "SpaceToDepth",
                                                         "Split",
                                                         "Sqrt",
                                                         "Squeeze",
                                                         "Sub",
                                                         "Sum",
                                                         "Tanh",
                                                         "Tile",
                                                         "TopK",
                                                         "Transpose",
                                                         "Unsqueeze",
                                                         "Where"};
static_assert(std::is_sorted(kOperators.begin(), kOperators.end()));

/// The first name that stands twice in a list of values or tensors.
template <typename Named>
std::optional<std::string_view> FindTwice(const std::vector<Named>& list) {
  std::unordered_set<std::string_view> seen;
  for (const Named& entry : list)
    if (!seen.insert(entry.name).second) return entry.name;
  return std::nullopt;
}

/// One name for two things would let another reader of the file see another model.
Status CheckNames(const ParsedGraph& graph) {
  for (const auto& twice : {FindTwice(graph.initializers), FindTwice(graph.inputs), FindTwice(graph.outputs)})
    if (twice) return ModelError("model_malformed", fmt::format("'{}' is declared twice", base::Printable(twice->substr(0, 64))));
  return {};
}

Status CheckOpset(const ParsedModel& model, const OnnxLimits& limits) {
  if (model.opset >= limits.min_opset && model.opset <= limits.max_opset) return {};
  return ModelError("unsupported_opset",
                    fmt::format("the model uses operator set {}; {} to {} are supported", model.opset, limits.min_opset, limits.max_opset));
}

/// Nodes must come after all that they read, as the ONNX standard demands; that also rules out cycles.
Status CheckNodes(const ParsedGraph& graph) {
  std::unordered_set<std::string_view> known;
  for (const OnnxTensor& tensor : graph.initializers) known.insert(tensor.name);
  for (const OnnxValue& input : graph.inputs) known.insert(input.name);
  for (const OnnxNode& node : graph.nodes) {
    if (!std::binary_search(kOperators.begin(), kOperators.end(), node.op_type))
      return ModelError("unsupported_operator",
                        fmt::format("the operator '{}' is not on the list of operators we run", base::Printable(node.op_type.substr(0, 64))));
    if (std::any_of(node.attributes.begin(), node.attributes.end(), [](const OnnxAttribute& attribute) { return attribute.has_graph; }))
      return ModelError("unsupported_operator", fmt::format("the operator '{}' holds a graph of its own, which is not supported", node.op_type));
    for (const std::string_view input : node.inputs)
      if (!input.empty() && !known.contains(input))
        return ModelError("cyclic_graph",
                          fmt::format("'{}' is read before it is computed: the graph has a cycle or is not sorted", base::Printable(input.substr(0, 64))));
    for (const std::string_view output : node.outputs)
      if (!output.empty() && !known.insert(output).second)
        return ModelError("model_malformed", fmt::format("'{}' is computed twice", base::Printable(output.substr(0, 64))));
  }
  for (const OnnxValue& output : graph.outputs)
    if (!known.contains(output.name))
      return ModelError("model_malformed", fmt::format("the output '{}' is never computed", base::Printable(output.name.substr(0, 64))));
  return {};
}

/// Inputs and outputs: only the first dimension may be variable.
Status CheckShapes(const std::vector<OnnxValue>& values) {
  for (const OnnxValue& value : values)
    for (std::size_t i = 0; i < value.shape.size(); ++i)
      if (value.shape[i] == 0 || (value.shape[i] < 0 && i > 0))
        return ModelError("unsupported_shape",
                          fmt::format("'{}' has a variable or empty dimension; only the batch dimension may vary", base::Printable(value.name.substr(0, 64))));
  return {};
}

Status CheckActivations(const ParsedGraph& graph, const OnnxLimits& limits) {
  std::int64_t total = 0;
  const auto add = [&](const std::vector<OnnxValue>& values) -> Status {
    for (const OnnxValue& value : values) {
      std::vector<std::int64_t> shape = value.shape;
      std::replace(shape.begin(), shape.end(), std::int64_t{-1}, std::int64_t{1});
      AQUA_TRY_ASSIGN(const std::int64_t count, ElementCount(shape));
      total += count * std::max<std::int64_t>(1, ElementBytes(value.type));
      if (total > limits.max_activation_bytes)
        return MakeError(ErrorCode::kResourceExhausted,
                         fmt::format("the declared tensors need more than {}", base::FormatBytes(static_cast<std::uint64_t>(limits.max_activation_bytes))),
                         "model_too_large");
    }
    return {};
  };
  AQUA_TRY(add(graph.inputs));
  AQUA_TRY(add(graph.outputs));
  return add(graph.values);
}

void RemoveInitializers(const std::vector<OnnxTensor>& initializers, std::vector<OnnxValue>& inputs) {
  std::unordered_set<std::string_view> names;
  for (const OnnxTensor& tensor : initializers) names.insert(tensor.name);
  std::erase_if(inputs, [&](const OnnxValue& input) { return names.contains(input.name); });
}

}  // namespace

const OnnxAttribute* OnnxNode::Find(std::string_view attribute) const {
  const auto found = std::find_if(attributes.begin(), attributes.end(), [&](const OnnxAttribute& candidate) { return candidate.name == attribute; });
  return found == attributes.end() ? nullptr : &*found;
}

Result<OnnxModel> InspectOnnx(ByteView file, const OnnxLimits& limits) {
  if (file.size() > limits.max_file_bytes)
    return MakeError(ErrorCode::kResourceExhausted, fmt::format("the model file is larger than {}", base::FormatBytes(limits.max_file_bytes)),
                     "model_too_large");
  AQUA_TRY_ASSIGN(ParsedModel parsed, OnnxParser(limits).Parse(file));
  AQUA_TRY(CheckOpset(parsed, limits));
  AQUA_TRY(CheckNames(parsed.graph));
  AQUA_TRY(CheckNodes(parsed.graph));
  RemoveInitializers(parsed.graph.initializers, parsed.graph.inputs);
  if (parsed.graph.inputs.empty() || parsed.graph.outputs.empty()) return ModelError("model_malformed", "the model has no inputs or no outputs");
  AQUA_TRY(CheckShapes(parsed.graph.inputs));
  AQUA_TRY(CheckShapes(parsed.graph.outputs));
  AQUA_TRY(CheckActivations(parsed.graph, limits));

  OnnxModel model;
  model.ir_version = parsed.ir_version;
  model.opset = parsed.opset;
  model.nodes = std::move(parsed.graph.nodes);
  model.initializers = std::move(parsed.graph.initializers);
  model.inputs = std::move(parsed.graph.inputs);
  model.outputs = std::move(parsed.graph.outputs);
  for (const OnnxTensor& tensor : model.initializers) model.parameter_count += tensor.element_count;
  for (const OnnxNode& node : model.nodes) ++model.operator_counts[node.op_type];
  return model;
}

}  // namespace aqua::inference
