#include "aqua/inference_reference/reference_network.hpp"

#include <algorithm>

#include "aqua/inference/testing/network_conformance.hpp"

namespace aqua::inference::testing {

INSTANTIATE_TEST_SUITE_P(Reference, NetworkConformanceTest, ::testing::Values(&LoadReferenceNetwork));

namespace {

std::vector<float> RunOne(const std::string& onnx, const std::vector<float>& input) {
  auto network = LoadReferenceNetwork(AsBytes(onnx), {});
  EXPECT_TRUE(network.has_value()) << (network ? "" : network.error().message);
  auto session = (*network)->CreateSession();
  const auto memory = (*session)->Input(1);
  EXPECT_EQ(memory.size(), input.size());
  std::copy(input.begin(), input.end(), memory.begin());
  EXPECT_TRUE((*session)->Run(1).has_value());
  const auto output = (*session)->Output(0, 1);
  return {output.begin(), output.end()};
}

ProtobufWriter OneChannelGraph(std::int64_t size, const std::vector<std::int64_t>& output) {
  return ProtobufWriter().Message(11, ValueInfo("x", {-1, 1, size, size})).Message(12, ValueInfo("y", output));
}

TEST(ReferenceNetworkTest, ConvolvesAPaddedImageAsComputedByHand) {
  // Kernel of ones over [[1,2],[3,4]] padded by zeros: every position sees all four values.
  ProtobufWriter graph = OneChannelGraph(2, {-1, 1, 2, 2});
  graph.Message(5, FloatTensor("w", {1, 1, 3, 3}, std::vector<float>(9, 1.0F)))
      .Message(5, FloatTensor("b", {1}, {0.5F}))
      .Message(1, Node("Conv", {"x", "w", "b"}, {"y"}, {IntegersAttribute("pads", {1, 1, 1, 1})}));
  EXPECT_EQ(RunOne(Model(graph).bytes(), {1, 2, 3, 4}), (std::vector<float>{10.5F, 10.5F, 10.5F, 10.5F}));
}

TEST(ReferenceNetworkTest, PoolsTheMaximumWithStride) {
  ProtobufWriter graph = OneChannelGraph(4, {-1, 1, 2, 2});
  graph.Message(1, Node("MaxPool", {"x"}, {"y"}, {IntegersAttribute("kernel_shape", {2, 2}), IntegersAttribute("strides", {2, 2})}));
  EXPECT_EQ(RunOne(Model(graph).bytes(), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}), (std::vector<float>{6, 8, 14, 16}));
}

TEST(ReferenceNetworkTest, RefusesAnOperatorItDoesNotHave) {
  ProtobufWriter graph = OneChannelGraph(2, {-1, 1, 2, 2});
  graph.Message(1, Node("Erf", {"x"}, {"y"}));
  const std::string onnx = Model(graph).bytes();
  const auto network = LoadReferenceNetwork(AsBytes(onnx), {});
  ASSERT_FALSE(network.has_value());
  EXPECT_EQ(network.error().reason, "engine_refused");
  EXPECT_NE(network.error().message.find("Erf"), std::string::npos);
}

TEST(ReferenceNetworkTest, AnOutputOfAnotherShapeThanDeclaredFailsTheRun) {
  ProtobufWriter wrong = OneChannelGraph(2, {-1, 3});
  wrong.Message(1, Node("Flatten", {"x"}, {"y"}));
  ProtobufWriter constant = OneChannelGraph(2, {-1, 3});
  constant.Message(5, FloatTensor("y", {1, 3}, {1, 2, 3}));
  for (const ProtobufWriter& graph : {wrong, constant}) {
    const std::string onnx = Model(graph).bytes();
    const auto network = LoadReferenceNetwork(AsBytes(onnx), {});
    ASSERT_TRUE(network.has_value()) << network.error().message;
    const auto session = (*network)->CreateSession();
    std::ranges::fill((*session)->Input(1), 0.0F);
    const Status status = (*session)->Run(1);
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().reason, "engine_failed");
  }
}

TEST(ReferenceNetworkTest, RefusesAnEmptyWeight) {
  // Broadcast against one value, an empty weight would be read beyond its end.
  ProtobufWriter graph = OneChannelGraph(1, {-1, 1, 1, 1});
  graph.Message(5, FloatTensor("w", {0}, {})).Message(1, Node("Add", {"x", "w"}, {"y"}));
  const std::string onnx = Model(graph).bytes();
  const auto network = LoadReferenceNetwork(AsBytes(onnx), {});
  ASSERT_FALSE(network.has_value());
  EXPECT_EQ(network.error().reason, "engine_refused");
}

}  // namespace
}  // namespace aqua::inference::testing
