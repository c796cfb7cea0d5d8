#include "aqua/inference_reference/reference_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "aqua/base/assert.hpp"
#include "aqua/base/text.hpp"
#include "aqua/inference/onnx_model.hpp"
#include "operators.hpp"

namespace aqua::inference {
namespace {

/// The parsed graph and its weights; immutable once built, shared by all sessions.
struct Graph {
  Bytes file;
  OnnxModel model;
  std::map<std::string_view, Tensor> weights;
  TensorInfo input;
  std::vector<TensorInfo> outputs;
};

TensorInfo Describe(const OnnxValue& value) {
  TensorInfo info{std::string(value.name), {}};
  for (std::size_t i = 1; i < value.shape.size(); ++i) info.shape.push_back(static_cast<std::size_t>(value.shape[i]));
  return info;
}

class ReferenceSession final : public Session {
 public:
  explicit ReferenceSession(const Graph& graph) : graph_(graph), results_(graph.outputs.size()) {}

  std::span<float> Input(std::size_t batch) override {
    input_.resize(batch * graph_.input.size());
    return input_;
  }

  Status Run(std::size_t batch) override {
    std::map<std::string_view, Tensor> values;
    Tensor& input = values[graph_.model.inputs.front().name];
    input.dims = {static_cast<std::int64_t>(batch)};
    for (const std::size_t size : graph_.input.shape) input.dims.push_back(static_cast<std::int64_t>(size));
    input.values.assign(input_.begin(), input_.end());
    for (const OnnxNode& node : graph_.model.nodes) AQUA_TRY(RunNode(node, values));
    for (std::size_t i = 0; i < results_.size(); ++i) AQUA_TRY(TakeResult(i, batch, values));
    return {};
  }

  std::span<const float> Output(std::size_t index, std::size_t batch) const override {
    AQUA_ASSERT(index < results_.size() && results_[index].size() == batch * graph_.outputs[index].size());
    return results_[index];
  }

 private:
  Status TakeResult(std::size_t index, std::size_t batch, std::map<std::string_view, Tensor>& values) {
    const auto found = values.find(graph_.model.outputs[index].name);
    if (found == values.end() || found->second.values.size() != batch * graph_.outputs[index].size())
      return MakeError(ErrorCode::kInternal,
                       fmt::format("the network does not compute the output '{}' in the shape that it declares", base::Printable(graph_.outputs[index].name)),
                       "engine_failed");
    results_[index] = std::move(found->second.values);
    return {};
  }

  Status RunNode(const OnnxNode& node, std::map<std::string_view, Tensor>& values) const {
    std::vector<const Tensor*> inputs;
    for (const std::string_view name : node.inputs) {
      const auto weight = graph_.weights.find(name);
      const auto value = values.find(name);
      inputs.push_back(weight != graph_.weights.end() ? &weight->second : value != values.end() ? &value->second : nullptr);
    }
    auto result = FindOperator(node.op_type)(node, inputs);
    if (!result) return result.error().WithContext(fmt::format("node '{}'", base::Printable(node.name.substr(0, 64))));
    values[node.outputs.front()] = *std::move(result);
    return {};
  }

  const Graph& graph_;
  std::vector<float> input_;
  std::vector<std::vector<float>> results_;
};

class ReferenceNetwork final : public Network {
 public:
  explicit ReferenceNetwork(std::unique_ptr<const Graph> graph) : graph_(std::move(graph)) {}
  Result<std::unique_ptr<Session>> CreateSession() override { return std::make_unique<ReferenceSession>(*graph_); }
  const TensorInfo& input() const override { return graph_->input; }
  const std::vector<TensorInfo>& outputs() const override { return graph_->outputs; }
  std::string description() const override { return "reference engine, cpu, fp32"; }

 private:
  std::unique_ptr<const Graph> graph_;
};

Status AddWeights(Graph& graph) {
  for (const OnnxTensor& tensor : graph.model.initializers) {
    if (tensor.type != OnnxType::kFloat || tensor.element_count == 0)
      return MakeError(ErrorCode::kInvalidArgument, "the reference engine reads float32 weights only, and no empty ones", "engine_refused");
    Tensor& weight = graph.weights[tensor.name];
    weight.dims = tensor.dims;
    weight.values.resize(static_cast<std::size_t>(tensor.element_count));
    std::copy(tensor.data.begin(), tensor.data.end(), reinterpret_cast<std::uint8_t*>(weight.values.data()));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Network>> LoadReferenceNetwork(ByteView onnx, const NetworkOptions& options) {
  if (options.precision != "fp32") return MakeError(ErrorCode::kUnimplemented, "the reference engine computes in fp32 only", "precision_not_supported");
  auto graph = std::make_unique<Graph>();
  graph->file.assign(onnx.begin(), onnx.end());
  AQUA_TRY_ASSIGN(graph->model, InspectOnnx(graph->file));
  if (graph->model.inputs.size() != 1) return MakeError(ErrorCode::kInvalidArgument, "the reference engine runs networks with one input", "engine_refused");
  for (const OnnxNode& node : graph->model.nodes)
    if (!FindOperator(node.op_type) || node.outputs.size() != 1)
      return MakeError(ErrorCode::kInvalidArgument, fmt::format("the reference engine has no operator '{}'", node.op_type), "engine_refused");
  AQUA_TRY(AddWeights(*graph));
  graph->input = Describe(graph->model.inputs.front());
  for (const OnnxValue& output : graph->model.outputs) graph->outputs.push_back(Describe(output));
  return std::make_unique<ReferenceNetwork>(std::move(graph));
}

}  // namespace aqua::inference
