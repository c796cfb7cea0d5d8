#include "onnx_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "aqua/base/text.hpp"
#include "onnx_tensor_parser.hpp"
#include "protobuf_reader.hpp"

namespace aqua::inference {
namespace {

Status CheckDomain(std::string_view domain) {
  constexpr std::array<std::string_view, 3> kAccepted = {"", "ai.onnx", "ai.onnx.ml"};
  if (std::find(kAccepted.begin(), kAccepted.end(), domain) != kAccepted.end()) return {};
  return ModelError("custom_domain", fmt::format("operators of the domain '{}' are not accepted; export with standard ONNX operators only",
                                                 base::Printable(domain.substr(0, 64))));
}

/// Metadata that asks a runtime to load custom operators or data from elsewhere.
Status CheckMetadata(ByteView message) {
  ProtobufReader entry(message);
  while (entry.Next()) {
    if (entry.field() != 1) continue;
    const std::string_view key = entry.text();
    if (key.find("custom_op") != std::string_view::npos) return ModelError("custom_domain", "the metadata asks for a library of custom operators");
    if (key.find("external") != std::string_view::npos || key.find("MEM_ADDR") != std::string_view::npos)
      return ModelError("external_data", "the metadata asks for data outside the file");
  }
  return entry.failed() ? Status(Damaged("the metadata")) : Status();
}

}  // namespace

Status OnnxParser::CountEntries(std::size_t more) {
  entry_count_ += more;
  if (entry_count_ <= limits_.max_entries) return {};
  return MakeError(ErrorCode::kResourceExhausted, fmt::format("the graph has more than {} entries", limits_.max_entries), "model_too_large");
}

Status OnnxParser::ParseIntegers(const ProtobufReader& reader, std::vector<std::int64_t>& values) {
  const std::size_t before = values.size();
  AQUA_TRY(AppendIntegers(reader, limits_.max_entries, values));
  return CountEntries(values.size() - before);
}

Status OnnxParser::ParseReals(const ProtobufReader& reader, std::vector<float>& values) {
  const std::size_t before = values.size();
  if (reader.is_fixed32()) {
    values.push_back(reader.real());
  } else {
    const ByteView packed = reader.bytes();
    if (packed.size() % sizeof(float) != 0) return Damaged("a list of numbers");
    AQUA_TRY(CountEntries(packed.size() / sizeof(float)));
    values.resize(before + packed.size() / sizeof(float));
    if (!packed.empty()) std::memcpy(values.data() + before, packed.data(), packed.size());
    return {};
  }
  return CountEntries(1);
}

Status OnnxParser::ParseOpset(ByteView message, std::int64_t& opset) {
  std::string_view domain;
  std::int64_t version = 0;
  ProtobufReader reader(message);
  while (reader.Next()) {
    if (reader.field() == 1) domain = reader.text();
    if (reader.field() == 2) version = reader.integer();
  }
  if (reader.failed()) return Damaged("the operator set");
  AQUA_TRY(CheckDomain(domain));
  if (domain == "ai.onnx.ml") return {};
  if (opset != 0 && opset != version) return ModelError("unsupported_opset", "the model names two versions of the standard operator set");
  opset = version;
  return {};
}

Status OnnxParser::ParseAttribute(ByteView message, int depth, OnnxAttribute& attribute) {
  AQUA_TRY(CountEntries(1));
  ProtobufReader reader(message);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1: attribute.name = reader.text(); break;
      case 2: attribute.real = reader.real(); break;
      case 3: attribute.integer = reader.integer(); break;
      case 4: attribute.text = reader.text(); break;
      case 5: AQUA_TRY(ParseTensor(reader.bytes(), attribute.tensor.emplace())); break;
      case 7: AQUA_TRY(ParseReals(reader, attribute.reals)); break;
      case 8: AQUA_TRY(ParseIntegers(reader, attribute.integers)); break;
      case 10: {
        OnnxTensor tensor;
        AQUA_TRY(ParseTensor(reader.bytes(), tensor));
        break;
      }
      case 6:
      case 11: {
        ParsedGraph subgraph;
        attribute.has_graph = true;
        AQUA_TRY(ParseGraph(reader.bytes(), depth + 1, subgraph));
        break;
      }
      case 22:
      case 23: AQUA_TRY(CheckSparseTensor(reader.bytes())); break;
      default: break;
    }
  }
  return reader.failed() ? Status(Damaged("an attribute")) : Status();
}

Status OnnxParser::ParseNode(ByteView message, int depth, OnnxNode& node) {
  if (++node_count_ > limits_.max_nodes)
    return MakeError(ErrorCode::kResourceExhausted, fmt::format("the graph has more than {} nodes", limits_.max_nodes), "model_too_large");
  ProtobufReader reader(message);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1:
      case 2:
        AQUA_TRY(CountEntries(1));
        (reader.field() == 1 ? node.inputs : node.outputs).push_back(reader.text());
        break;
      case 3: node.name = reader.text(); break;
      case 4: node.op_type = reader.text(); break;
      case 5: AQUA_TRY(ParseAttribute(reader.bytes(), depth, node.attributes.emplace_back())); break;
      case 7: AQUA_TRY(CheckDomain(reader.text())); break;
      case 9: AQUA_TRY(CheckMetadata(reader.bytes())); break;
      default: break;
    }
  }
  return reader.failed() ? Status(Damaged("a node")) : Status();
}

Status OnnxParser::ParseGraph(ByteView message, int depth, ParsedGraph& graph) {
  if (depth > limits_.max_nesting)
    return MakeError(ErrorCode::kResourceExhausted, fmt::format("graphs are nested more than {} levels deep", limits_.max_nesting), "model_too_large");
  ProtobufReader reader(message);
  while (reader.Next()) {
    AQUA_TRY(CountEntries(1));
    switch (reader.field()) {
      case 1: AQUA_TRY(ParseNode(reader.bytes(), depth, graph.nodes.emplace_back())); break;
      case 5: AQUA_TRY(ParseTensor(reader.bytes(), graph.initializers.emplace_back())); break;
      case 11: AQUA_TRY(ParseValue(reader.bytes(), graph.inputs.emplace_back())); break;
      case 12: AQUA_TRY(ParseValue(reader.bytes(), graph.outputs.emplace_back())); break;
      case 13: AQUA_TRY(ParseValue(reader.bytes(), graph.values.emplace_back())); break;
      case 15: AQUA_TRY(CheckSparseTensor(reader.bytes())); break;
      case 16: AQUA_TRY(CheckMetadata(reader.bytes())); break;
      default: break;
    }
  }
  return reader.failed() ? Status(Damaged("the graph")) : Status();
}

Status OnnxParser::ParseFunction(ByteView message) {
  ProtobufReader reader(message);
  while (reader.Next()) {
    if (reader.field() == 7) {
      OnnxNode node;
      AQUA_TRY(ParseNode(reader.bytes(), 1, node));
    } else if (reader.field() == 9) {
      std::int64_t opset = 0;
      AQUA_TRY(ParseOpset(reader.bytes(), opset));
    } else if (reader.field() == 10) {
      AQUA_TRY(CheckDomain(reader.text()));
    } else if (reader.field() == 11) {
      OnnxAttribute attribute;
      AQUA_TRY(ParseAttribute(reader.bytes(), 1, attribute));
    }
  }
  if (reader.failed()) return Damaged("a function");
  return ModelError("unsupported_operator", "models with functions of their own are not accepted; export with functions inlined");
}

Result<ParsedModel> OnnxParser::Parse(ByteView file) {
  ParsedModel model;
  bool has_graph = false;
  ProtobufReader reader(file);
  while (reader.Next()) {
    switch (reader.field()) {
      case 1: model.ir_version = reader.integer(); break;
      case 7:
        if (has_graph) return Damaged("the graph");
        has_graph = true;
        AQUA_TRY(ParseGraph(reader.bytes(), 0, model.graph));
        break;
      case 8: AQUA_TRY(ParseOpset(reader.bytes(), model.opset)); break;
      case 14: AQUA_TRY(CheckMetadata(reader.bytes())); break;
      case 20: return ModelError("unsupported_operator", "models with training information are not accepted; export for inference");
      case 25: AQUA_TRY(ParseFunction(reader.bytes())); break;
      default: break;
    }
  }
  if (reader.failed() || !has_graph) return ModelError("model_malformed", "not an ONNX model, or the file is damaged");
  return model;
}

}  // namespace aqua::inference
