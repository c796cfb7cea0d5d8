#include "aqua/cache/tiered_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "aqua/cache/memory_store.hpp"
#include "aqua/cache/testing/faulty_store.hpp"
#include "aqua/cache/testing/manual_steady_clock.hpp"

namespace aqua::cache {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

class TieredStoreTest : public ::testing::Test {
 protected:
  TieredStoreTest() {
    auto front = std::make_unique<MemoryStore>(MemoryStoreConfig{.max_entries = 2}, clock_.clock());
    auto back = std::make_unique<MemoryStore>(MemoryStoreConfig{}, clock_.clock());
    front_ = front.get();
    back_ = back.get();
    store_ = std::make_unique<TieredStore>(std::move(front), std::make_unique<testing::FaultyStore>(std::move(back), fault_), seconds(1), "test", metrics_);
  }

  static std::string Get(Store& store, std::string_view key) { return store.Get(key).value().value_or("-"); }
  void ExpectErrors(int count) { EXPECT_THAT(metrics_.Text(), HasSubstr("aqua_cache_back_errors_total{store=\"test\"} " + std::to_string(count) + "\n")); }

  testing::ManualSteadyClock clock_;
  observe::MetricsRegistry metrics_;
  std::atomic<bool> fault_ = false;
  MemoryStore* front_ = nullptr;
  MemoryStore* back_ = nullptr;
  std::unique_ptr<TieredStore> store_;
};

TEST_F(TieredStoreTest, SetWritesBothAndRemoveRemovesBoth) {
  ASSERT_TRUE(store_->Set("a", "1", seconds(10)).has_value());
  EXPECT_EQ(Get(*front_, "a"), "1");
  EXPECT_EQ(Get(*back_, "a"), "1");
  ASSERT_TRUE(store_->Remove("a").has_value());
  EXPECT_EQ(Get(*front_, "a"), "-");
  EXPECT_EQ(Get(*back_, "a"), "-");
}

TEST_F(TieredStoreTest, WhatTheBackHasIsKeptInTheFrontForItsTime) {
  ASSERT_TRUE(back_->Set("a", "1", seconds(10)).has_value());
  EXPECT_EQ(Get(*store_, "a"), "1");
  ASSERT_TRUE(back_->Set("a", "2", seconds(10)).has_value());
  EXPECT_EQ(Get(*store_, "a"), "1");
  clock_.Advance(seconds(1));
  EXPECT_EQ(Get(*store_, "a"), "2");
}

TEST_F(TieredStoreTest, TheFrontNeverKeepsAValueForLongerThanItsOwnTime) {
  ASSERT_TRUE(store_->Set("a", "1", milliseconds(10)).has_value());
  clock_.Advance(milliseconds(10));
  EXPECT_EQ(Get(*front_, "a"), "-");
}

TEST_F(TieredStoreTest, ABackThatFailsIsAMissAndCounted) {
  ASSERT_TRUE(back_->Set("a", "1", seconds(10)).has_value());
  fault_ = true;
  const auto value = store_->Get("a");
  ASSERT_TRUE(value.has_value());
  EXPECT_FALSE(value->has_value());
  ExpectErrors(1);
  fault_ = false;
  EXPECT_EQ(Get(*store_, "a"), "1");
}

TEST_F(TieredStoreTest, WritesThatTheBackFailsAreToldAndServedFromTheFront) {
  fault_ = true;
  const Status set = store_->Set("a", "1", seconds(10));
  ASSERT_FALSE(set.has_value());
  EXPECT_EQ(set.error().reason, "store_unavailable");
  EXPECT_EQ(Get(*store_, "a"), "1");
  EXPECT_FALSE(store_->Remove("a").has_value());
  EXPECT_EQ(Get(*front_, "a"), "-");
  ExpectErrors(2);
}

}  // namespace
}  // namespace aqua::cache
