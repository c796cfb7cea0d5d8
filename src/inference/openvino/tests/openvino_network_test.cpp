#include "aqua/inference_openvino/openvino_network.hpp"

#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/inference/testing/network_conformance.hpp"
#include "aqua/inference_reference/reference_network.hpp"

namespace aqua::inference::testing {

INSTANTIATE_TEST_SUITE_P(OpenVino, NetworkConformanceTest, ::testing::Values(&LoadOpenVinoNetwork));

namespace {

std::vector<float> Infer(NetworkLoader loader, const std::string& onnx, const NetworkOptions& options) {
  auto network = loader(AsBytes(onnx), options);
  EXPECT_TRUE(network.has_value()) << (network ? "" : network.error().message);
  auto session = (*network)->CreateSession();
  std::uint32_t seed = 99;
  for (float& value : (*session)->Input(1)) {
    seed = seed * 1664525U + 1013904223U;
    value = static_cast<float>(seed >> 8) / 16777216.0F * 4.0F - 2.0F;
  }
  EXPECT_TRUE((*session)->Run(1).has_value());
  const auto output = (*session)->Output(0, 1);
  return {output.begin(), output.end()};
}

TEST(OpenVinoNetworkTest, AgreesWithTheReferenceEngine) {
  const std::string onnx = ResidualModel(48, 19);
  const auto ours = Infer(&LoadOpenVinoNetwork, onnx, {});
  const auto reference = Infer(&LoadReferenceNetwork, onnx, {});
  ASSERT_EQ(ours.size(), reference.size());
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i], reference[i], 1e-4);
}

TEST(OpenVinoNetworkTest, ComputesInFp32UnlessBf16IsAskedFor) {
  // The plugin's own default would be bf16 on processors that have it, with differences near 1e-2.
  const std::string onnx = ResidualModel(48, 19);
  NetworkOptions bf16;
  bf16.precision = "bf16";
  const auto lower = Infer(&LoadOpenVinoNetwork, onnx, bf16);
  const auto reference = Infer(&LoadReferenceNetwork, onnx, {});
  for (std::size_t i = 0; i < lower.size(); ++i) EXPECT_NEAR(lower[i], reference[i], 0.1);
}

TEST(OpenVinoNetworkTest, RefusesOtherThanOneFloat32InputAndFloat32Outputs) {
  // Declared as float32, but Shape computes integers.
  ProtobufWriter integers = ImageGraph(8, 4);
  integers.Message(1, Node("Shape", {"images"}, {"logits"}));
  ProtobufWriter bytes = ProtobufWriter().Message(11, ValueInfo("images", {-1, 3, 8, 8}, 2)).Message(12, ValueInfo("logits", {-1, 3, 8, 8}, 2));
  bytes.Message(1, Node("Identity", {"images"}, {"logits"}));
  ProtobufWriter two_inputs =
      ProtobufWriter().Message(11, ValueInfo("a", {-1, 3})).Message(11, ValueInfo("b", {-1, 3})).Message(12, ValueInfo("logits", {-1, 3}));
  two_inputs.Message(1, Node("Add", {"a", "b"}, {"logits"}));
  for (const ProtobufWriter& graph : {integers, bytes, two_inputs}) {
    const std::string onnx = Model(graph).bytes();
    const auto network = LoadOpenVinoNetwork(AsBytes(onnx), {});
    ASSERT_FALSE(network.has_value());
    EXPECT_EQ(network.error().reason, "engine_refused");
  }
}

TEST(OpenVinoNetworkTest, LoadsFromItsCacheWithTheSameAnswer) {
  const base::testing::TemporaryFolder folder;
  NetworkOptions options;
  options.cache_folder = folder.path();
  const std::string onnx = ResidualModel(32, 4);
  const auto first = Infer(&LoadOpenVinoNetwork, onnx, options);
  EXPECT_FALSE(std::filesystem::is_empty(folder.path()));
  EXPECT_EQ(Infer(&LoadOpenVinoNetwork, onnx, options), first);
}

TEST(OpenVinoNetworkTest, LoadsInSpiteOfADamagedOrUnusableCache) {
  const base::testing::TemporaryFolder folder;
  NetworkOptions options;
  options.cache_folder = folder.path() / "cache";
  const std::string onnx = ResidualModel(32, 4);
  const auto first = Infer(&LoadOpenVinoNetwork, onnx, options);
  for (const auto& entry : std::filesystem::directory_iterator(options.cache_folder))
    std::filesystem::resize_file(entry.path(), std::filesystem::file_size(entry.path()) / 2);
  EXPECT_EQ(Infer(&LoadOpenVinoNetwork, onnx, options), first);
  options.cache_folder = folder.Write("file", "not a folder");
  EXPECT_EQ(Infer(&LoadOpenVinoNetwork, onnx, options), first);
}

}  // namespace
}  // namespace aqua::inference::testing
