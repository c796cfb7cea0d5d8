#include "aqua/cache/testing/store_conformance.hpp"

#include <memory>
#include <utility>

#include "aqua/cache/instrumented_store.hpp"
#include "aqua/cache/memory_store.hpp"
#include "aqua/cache/testing/manual_steady_clock.hpp"
#include "aqua/cache/tiered_store.hpp"

namespace aqua::cache::testing {
namespace {

class MemorySource final : public StoreSource {
 public:
  using Build = std::unique_ptr<Store> (*)(MemorySource&);

  explicit MemorySource(Build build) : store_(build(*this)) {}
  Store& store() override { return *store_; }
  void Pass(std::chrono::milliseconds time) override { clock_.Advance(time); }

  std::unique_ptr<Store> Memory() { return std::make_unique<MemoryStore>(MemoryStoreConfig{}, clock_.clock()); }
  observe::MetricsRegistry& metrics() { return metrics_; }

 private:
  observe::MetricsRegistry metrics_;
  ManualSteadyClock clock_;
  std::unique_ptr<Store> store_;
};

std::unique_ptr<Store> Plain(MemorySource& source) { return source.Memory(); }

std::unique_ptr<Store> Tiered(MemorySource& source) {
  return std::make_unique<TieredStore>(source.Memory(), source.Memory(), std::chrono::seconds(5), "test", source.metrics());
}

std::unique_ptr<Store> Instrumented(MemorySource& source) { return std::make_unique<InstrumentedStore>(source.Memory(), "test", source.metrics()); }

MakeStoreSource Of(MemorySource::Build build) {
  return [build] { return std::make_unique<MemorySource>(build); };
}

INSTANTIATE_TEST_SUITE_P(Memory, StoreConformanceTest, ::testing::Values(Of(&Plain)));
INSTANTIATE_TEST_SUITE_P(TieredMemory, StoreConformanceTest, ::testing::Values(Of(&Tiered)));
INSTANTIATE_TEST_SUITE_P(InstrumentedMemory, StoreConformanceTest, ::testing::Values(Of(&Instrumented)));

}  // namespace
}  // namespace aqua::cache::testing
