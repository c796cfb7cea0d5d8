#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "aqua/inference/onnx_model.hpp"
#include "protobuf_reader.hpp"

namespace aqua::inference {

/// A graph as it stands in the file, before it is checked.
struct ParsedGraph {
  std::vector<OnnxNode> nodes;
  std::vector<OnnxTensor> initializers;
  std::vector<OnnxValue> inputs;
  std::vector<OnnxValue> outputs;
  std::vector<OnnxValue> values;
};

/// What the top of the file says, before it is checked.
struct ParsedModel {
  std::int64_t ir_version = 0;
  std::int64_t opset = 0;
  ParsedGraph graph;
};

/// Reads the whole file, subgraphs and functions included, and refuses on the way what no model may hold: damaged
/// messages, external data, foreign domains, subgraphs nested too deep, too many nodes. Subgraphs are read for these
/// checks only; operators that need them are not on the list of what we run.
class OnnxParser {
 public:
  explicit OnnxParser(const OnnxLimits& limits) : limits_(limits) {}
  Result<ParsedModel> Parse(ByteView file);

 private:
  Status ParseGraph(ByteView message, int depth, ParsedGraph& graph);
  Status ParseNode(ByteView message, int depth, OnnxNode& node);
  Status ParseAttribute(ByteView message, int depth, OnnxAttribute& attribute);
  Status ParseFunction(ByteView message);
  Status ParseOpset(ByteView message, std::int64_t& opset);
  Status ParseIntegers(const ProtobufReader& reader, std::vector<std::int64_t>& values);
  Status ParseReals(const ProtobufReader& reader, std::vector<float>& values);
  /// Counts what takes memory, so that a file of many tiny messages cannot take much more of it than the file has bytes.
  Status CountEntries(std::size_t more);

  const OnnxLimits& limits_;
  std::size_t node_count_ = 0;
  std::size_t entry_count_ = 0;
};

}  // namespace aqua::inference
