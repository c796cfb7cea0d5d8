#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "aqua/cache/store.hpp"
#include "aqua/observe/metrics.hpp"

namespace aqua::cache {

/// Counts what is asked of another store, which it owns. Thread-safe.
/// aqua_cache_requests_total{store,outcome="hit|miss|error"}: calls of Get(); a Set() or Remove() that failed counts as an error too.
/// cache_hit_rate{store}: hits ÷ (hits + misses) since the start, 0–1.
class InstrumentedStore final : public Store {
 public:
  /// name: a fixed word. registry must outlive this.
  InstrumentedStore(std::unique_ptr<Store> inner, const std::string& name, observe::MetricsRegistry& registry);

  Result<std::optional<std::string>> Get(std::string_view key) override;
  Status Set(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) override;
  Status Remove(std::string_view key) override;

 private:
  Status Counted(Status status);

  const std::unique_ptr<Store> inner_;
  observe::Counter& hits_;
  observe::Counter& misses_;
  observe::Counter& errors_;
  observe::Gauge& hit_rate_;
  std::atomic<std::uint64_t> hit_count_{0};
  std::atomic<std::uint64_t> found_out_{0};  ///< hits and misses
};

}  // namespace aqua::cache
