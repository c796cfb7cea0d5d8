#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "aqua/inference/network.hpp"
#include "aqua/inference/testing/onnx_builder.hpp"

namespace aqua::inference::testing {

/// What every engine must do alike. Instantiate with INSTANTIATE_TEST_SUITE_P for the loader of an engine.
class NetworkConformanceTest : public ::testing::TestWithParam<NetworkLoader> {
 protected:
  static std::unique_ptr<Network> Load(const std::string& onnx, const NetworkOptions& options = {}) {
    auto network = GetParam()(AsBytes(onnx), options);
    if (!network) ADD_FAILURE() << network.error().message;
    return network ? *std::move(network) : nullptr;
  }

  /// Fills an input by a fixed rule that differs from item to item.
  static void Fill(std::span<float> input, std::uint32_t seed) {
    for (float& value : input) {
      seed = seed * 1664525U + 1013904223U;
      value = static_cast<float>(seed >> 8) / 16777216.0F * 2.0F - 1.0F;
    }
  }

  static std::vector<float> Infer(Network& network, std::size_t batch, std::uint32_t seed) {
    auto session = network.CreateSession();
    EXPECT_TRUE(session.has_value());
    Fill((*session)->Input(batch), seed);
    EXPECT_TRUE((*session)->Run(batch).has_value());
    const auto output = (*session)->Output(0, batch);
    return {output.begin(), output.end()};
  }
};

TEST_P(NetworkConformanceTest, DescribesInputAndOutputsOfOneItem) {
  const auto network = Load(MeanColourModel(8, 2.0F));
  ASSERT_NE(network, nullptr);
  EXPECT_EQ(network->input().name, "images");
  EXPECT_EQ(network->input().shape, (std::vector<std::size_t>{3, 8, 8}));
  ASSERT_EQ(network->outputs().size(), 1U);
  EXPECT_EQ(network->outputs()[0].name, "logits");
  EXPECT_EQ(network->outputs()[0].shape, (std::vector<std::size_t>{3}));
  EXPECT_FALSE(network->description().empty());
}

TEST_P(NetworkConformanceTest, ComputesWhatCanBeComputedByHand) {
  const auto network = Load(MeanColourModel(8, 2.0F));
  ASSERT_NE(network, nullptr);
  auto session = network->CreateSession();
  ASSERT_TRUE(session.has_value());
  const auto input = (*session)->Input(1);
  ASSERT_EQ(input.size(), 3U * 64);
  std::fill_n(input.begin(), 64, 0.25F);
  std::fill_n(input.begin() + 64, 64, -1.0F);
  std::fill_n(input.begin() + 128, 64, 3.0F);
  ASSERT_TRUE((*session)->Run(1).has_value());
  const auto logits = (*session)->Output(0, 1);
  ASSERT_EQ(logits.size(), 3U);
  EXPECT_NEAR(logits[0], 0.5F, 1e-5);
  EXPECT_NEAR(logits[1], -2.0F, 1e-5);
  EXPECT_NEAR(logits[2], 6.0F, 1e-5);
}

TEST_P(NetworkConformanceTest, GivesTheSameAnswerForTheSameInput) {
  const auto network = Load(ResidualModel(32, 5));
  ASSERT_NE(network, nullptr);
  EXPECT_EQ(Infer(*network, 1, 7), Infer(*network, 1, 7));
}

TEST_P(NetworkConformanceTest, AnItemGetsTheSameAnswerInABatchAndAlone) {
  NetworkOptions options;
  options.batch_sizes = {1, 3};
  const auto network = Load(ResidualModel(32, 5), options);
  ASSERT_NE(network, nullptr);
  const auto batched = Infer(*network, 3, 7);
  ASSERT_EQ(batched.size(), 15U);

  auto session = network->CreateSession();
  ASSERT_TRUE(session.has_value());
  std::vector<float> all(3 * network->input().size());
  Fill(all, 7);
  for (std::size_t item = 0; item < 3; ++item) {
    const auto input = (*session)->Input(1);
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(item * input.size()), input.size(), input.begin());
    ASSERT_TRUE((*session)->Run(1).has_value());
    const auto alone = (*session)->Output(0, 1);
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(alone[i], batched[item * 5 + i], 1e-4);
  }
}

TEST_P(NetworkConformanceTest, SessionsRunAtOnceWithoutDisturbingEachOther) {
  const auto network = Load(ResidualModel(32, 5));
  ASSERT_NE(network, nullptr);
  const auto first = Infer(*network, 1, 1);
  const auto second = Infer(*network, 1, 2);
  std::vector<std::jthread> threads;
  for (std::uint32_t seed = 1; seed <= 2; ++seed)
    threads.emplace_back([&, seed] {
      for (int i = 0; i < 5; ++i) EXPECT_EQ(Infer(*network, 1, seed), seed == 1 ? first : second);
    });
}

TEST_P(NetworkConformanceTest, RefusesBytesThatAreNoModel) {
  const auto network = GetParam()(AsBytes("this is not a model"), {});
  ASSERT_FALSE(network.has_value());
  EXPECT_FALSE(network.error().message.empty());
}

TEST_P(NetworkConformanceTest, RefusesAPrecisionItDoesNotKnow) {
  NetworkOptions options;
  options.precision = "fp7";
  const auto network = GetParam()(AsBytes(MeanColourModel(8, 1.0F)), options);
  ASSERT_FALSE(network.has_value());
  EXPECT_EQ(network.error().reason, "precision_not_supported");
}

}  // namespace aqua::inference::testing
