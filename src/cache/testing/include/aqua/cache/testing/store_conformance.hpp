#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "aqua/cache/keys.hpp"
#include "aqua/cache/store.hpp"

namespace aqua::cache::testing {

/// An empty store, and how to let time pass for it.
class StoreSource {
 public:
  virtual ~StoreSource() = default;
  virtual Store& store() = 0;
  /// Lets this much time pass for the store.
  virtual void Pass(std::chrono::milliseconds time) = 0;
};

/// Makes a source. Skips or fails the running test and returns null where it cannot.
using MakeStoreSource = std::function<std::unique_ptr<StoreSource>()>;

/// What every store must do alike; to be named in an INSTANTIATE_TEST_SUITE_P.
class StoreConformanceTest : public ::testing::TestWithParam<MakeStoreSource> {
 protected:
  void SetUp() override {
    source_ = GetParam()();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_NE(source_, nullptr);
  }

  Store& store() { return source_->store(); }

  /// The value, "-" when there is none, "!" and the reason when the store failed.
  std::string Get(std::string_view key) {
    const auto value = store().Get(key);
    if (!value) return "!" + value.error().reason;
    return value->value_or("-");
  }

  std::unique_ptr<StoreSource> source_;
};

inline constexpr std::chrono::hours kLong{1};

TEST_P(StoreConformanceTest, GivesBackWhatWasSet) {
  EXPECT_EQ(Get("cache:a"), "-");
  ASSERT_TRUE(store().Set("cache:a", "1", kLong).has_value());
  ASSERT_TRUE(store().Set("cache:b", "2", kLong).has_value());
  EXPECT_EQ(Get("cache:a"), "1");
  EXPECT_EQ(Get("cache:b"), "2");
}

TEST_P(StoreConformanceTest, ASecondSetTakesThePlaceOfTheFirst) {
  ASSERT_TRUE(store().Set("cache:a", "a longer value", kLong).has_value());
  ASSERT_TRUE(store().Set("cache:a", "2", kLong).has_value());
  EXPECT_EQ(Get("cache:a"), "2");
}

TEST_P(StoreConformanceTest, ValuesAndKeysAreBytes) {
  std::string bytes;
  for (int i = 0; i < 3 * 256; ++i) bytes += static_cast<char>(i % 256);
  const std::string key = KeyOf(kCachePrefix, {bytes.substr(0, 100), "\r\n$0\r\n"});
  ASSERT_TRUE(store().Set(key, bytes, kLong).has_value());
  EXPECT_EQ(Get(key), bytes);
  ASSERT_TRUE(store().Set(key, "", kLong).has_value());
  EXPECT_EQ(Get(key), "");
}

TEST_P(StoreConformanceTest, ALargeValueFits) {
  const std::string large(100'000, 'x');
  ASSERT_TRUE(store().Set("cache:large", large, kLong).has_value());
  EXPECT_EQ(Get("cache:large"), large);
}

TEST_P(StoreConformanceTest, RemoveRemoves) {
  ASSERT_TRUE(store().Set("cache:a", "1", kLong).has_value());
  EXPECT_TRUE(store().Remove("cache:a").has_value());
  EXPECT_EQ(Get("cache:a"), "-");
  EXPECT_TRUE(store().Remove("cache:a").has_value());
}

TEST_P(StoreConformanceTest, AValueIsGoneWhenItsTimeIsOver) {
  ASSERT_TRUE(store().Set("cache:short", "1", std::chrono::milliseconds(20)).has_value());
  ASSERT_TRUE(store().Set("cache:long", "2", kLong).has_value());
  source_->Pass(std::chrono::milliseconds(21));
  EXPECT_EQ(Get("cache:short"), "-");
  EXPECT_EQ(Get("cache:long"), "2");
}

TEST_P(StoreConformanceTest, ASecondSetGivesNewTime) {
  ASSERT_TRUE(store().Set("cache:a", "1", std::chrono::milliseconds(20)).has_value());
  ASSERT_TRUE(store().Set("cache:a", "2", kLong).has_value());
  source_->Pass(std::chrono::milliseconds(21));
  EXPECT_EQ(Get("cache:a"), "2");
}

TEST_P(StoreConformanceTest, ATimeThatIsNoneIsRefused) {
  ASSERT_TRUE(store().Set("cache:a", "1", kLong).has_value());
  for (const auto ttl :
       {std::chrono::milliseconds(0), std::chrono::milliseconds(-1), kMaxTtl + std::chrono::milliseconds(1), std::chrono::milliseconds::max()}) {
    const Status status = store().Set("cache:a", "2", ttl);
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(status.error().reason, "cache_ttl");
  }
  EXPECT_EQ(Get("cache:a"), "1");
  EXPECT_TRUE(store().Set("cache:a", "2", kMaxTtl).has_value());
}

TEST_P(StoreConformanceTest, ManyThreadsSeeOnlyWholeValues) {
  std::atomic<int> torn{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&, number] {
      const std::string mine(200, static_cast<char>('a' + number));
      for (int i = 0; i < 100; ++i) {
        const std::string key = "cache:" + std::to_string(i % 3);
        torn += store().Set(key, mine, kLong) ? 0 : 1;
        const auto value = store().Get(key);
        torn += value && value->has_value() && **value == std::string(200, (**value)[0]) ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(torn, 0);
}

}  // namespace aqua::cache::testing
