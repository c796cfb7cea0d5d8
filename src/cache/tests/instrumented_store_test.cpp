#include "aqua/cache/instrumented_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "aqua/cache/memory_store.hpp"
#include "aqua/cache/testing/faulty_store.hpp"

namespace aqua::cache {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(InstrumentedStoreTest, CountsOutcomesAndTheShareOfHits) {
  observe::MetricsRegistry metrics;
  std::atomic<bool> fault = false;
  InstrumentedStore store(std::make_unique<testing::FaultyStore>(std::make_unique<MemoryStore>(MemoryStoreConfig{}), fault), "images", metrics);
  ASSERT_TRUE(store.Set("a", "1", std::chrono::hours(1)).has_value());
  for (const char* key : {"a", "b", "a", "a"}) ASSERT_TRUE(store.Get(key).has_value());
  fault = true;
  EXPECT_FALSE(store.Get("a").has_value());
  EXPECT_FALSE(store.Set("a", "2", std::chrono::hours(1)).has_value());
  EXPECT_FALSE(store.Remove("a").has_value());
  EXPECT_THAT(metrics.Text(),
              AllOf(HasSubstr("aqua_cache_requests_total{outcome=\"hit\",store=\"images\"} 3\n"),
                    HasSubstr("aqua_cache_requests_total{outcome=\"miss\",store=\"images\"} 1\n"),
                    HasSubstr("aqua_cache_requests_total{outcome=\"error\",store=\"images\"} 3\n"), HasSubstr("cache_hit_rate{store=\"images\"} 0.75\n")));
}

}  // namespace
}  // namespace aqua::cache
