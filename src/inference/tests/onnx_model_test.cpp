#include "aqua/inference/onnx_model.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <limits>

#include "aqua/inference/testing/onnx_builder.hpp"

namespace aqua::inference {
namespace {

using ::testing::ElementsAre;
using testing::FloatTensor;
using ::testing::HasSubstr;
using testing::ImageGraph;
using testing::IntegerAttribute;
using testing::MeanColourModel;
using testing::Model;
using testing::Node;
using testing::ProtobufWriter;
using testing::ResidualModel;
using testing::ValueInfo;

// Field numbers of onnx.proto (ONNX 1.16).
constexpr std::uint32_t kGraphNode = 1;
constexpr std::uint32_t kGraphInitializer = 5;
constexpr std::uint32_t kGraphInput = 11;
constexpr std::uint32_t kGraphOutput = 12;
constexpr std::uint32_t kGraphValue = 13;
constexpr std::uint32_t kGraphSparseInitializer = 15;
constexpr std::uint32_t kGraphMetadata = 16;
constexpr std::uint32_t kModelGraph = 7;
constexpr std::uint32_t kModelOpset = 8;
constexpr std::uint32_t kModelMetadata = 14;
constexpr std::uint32_t kModelTraining = 20;
constexpr std::uint32_t kModelFunction = 25;
constexpr std::uint32_t kAttributeTensor = 5;
constexpr std::uint32_t kAttributeGraph = 6;
constexpr std::uint32_t kAttributeTensors = 10;
constexpr std::uint32_t kAttributeGraphs = 11;
constexpr std::uint32_t kAttributeSparse = 22;
constexpr std::uint32_t kNodeDomain = 7;
constexpr std::uint32_t kNodeMetadata = 9;

/// Reason of the refusal, "" when the model passes.
std::string Reason(const std::string& file, const OnnxLimits& limits = {}) {
  const auto model = InspectOnnx(AsBytes(file), limits);
  if (model) return "";
  EXPECT_FALSE(model.error().message.empty());
  EXPECT_EQ(model.error().code, model.error().reason == "model_too_large" ? ErrorCode::kResourceExhausted : ErrorCode::kInvalidArgument);
  return model.error().reason;
}

/// A graph that passes: logits = Relu(images), shapes as declared. More is added to it by the tests.
ProtobufWriter GoodGraph() { return ImageGraph(4, 3).Message(kGraphNode, Node("Relu", {"images"}, {"logits"})); }

std::string WithNode(const ProtobufWriter& node) { return Model(GoodGraph().Message(kGraphNode, node)).bytes(); }

ProtobufWriter Entry(std::string_view key, std::string_view value) { return ProtobufWriter().Text(1, key).Text(2, value); }

/// A tensor of one float whose data lies in another file.
ProtobufWriter ExternalTensor() {
  return ProtobufWriter().Integer(1, 1).Integer(2, 1).Text(8, "w").Message(13, Entry("location", "/etc/passwd")).Integer(14, 1);
}

ProtobufWriter Attribute(std::uint32_t field, const ProtobufWriter& content) { return ProtobufWriter().Text(1, "value").Message(field, content); }

TEST(OnnxModelTest, TheGraphThatTheRefusalsStartFromPasses) { EXPECT_EQ(Reason(Model(GoodGraph()).bytes()), ""); }

TEST(OnnxModelTest, SummarisesAModel) {
  const std::string file = MeanColourModel(8, 2.0F);
  const auto model = InspectOnnx(AsBytes(file));
  ASSERT_TRUE(model.has_value()) << model.error().message;
  EXPECT_EQ(model->ir_version, 7);
  EXPECT_EQ(model->opset, 13);
  ASSERT_EQ(model->inputs.size(), 1U);
  EXPECT_EQ(model->inputs[0].name, "images");
  EXPECT_EQ(model->inputs[0].type, OnnxType::kFloat);
  EXPECT_THAT(model->inputs[0].shape, ElementsAre(-1, 3, 8, 8));
  ASSERT_EQ(model->outputs.size(), 1U);
  EXPECT_EQ(model->outputs[0].name, "logits");
  EXPECT_THAT(model->outputs[0].shape, ElementsAre(-1, 3));
  EXPECT_EQ(model->parameter_count, 9);
  ASSERT_EQ(model->nodes.size(), 3U);
  EXPECT_EQ(model->nodes[2].op_type, "Gemm");
  EXPECT_THAT(model->nodes[2].inputs, ElementsAre("flat", "weights"));
  ASSERT_NE(model->nodes[2].Find("transB"), nullptr);
  EXPECT_EQ(model->nodes[2].Find("transB")->integer, 1);
  EXPECT_EQ(model->nodes[2].Find("alpha"), nullptr);
  ASSERT_EQ(model->initializers.size(), 1U);
  EXPECT_EQ(model->initializers[0].data.size(), 36U);
}

TEST(OnnxModelTest, CountsOperatorsAndParameters) {
  const std::string file = ResidualModel(32, 5);
  const auto model = InspectOnnx(AsBytes(file));
  ASSERT_TRUE(model.has_value()) << model.error().message;
  EXPECT_EQ(model->operator_counts.at("Conv"), 3);
  EXPECT_EQ(model->operator_counts.at("Relu"), 2);
  // 3·8·9 + 8, 2·8·9 + 8, 8·8 + 8, 8·5 + 5.
  EXPECT_EQ(model->parameter_count, 224 + 152 + 72 + 45);
}

TEST(OnnxModelTest, AnInitializerThatIsAlsoListedAsInputIsNoInput) {
  const std::string file = Model(GoodGraph().Message(kGraphInitializer, FloatTensor("w", {1}, {1})).Message(kGraphInput, ValueInfo("w", {1}))).bytes();
  const auto model = InspectOnnx(AsBytes(file));
  ASSERT_TRUE(model.has_value()) << model.error().message;
  ASSERT_EQ(model->inputs.size(), 1U);
  EXPECT_EQ(model->inputs[0].name, "images");
}

TEST(OnnxModelTest, ReadsListsInAttributesPackedAndUnpackedAlike) {
  const ProtobufWriter packed_integers = ProtobufWriter().Varint(3).Varint(300);
  const float reals[] = {0.5F, -2.0F};
  const ProtobufWriter attribute = ProtobufWriter()
                                       .Text(1, "lists")
                                       .Integer(8, 7)
                                       .Message(8, packed_integers)
                                       .Real(7, 1.5F)
                                       .Text(7, {reinterpret_cast<const char*>(reals), sizeof reals})
                                       .Real(7, 4.0F);
  const std::string file = WithNode(Node("Relu", {"images"}, {"more"}, {attribute}));
  const auto model = InspectOnnx(AsBytes(file));
  ASSERT_TRUE(model.has_value()) << model.error().message;
  const OnnxAttribute* found = model->nodes[1].Find("lists");
  ASSERT_NE(found, nullptr);
  EXPECT_THAT(found->integers, ElementsAre(7, 3, 300));
  EXPECT_THAT(found->reals, ElementsAre(1.5F, 0.5F, -2.0F, 4.0F));
}

TEST(OnnxModelTest, RefusesExternalDataInAnInitializer) {
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, ExternalTensor())).bytes()), "external_data");
}

TEST(OnnxModelTest, RefusesATensorThatOnlyClaimsToLieElsewhere) {
  ProtobufWriter tensor = FloatTensor("w", {1}, {1});
  tensor.Integer(14, 1);
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, tensor)).bytes()), "external_data");
  ProtobufWriter inside = FloatTensor("w", {1}, {1});
  inside.Integer(14, 0);
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, inside)).bytes()), "");
}

TEST(OnnxModelTest, RefusesExternalDataInTheValuesAndIndicesOfASparseInitializer) {
  for (const std::uint32_t part : {1U, 2U})
    EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphSparseInitializer, ProtobufWriter().Message(part, ExternalTensor()))).bytes()), "external_data");
}

TEST(OnnxModelTest, RefusesExternalDataInEveryKindOfAttributeTensor) {
  for (const std::uint32_t field : {kAttributeTensor, kAttributeTensors})
    EXPECT_EQ(Reason(WithNode(Node("Constant", {}, {"c"}, {Attribute(field, ExternalTensor())}))), "external_data");
  for (const std::uint32_t part : {1U, 2U})
    EXPECT_EQ(Reason(WithNode(Node("Constant", {}, {"c"}, {Attribute(kAttributeSparse, ProtobufWriter().Message(part, ExternalTensor()))}))), "external_data");
}

TEST(OnnxModelTest, RefusesExternalDataInTheSubgraphOfAnIf) {
  const ProtobufWriter branch = ProtobufWriter().Text(2, "branch").Message(kGraphInitializer, ExternalTensor());
  for (const std::uint32_t field : {kAttributeGraph, kAttributeGraphs})
    EXPECT_EQ(Reason(WithNode(Node("If", {"images"}, {"y"}, {Attribute(field, branch)}))), "external_data");
}

TEST(OnnxModelTest, RefusesExternalDataInTheBodyOfAFunction) {
  ProtobufWriter model = Model(GoodGraph());
  model.Message(kModelFunction, ProtobufWriter().Text(1, "f").Message(7, Node("Constant", {}, {"c"}, {Attribute(kAttributeTensor, ExternalTensor())})));
  EXPECT_EQ(Reason(model.bytes()), "external_data");
}

TEST(OnnxModelTest, RefusesFunctions) {
  ProtobufWriter model = Model(GoodGraph());
  model.Message(kModelFunction, ProtobufWriter().Text(1, "f").Message(7, Node("Relu", {"x"}, {"y"})));
  EXPECT_EQ(Reason(model.bytes()), "unsupported_operator");
}

TEST(OnnxModelTest, RefusesACustomDomain) {
  ProtobufWriter node = Node("Relu", {"images"}, {"y"});
  node.Text(kNodeDomain, "com.example");
  EXPECT_EQ(Reason(WithNode(node)), "custom_domain") << "of a node";
  ProtobufWriter opset = Model(GoodGraph());
  opset.Message(kModelOpset, ProtobufWriter().Text(1, "com.example").Integer(2, 1));
  EXPECT_EQ(Reason(opset.bytes()), "custom_domain") << "of an operator set";
  ProtobufWriter function = Model(GoodGraph());
  function.Message(kModelFunction, ProtobufWriter().Text(1, "f").Text(10, "com.example"));
  EXPECT_EQ(Reason(function.bytes()), "custom_domain") << "of a function";
}

TEST(OnnxModelTest, AcceptsTheStandardDomains) {
  for (const char* domain : {"", "ai.onnx", "ai.onnx.ml"}) {
    ProtobufWriter node = Node("Relu", {"images"}, {"y"});
    node.Text(kNodeDomain, domain);
    EXPECT_EQ(Reason(WithNode(node)), "") << domain;
  }
  ProtobufWriter model = Model(GoodGraph());
  model.Message(kModelOpset, ProtobufWriter().Text(1, "ai.onnx.ml").Integer(2, 3));
  EXPECT_EQ(Reason(model.bytes()), "");
}

TEST(OnnxModelTest, RefusesControlFlowAndUnknownOperators) {
  for (const char* op_type : {"If", "Loop", "Scan", "SequenceMap", "CallPython", "relu", ""}) {
    const auto model = InspectOnnx(AsBytes(WithNode(Node(op_type, {"images"}, {"y"}))));
    ASSERT_FALSE(model.has_value()) << op_type;
    EXPECT_EQ(model.error().reason, "unsupported_operator");
    EXPECT_THAT(model.error().message, HasSubstr(std::string("'") + op_type + "'"));
  }
}

TEST(OnnxModelTest, RefusesAKnownOperatorThatHoldsAGraph) {
  EXPECT_EQ(Reason(WithNode(Node("Relu", {"images"}, {"y"}, {Attribute(kAttributeGraph, ProtobufWriter().Text(2, "hidden"))}))), "unsupported_operator");
}

TEST(OnnxModelTest, RefusesMetadataThatAsksForCodeOrDataFromElsewhere) {
  const std::pair<const char*, const char*> keys[] = {
      {"custom_ops_library", "custom_domain"}, {"external_data_path", "external_data"}, {"*/_ORT_MEM_ADDR_/*", "external_data"}};
  for (const auto& [key, reason] : keys) {
    ProtobufWriter model = Model(GoodGraph());
    model.Message(kModelMetadata, Entry(key, "x"));
    EXPECT_EQ(Reason(model.bytes()), reason) << key;
    EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphMetadata, Entry(key, "x"))).bytes()), reason) << key;
    ProtobufWriter node = Node("Relu", {"images"}, {"y"});
    node.Message(kNodeMetadata, Entry(key, "x"));
    EXPECT_EQ(Reason(WithNode(node)), reason) << key;
  }
  ProtobufWriter model = Model(GoodGraph());
  model.Message(kModelMetadata, Entry("author", "custom_ops external"));
  EXPECT_EQ(Reason(model.bytes()), "");
}

/// A model whose Relu holds a graph, whose Relu holds a graph, … `levels` deep.
std::string NestedModel(int levels) {
  ProtobufWriter graph = ProtobufWriter().Text(2, "innermost");
  for (int i = 1; i < levels; ++i) graph = ProtobufWriter().Message(kGraphNode, Node("Relu", {"x"}, {"y"}, {Attribute(kAttributeGraph, graph)}));
  return WithNode(Node("Relu", {"images"}, {"y"}, {Attribute(kAttributeGraph, graph)}));
}

TEST(OnnxModelTest, RefusesGraphsNestedMoreThanTenLevelsDeep) {
  EXPECT_EQ(Reason(NestedModel(11)), "model_too_large");
  EXPECT_EQ(Reason(NestedModel(10)), "unsupported_operator");
  EXPECT_EQ(Reason(NestedModel(2000)), "model_too_large");
}

TEST(OnnxModelTest, RefusesMoreThanTwentyThousandNodes) {
  ProtobufWriter graph = GoodGraph();
  for (int i = 1; i < 20'000; ++i) graph.Message(kGraphNode, ProtobufWriter().Text(4, "Relu").Text(1, "images"));
  EXPECT_EQ(Reason(Model(graph).bytes()), "");
  graph.Message(kGraphNode, ProtobufWriter().Text(4, "Relu").Text(1, "images"));
  EXPECT_EQ(Reason(Model(graph).bytes()), "model_too_large");
}

TEST(OnnxModelTest, NodesOfSubgraphsCountToo) {
  ProtobufWriter branch;
  for (int i = 0; i < 20'000; ++i) branch.Message(kGraphNode, ProtobufWriter().Text(4, "Relu"));
  EXPECT_EQ(Reason(WithNode(Node("If", {"images"}, {"y"}, {Attribute(kAttributeGraph, branch)}))), "model_too_large");
}

TEST(OnnxModelTest, RefusesMoreEntriesThanTheLimit) {
  OnnxLimits limits;
  limits.max_entries = 1000;
  ProtobufWriter attributes = Node("Relu", {"images"}, {"y"});
  ProtobufWriter names = attributes;
  for (int i = 0; i < 1000; ++i) {
    attributes.Text(5, "");
    names.Text(1, "images");
  }
  ProtobufWriter values = GoodGraph();
  ProtobufWriter numbers;
  for (int i = 0; i < 1001; ++i) {
    values.Text(kGraphValue, "");
    numbers.Varint(1);
  }
  EXPECT_EQ(Reason(WithNode(attributes), limits), "model_too_large");
  EXPECT_EQ(Reason(WithNode(names), limits), "model_too_large");
  EXPECT_EQ(Reason(Model(values).bytes(), limits), "model_too_large");
  EXPECT_EQ(Reason(WithNode(Node("Relu", {"images"}, {"y"}, {Attribute(8, numbers)})), limits), "model_too_large");
  EXPECT_EQ(Reason(WithNode(Node("Relu", {"images"}, {"y"}, {Attribute(7, ProtobufWriter().Text(1, std::string(4000, '\0')))})), limits), "model_malformed");
  EXPECT_EQ(Reason(WithNode(Node("Relu", {"images"}, {"y"}, {ProtobufWriter().Text(7, std::string(4004, '\0'))})), limits), "model_too_large");
  EXPECT_EQ(Reason(Model(GoodGraph()).bytes(), limits), "");
}

TEST(OnnxModelTest, RefusesOperatorSetsOutsideTheRange) {
  const std::pair<std::int64_t, const char*> opsets[] = {{6, "unsupported_opset"}, {7, ""}, {21, ""}, {22, "unsupported_opset"}, {-1, "unsupported_opset"}};
  for (const auto& [opset, reason] : opsets) EXPECT_EQ(Reason(Model(GoodGraph(), opset).bytes()), reason) << opset;
  EXPECT_EQ(Reason(ProtobufWriter().Message(kModelGraph, GoodGraph()).bytes()), "unsupported_opset") << "none at all";
}

TEST(OnnxModelTest, RefusesTwoVersionsOfTheStandardOperatorSet) {
  ProtobufWriter model = Model(GoodGraph(), 99);
  model.Message(kModelOpset, ProtobufWriter().Text(1, "ai.onnx").Integer(2, 13));
  EXPECT_EQ(Reason(model.bytes()), "unsupported_opset");
}

TEST(OnnxModelTest, RefusesACycle) {
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphNode, Node("Relu", {"b"}, {"a"})).Message(kGraphNode, Node("Relu", {"a"}, {"b"}))).bytes()), "cyclic_graph");
  EXPECT_EQ(Reason(WithNode(Node("Relu", {"self"}, {"self"}))), "cyclic_graph");
}

TEST(OnnxModelTest, RefusesAGraphThatIsNotSorted) {
  EXPECT_EQ(
      Reason(Model(GoodGraph().Message(kGraphNode, Node("Relu", {"first"}, {"second"})).Message(kGraphNode, Node("Relu", {"images"}, {"first"}))).bytes()),
      "cyclic_graph");
}

TEST(OnnxModelTest, AnEmptyInputNameIsAnOptionalInputLeftOut) { EXPECT_EQ(Reason(WithNode(Node("Clip", {"images", "", ""}, {"y"}))), ""); }

TEST(OnnxModelTest, RefusesANameThatStandsForTwoThings) {
  EXPECT_EQ(Reason(WithNode(Node("Relu", {"images"}, {"logits"}))), "model_malformed") << "two nodes";
  EXPECT_EQ(Reason(WithNode(Node("Relu", {"images"}, {"images"}))), "model_malformed") << "a node and an input";
  EXPECT_EQ(Reason(WithNode(Node("Split", {"images"}, {"half", "half"}))), "model_malformed") << "two outputs of a node";
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphOutput, ValueInfo("logits", {-1, 3}))).bytes()), "model_malformed") << "two outputs of the graph";
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInput, ValueInfo("images", {-1, 3}))).bytes()), "model_malformed") << "two inputs of the graph";
  const ProtobufWriter weight = FloatTensor("w", {1}, {1});
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, weight).Message(kGraphInitializer, weight)).bytes()), "model_malformed") << "two initializers";
}

TEST(OnnxModelTest, RefusesAnOutputThatIsNeverComputed) {
  EXPECT_EQ(Reason(Model(ImageGraph(4, 3).Message(kGraphNode, Node("Relu", {"images"}, {"other"}))).bytes()), "model_malformed");
}

TEST(OnnxModelTest, RefusesAGraphWithoutInputsOrOutputs) {
  EXPECT_EQ(Reason(Model(ProtobufWriter().Text(2, "empty")).bytes()), "model_malformed");
  EXPECT_EQ(Reason(Model(ProtobufWriter().Message(kGraphInput, ValueInfo("images", {-1, 3}))).bytes()), "model_malformed");
}

TEST(OnnxModelTest, RefusesTwoGraphs) {
  ProtobufWriter model = Model(GoodGraph());
  model.Message(kModelGraph, GoodGraph());
  EXPECT_EQ(Reason(model.bytes()), "model_malformed");
}

TEST(OnnxModelTest, RefusesDimensionsWhoseProductOverflows) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 40;
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, FloatTensor("w", {kHuge, kHuge}, {1}))).bytes()), "model_too_large");
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, FloatTensor("w", {std::numeric_limits<std::int64_t>::max(), 2}, {1}))).bytes()),
            "model_too_large");
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, FloatTensor("w", {-1}, {1}))).bytes()), "unsupported_shape");
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, FloatTensor("w", {kHuge, kHuge, 0}, {}))).bytes()), "model_too_large");
}

TEST(OnnxModelTest, RefusesTooManyDimensions) {
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, FloatTensor("w", std::vector<std::int64_t>(16, 1), {1}))).bytes()), "");
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, FloatTensor("w", std::vector<std::int64_t>(17, 1), {1}))).bytes()), "model_too_large");
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphValue, ValueInfo("v", std::vector<std::int64_t>(17, 1)))).bytes()), "unsupported_shape");
}

TEST(OnnxModelTest, RefusesATensorWithMoreOrFewerValuesThanItsShapeSays) {
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, FloatTensor("w", {2}, {1}))).bytes()), "model_malformed");
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, FloatTensor("w", {2}, {1, 2, 3}))).bytes()), "model_malformed");
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, FloatTensor("w", {0}, {}))).bytes()), "");
}

ProtobufWriter ListedTensor(OnnxType type, std::uint32_t list, const ProtobufWriter& values, std::int64_t count) {
  return ProtobufWriter().Integer(1, count).Integer(2, static_cast<std::int64_t>(type)).Text(8, "w").Message(list, values);
}

TEST(OnnxModelTest, ValuesMayBeListedInTheFieldOfTheirType) {
  const ProtobufWriter two = ProtobufWriter().Varint(1).Varint(500);
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, ListedTensor(OnnxType::kInt64, 7, two, 2))).bytes()), "");
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, ListedTensor(OnnxType::kFloat16, 5, two, 2))).bytes()), "");
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, ListedTensor(OnnxType::kInt64, 7, two, 3))).bytes()), "model_malformed");
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, ListedTensor(OnnxType::kFloat, 5, two, 2))).bytes()), "model_malformed");
  const ProtobufWriter eight =
      ProtobufWriter().Integer(1, 1).Integer(2, static_cast<std::int64_t>(OnnxType::kInt64)).Text(8, "w").Text(4, std::string(8, '\0'));
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, eight)).bytes()), "model_malformed");
}

TEST(OnnxModelTest, RefusesElementTypesThatNoModelOfOursHas) {
  for (const std::int64_t type : {0, 8, 14, 99})
    EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, ProtobufWriter().Integer(1, 0).Integer(2, type).Text(8, "w"))).bytes()),
              "unsupported_operator")
        << type;
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInitializer, ProtobufWriter().Integer(1, 1).Integer(2, 8).Text(6, "text"))).bytes()),
            "unsupported_operator");
}

TEST(OnnxModelTest, OnlyTheBatchDimensionOfInputsAndOutputsMayVary) {
  const auto with_input = [](const std::vector<std::int64_t>& shape) {
    return Model(ProtobufWriter()
                     .Message(kGraphInput, ValueInfo("x", shape))
                     .Message(kGraphOutput, ValueInfo("y", {-1}))
                     .Message(kGraphNode, Node("Relu", {"x"}, {"y"})))
        .bytes();
  };
  EXPECT_EQ(Reason(with_input({-1, 3, 8, 8})), "");
  EXPECT_EQ(Reason(with_input({1, 3, 8, 8})), "");
  EXPECT_EQ(Reason(with_input({-1, 3, -1, 8})), "unsupported_shape");
  EXPECT_EQ(Reason(with_input({-1, 3, 0, 8})), "unsupported_shape");
  EXPECT_EQ(Reason(with_input({0, 3, 8, 8})), "unsupported_shape");
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphOutput, ValueInfo("more", {-1, -1})).Message(kGraphNode, Node("Relu", {"images"}, {"more"}))).bytes()),
            "unsupported_shape");
}

TEST(OnnxModelTest, RefusesAnInputThatIsNotATensor) {
  const ProtobufWriter sequence = ProtobufWriter().Text(1, "s").Message(2, ProtobufWriter().Message(4, ProtobufWriter()));
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphInput, sequence)).bytes()), "unsupported_shape");
}

TEST(OnnxModelTest, RefusesDeclaredTensorsAboveOneGibibyte) {
  // 2^28 floats are 1 GiB; images and logits come on top.
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphValue, ValueInfo("v", {-1, 1 << 14, 1 << 14}))).bytes()), "model_too_large");
  EXPECT_EQ(Reason(Model(GoodGraph().Message(kGraphValue, ValueInfo("v", {-1, 1 << 13, 1 << 14}))).bytes()), "");
  ProtobufWriter sum = GoodGraph();
  sum.Message(kGraphValue, ValueInfo("v", {-1, 1 << 13, 1 << 14})).Message(kGraphValue, ValueInfo("w", {-1, 1 << 13, 1 << 14}));
  EXPECT_EQ(Reason(Model(sum).bytes()), "model_too_large");
}

TEST(OnnxModelTest, RefusesTrainingInformation) {
  ProtobufWriter model = Model(GoodGraph());
  model.Message(kModelTraining, ProtobufWriter());
  EXPECT_EQ(Reason(model.bytes()), "unsupported_operator");
}

TEST(OnnxModelTest, AFileCutAnywhereIsRefusedOrCutBetweenFields) {
  const std::string whole = ResidualModel(16, 3);
  ASSERT_EQ(Reason(whole), "");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    // A buffer of just that length, so that the sanitizer sees any read beyond it.
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    const auto model = InspectOnnx(cut);
    // The graph is one field and the operator set follows it: nothing shorter than the whole is a model.
    ASSERT_FALSE(model.has_value()) << length;
    EXPECT_TRUE(model.error().reason == "model_malformed" || model.error().reason == "unsupported_opset") << model.error().reason;
  }
}

TEST(OnnxModelTest, AnyBitFlippedIsRefusedOrRead) {
  const std::string whole = MeanColourModel(4, 1);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes damaged(whole.begin(), whole.end());
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << (bit % 8)));
    const auto model = InspectOnnx(damaged);
    EXPECT_TRUE(model.has_value() || !model.error().reason.empty());
  }
}

TEST(OnnxModelTest, RefusesBytesThatAreNoModel) {
  for (const std::string_view text : {std::string_view(""), std::string_view("this is not a model"), std::string_view("\x7f\x45\x4c\x46"),
                                      std::string_view("\x3b\x3c"), std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")})
    EXPECT_EQ(Reason(std::string(text)), "model_malformed");
}

TEST(OnnxModelTest, UnknownFieldsAloneMakeNoModelAndDisturbNone) {
  ProtobufWriter fields;
  for (std::uint32_t field = 100; field < 400; ++field) fields.Text(field, "garbage");
  EXPECT_EQ(Reason(fields.bytes()), "model_malformed");
  EXPECT_EQ(Reason(fields.bytes() + Model(GoodGraph()).bytes()), "");
}

TEST(OnnxModelTest, RefusesAFileAboveTheSizeLimit) {
  const std::string file = Model(GoodGraph()).bytes();
  OnnxLimits limits;
  limits.max_file_bytes = file.size();
  EXPECT_EQ(Reason(file, limits), "");
  limits.max_file_bytes = file.size() - 1;
  EXPECT_EQ(Reason(file, limits), "model_too_large");
}

std::int64_t PeakMemoryKiB() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(OnnxModelTest, SizesThatTheFileOnlyClaimsCostNoMemory) {
  constexpr std::int64_t kClaim = std::int64_t{512} << 20;
  const std::string tensor = Model(GoodGraph().Message(kGraphInitializer, FloatTensor("w", {kClaim / 4}, {1}))).bytes();
  const std::string length = ProtobufWriter().Varint(kModelGraph << 3 | 2).Varint(static_cast<std::uint64_t>(kClaim)).bytes() + "tiny";
  const std::string endless = ProtobufWriter().Varint(kModelGraph << 3 | 2).Varint(std::numeric_limits<std::uint64_t>::max()).bytes() + "tiny";
  const std::int64_t before = PeakMemoryKiB();
  for (const std::string& file : {tensor, length, endless}) EXPECT_EQ(Reason(file), "model_malformed");
  EXPECT_LT(PeakMemoryKiB() - before, 16 * 1024);
}

TEST(OnnxModelTest, NamesInMessagesCannotSteerATerminal) {
  const auto model = InspectOnnx(AsBytes(WithNode(Node("\x1b[2J", {"images"}, {"y"}))));
  ASSERT_FALSE(model.has_value());
  EXPECT_THAT(model.error().message, HasSubstr("\\x1b[2J"));
}

}  // namespace
}  // namespace aqua::inference
