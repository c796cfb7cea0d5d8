#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/base/bytes.hpp"

namespace aqua::inference::testing {

/// Writes protobuf wire format, well-formed or not, for models made in tests.
class ProtobufWriter {
 public:
  ProtobufWriter& Integer(std::uint32_t field, std::int64_t value) {
    Varint(field << 3);
    Varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  ProtobufWriter& Text(std::uint32_t field, std::string_view payload) {
    Varint(field << 3 | 2);
    Varint(payload.size());
    bytes_ += payload;
    return *this;
  }
  ProtobufWriter& Message(std::uint32_t field, const ProtobufWriter& message) { return Text(field, message.bytes_); }
  ProtobufWriter& Real(std::uint32_t field, float value) {
    Varint(field << 3 | 5);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  ProtobufWriter& Varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

inline ProtobufWriter FloatTensor(std::string_view name, const std::vector<std::int64_t>& dims, const std::vector<float>& values) {
  ProtobufWriter tensor;
  for (const std::int64_t dim : dims) tensor.Integer(1, dim);
  tensor.Integer(2, 1).Text(8, name).Text(9, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
  return tensor;
}

/// Dimensions of -1 become the symbolic dimension "batch".
inline ProtobufWriter ValueInfo(std::string_view name, const std::vector<std::int64_t>& dims, std::int64_t type = 1) {
  ProtobufWriter shape;
  for (const std::int64_t dim : dims) shape.Message(1, dim < 0 ? ProtobufWriter().Text(2, "batch") : ProtobufWriter().Integer(1, dim));
  return ProtobufWriter().Text(1, name).Message(2, ProtobufWriter().Message(1, ProtobufWriter().Integer(1, type).Message(2, shape)));
}

inline ProtobufWriter IntegersAttribute(std::string_view name, const std::vector<std::int64_t>& values) {
  ProtobufWriter attribute;
  attribute.Text(1, name).Integer(20, 7);
  for (const std::int64_t value : values) attribute.Integer(8, value);
  return attribute;
}

inline ProtobufWriter IntegerAttribute(std::string_view name, std::int64_t value) { return ProtobufWriter().Text(1, name).Integer(20, 2).Integer(3, value); }

inline ProtobufWriter Node(std::string_view op_type, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                           const std::vector<ProtobufWriter>& attributes = {}) {
  ProtobufWriter node;
  for (const std::string& input : inputs) node.Text(1, input);
  for (const std::string& output : outputs) node.Text(2, output);
  node.Text(3, std::string(op_type) + "_" + outputs.front()).Text(4, op_type);
  for (const ProtobufWriter& attribute : attributes) node.Message(5, attribute);
  return node;
}

/// Puts a graph in a model of operator set 13.
inline ProtobufWriter Model(const ProtobufWriter& graph, std::int64_t opset = 13) {
  return ProtobufWriter().Integer(1, 7).Text(2, "aqua tests").Message(7, graph).Message(8, ProtobufWriter().Text(1, "").Integer(2, opset));
}

/// A graph with the input images [N,3,size,size] and the output logits [N,classes], to which nodes are added.
inline ProtobufWriter ImageGraph(std::int64_t size, std::int64_t classes) {
  return ProtobufWriter().Text(2, "graph").Message(11, ValueInfo("images", {-1, 3, size, size})).Message(12, ValueInfo("logits", {-1, classes}));
}

/// A classifier that can be followed by hand: class i scores `gain` times the mean of input channel i (three classes).
inline std::string MeanColourModel(std::int64_t size, float gain, std::int64_t classes = 3) {
  std::vector<float> weights(static_cast<std::size_t>(classes * 3), 0.0F);
  for (std::size_t i = 0; i < static_cast<std::size_t>(classes) && i < 3; ++i) weights[i * 3 + i] = gain;
  ProtobufWriter graph = ImageGraph(size, classes);
  graph.Message(5, FloatTensor("weights", {classes, 3}, weights))
      .Message(1, Node("GlobalAveragePool", {"images"}, {"pooled"}))
      .Message(1, Node("Flatten", {"pooled"}, {"flat"}))
      .Message(1, Node("Gemm", {"flat", "weights"}, {"logits"}, {IntegerAttribute("transB", 1)}));
  return Model(graph).bytes();
}

/// A small network with every operator of a residual net: Conv (padded, strided, grouped), Relu, MaxPool, Add, a
/// squeeze-and-excitation branch (GlobalAveragePool, 1x1 Conv, Sigmoid, Mul), Flatten, Gemm. Weights from a fixed rule.
inline std::string ResidualModel(std::int64_t size, std::int64_t classes) {
  std::uint32_t state = 12345;
  const auto weights = [&state](std::size_t count) {
    std::vector<float> values(count);
    for (float& value : values) {
      state = state * 1664525U + 1013904223U;
      value = (static_cast<float>(state >> 8) / 16777216.0F - 0.5F) * 0.5F;
    }
    return values;
  };
  const auto padded = [](std::int64_t stride) {
    return std::vector<ProtobufWriter>{IntegersAttribute("kernel_shape", {3, 3}), IntegersAttribute("pads", {1, 1, 1, 1}),
                                       IntegersAttribute("strides", {stride, stride})};
  };
  auto grouped = padded(1);
  grouped.push_back(IntegerAttribute("group", 4));
  ProtobufWriter graph = ImageGraph(size, classes);
  graph.Message(5, FloatTensor("w1", {8, 3, 3, 3}, weights(216)))
      .Message(5, FloatTensor("b1", {8}, weights(8)))
      .Message(5, FloatTensor("w2", {8, 2, 3, 3}, weights(144)))
      .Message(5, FloatTensor("b2", {8}, weights(8)))
      .Message(5, FloatTensor("w3", {8, 8, 1, 1}, weights(64)))
      .Message(5, FloatTensor("b3", {8}, weights(8)))
      .Message(5, FloatTensor("w4", {classes, 8}, weights(static_cast<std::size_t>(classes) * 8)))
      .Message(5, FloatTensor("b4", {classes}, weights(static_cast<std::size_t>(classes))))
      .Message(1, Node("Conv", {"images", "w1", "b1"}, {"c1"}, padded(2)))
      .Message(1, Node("Relu", {"c1"}, {"r1"}))
      .Message(1, Node("MaxPool", {"r1"}, {"p1"},
                       {IntegersAttribute("kernel_shape", {3, 3}), IntegersAttribute("pads", {1, 1, 1, 1}), IntegersAttribute("strides", {2, 2})}))
      .Message(1, Node("Conv", {"p1", "w2", "b2"}, {"c2"}, grouped))
      .Message(1, Node("GlobalAveragePool", {"c2"}, {"squeezed"}))
      .Message(1, Node("Conv", {"squeezed", "w3", "b3"}, {"excited"}, {IntegersAttribute("kernel_shape", {1, 1})}))
      .Message(1, Node("Sigmoid", {"excited"}, {"gate"}))
      .Message(1, Node("Mul", {"c2", "gate"}, {"scaled"}))
      .Message(1, Node("Add", {"scaled", "p1"}, {"sum"}))
      .Message(1, Node("Relu", {"sum"}, {"r2"}))
      .Message(1, Node("GlobalAveragePool", {"r2"}, {"pooled"}))
      .Message(1, Node("Flatten", {"pooled"}, {"flat"}))
      .Message(1, Node("Gemm", {"flat", "w4", "b4"}, {"logits"}, {IntegerAttribute("transB", 1)}));
  return Model(graph).bytes();
}

}  // namespace aqua::inference::testing
