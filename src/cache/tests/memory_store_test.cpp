#include "aqua/cache/memory_store.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "aqua/cache/testing/manual_steady_clock.hpp"

namespace aqua::cache {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class MemoryStoreTest : public ::testing::Test {
 protected:
  MemoryStore Make(const MemoryStoreConfig& config) { return MemoryStore(config, clock_.clock()); }
  static bool Has(MemoryStore& store, std::string_view key) { return store.Get(key).value().has_value(); }

  testing::ManualSteadyClock clock_;
};

TEST_F(MemoryStoreTest, TheLeastRecentlyUsedEntryMakesRoom) {
  MemoryStore store = Make({.max_entries = 3});
  for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(store.Set(key, "1", seconds(1)).has_value());
  EXPECT_TRUE(Has(store, "a"));
  ASSERT_TRUE(store.Set("d", "1", seconds(1)).has_value());
  EXPECT_EQ(store.entries(), 3U);
  EXPECT_TRUE(Has(store, "a"));
  EXPECT_FALSE(Has(store, "b"));
  EXPECT_TRUE(Has(store, "c"));
  EXPECT_TRUE(Has(store, "d"));
}

TEST_F(MemoryStoreTest, ReplacingAnEntryPushesNoOtherOut) {
  MemoryStore store = Make({.max_entries = 2});
  ASSERT_TRUE(store.Set("a", "1", seconds(1)).has_value());
  ASSERT_TRUE(store.Set("b", "1", seconds(1)).has_value());
  ASSERT_TRUE(store.Set("b", "2", seconds(1)).has_value());
  EXPECT_TRUE(Has(store, "a"));
  EXPECT_EQ(store.Get("b").value(), "2");
}

TEST_F(MemoryStoreTest, BytesAreBounded) {
  constexpr std::size_t kRoom = 10 * (MemoryStore::kEntryBytes + 1 + 1'000);
  MemoryStore store = Make({.max_entries = 1'000, .max_bytes = kRoom});
  for (char key = 'a'; key <= 'z'; ++key) ASSERT_TRUE(store.Set(std::string(1, key), std::string(1'000, 'x'), seconds(1)).has_value());
  EXPECT_EQ(store.entries(), 10U);
  EXPECT_EQ(store.bytes(), kRoom);
  EXPECT_TRUE(Has(store, "z"));
  EXPECT_FALSE(Has(store, "p"));
}

TEST_F(MemoryStoreTest, AValueThatCannotFitIsRefusedAndTheOldOneGoes) {
  MemoryStore store = Make({.max_bytes = 1'000});
  ASSERT_TRUE(store.Set("a", "old", seconds(1)).has_value());
  ASSERT_TRUE(store.Set("b", "other", seconds(1)).has_value());
  const Status status = store.Set("a", std::string(1'000, 'x'), seconds(1));
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(status.error().reason, "cache_value_too_large");
  EXPECT_FALSE(Has(store, "a"));
  EXPECT_TRUE(Has(store, "b"));
}

TEST_F(MemoryStoreTest, AnEntryLivesUntilExactlyItsTime) {
  MemoryStore store = Make({});
  ASSERT_TRUE(store.Set("a", "1", milliseconds(10)).has_value());
  clock_.Advance(milliseconds(10) - std::chrono::nanoseconds(1));
  EXPECT_TRUE(Has(store, "a"));
  clock_.Advance(std::chrono::nanoseconds(1));
  EXPECT_FALSE(Has(store, "a"));
  EXPECT_EQ(store.entries(), 0U);
  EXPECT_EQ(store.bytes(), 0U);
}

TEST_F(MemoryStoreTest, KeepsItsBoundsAndItsBooksUnderAnyUse) {
  MemoryStore store = Make({.max_entries = 20, .max_bytes = 5'000});
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = std::to_string(random() % 50);
    switch (random() % 4) {
      case 0: ASSERT_TRUE(store.Remove(key).has_value()); break;
      case 1:
        clock_.Advance(milliseconds(random() % 5));
        static_cast<void>(store.Get(key));
        break;
      default: static_cast<void>(store.Set(key, std::string(random() % 1'000, 'x'), milliseconds(1 + random() % 50)));
    }
    ASSERT_LE(store.entries(), 20U);
    ASSERT_LE(store.bytes(), 5'000U);
  }
  for (int key = 0; key < 50; ++key) ASSERT_TRUE(store.Remove(std::to_string(key)).has_value());
  EXPECT_EQ(store.entries(), 0U);
  EXPECT_EQ(store.bytes(), 0U);
}

}  // namespace
}  // namespace aqua::cache
