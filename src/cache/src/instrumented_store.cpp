#include "aqua/cache/instrumented_store.hpp"

#include <utility>

namespace aqua::cache {
namespace {

observe::Counter& AddRequests(observe::MetricsRegistry& registry, const std::string& store, const std::string& outcome) {
  return registry.AddCounter("aqua_cache_requests_total", "Requests to a cache", {{"store", store}, {"outcome", outcome}});
}

}  // namespace

InstrumentedStore::InstrumentedStore(std::unique_ptr<Store> inner, const std::string& name, observe::MetricsRegistry& registry)
    : inner_(std::move(inner)),
      hits_(AddRequests(registry, name, "hit")),
      misses_(AddRequests(registry, name, "miss")),
      errors_(AddRequests(registry, name, "error")),
      hit_rate_(registry.AddGauge("cache_hit_rate", "Share of the requests to a cache that found a value", {{"store", name}})) {}

Result<std::optional<std::string>> InstrumentedStore::Get(std::string_view key) {
  auto value = inner_->Get(key);
  if (!value) {
    errors_.Increment();
    return value;
  }
  const bool hit = value->has_value();
  (hit ? hits_ : misses_).Increment();
  const std::uint64_t all = ++found_out_;
  const std::uint64_t hits = hit ? ++hit_count_ : hit_count_.load();
  hit_rate_.Set(static_cast<double>(hits) / static_cast<double>(all));
  return value;
}

Status InstrumentedStore::Set(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) { return Counted(inner_->Set(key, value, ttl)); }

Status InstrumentedStore::Remove(std::string_view key) { return Counted(inner_->Remove(key)); }

Status InstrumentedStore::Counted(Status status) {
  if (!status) errors_.Increment();
  return status;
}

}  // namespace aqua::cache
