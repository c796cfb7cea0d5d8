#include <memory>
#include <utility>

#include "aqua/cache/memory_store.hpp"
#include "aqua/cache/testing/manual_steady_clock.hpp"
#include "aqua/cache/testing/store_conformance.hpp"
#include "aqua/cache/tiered_store.hpp"
#include "aqua/cache_redis/redis_store.hpp"
#include "shared_redis.hpp"

namespace aqua::cache::testing {
namespace {

/// A store in a database of the shared server, emptied first; a tiered one has a memory before it.
class RedisSource final : public StoreSource {
 public:
  explicit RedisSource(bool tiered) : client_(RedisClient::Open(Patient(SharedRedis().url(3)), metrics_).value()) {
    EXPECT_TRUE(client_->Command({"FLUSHDB"}).has_value());
    store_ = std::make_unique<RedisStore>(*client_);
    if (tiered)
      store_ = std::make_unique<TieredStore>(std::make_unique<MemoryStore>(MemoryStoreConfig{}, clock_.clock()), std::move(store_), std::chrono::seconds(5),
                                             "test", metrics_);
  }
  Store& store() override { return *store_; }

  /// The clock of Redis is not ours: what may be gone by then is looked for until it is.
  void Pass(std::chrono::milliseconds time) override {
    clock_.Advance(time);
    const auto end = std::chrono::steady_clock::now() + time + std::chrono::milliseconds(2);
    while (std::chrono::steady_clock::now() < end) EXPECT_TRUE(client_->Command({"PING"}).has_value());
  }

 private:
  observe::MetricsRegistry metrics_;
  ManualSteadyClock clock_;
  std::unique_ptr<RedisClient> client_;
  std::unique_ptr<Store> store_;
};

std::unique_ptr<StoreSource> MakeSource(bool tiered) {
  std::unique_ptr<StoreSource> source;
  [&] {
    AQUA_REQUIRE_REDIS();
    source = std::make_unique<RedisSource>(tiered);
  }();
  return source;
}

INSTANTIATE_TEST_SUITE_P(Redis, StoreConformanceTest, ::testing::Values([] { return MakeSource(false); }));
INSTANTIATE_TEST_SUITE_P(TieredRedis, StoreConformanceTest, ::testing::Values([] { return MakeSource(true); }));

}  // namespace
}  // namespace aqua::cache::testing
