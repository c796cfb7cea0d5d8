#pragma once

#include <memory>
#include <string>

#include "aqua/cache/store.hpp"
#include "aqua/observe/metrics.hpp"

namespace aqua::cache {

/// Puts a small near store before a large far one that several processes share. Thread-safe. What another process sets or removes is
/// seen here after `front_ttl` at the latest; so is, rarely, a value that was removed here while it was being fetched.
/// aqua_cache_back_errors_total{store}: calls that the far store failed.
class TieredStore final : public Store {
 public:
  /// front_ttl: the longest time that the front keeps a value, whatever its own. name: a fixed word, for the metric.
  /// registry must outlive this. Requires: CheckTtl(front_ttl).
  TieredStore(std::unique_ptr<Store> front, std::unique_ptr<Store> back, std::chrono::milliseconds front_ttl, const std::string& name,
              observe::MetricsRegistry& registry);

  /// A far store that fails has no value.
  Result<std::optional<std::string>> Get(std::string_view key) override;
  /// Sets both. When the far store fails, its error is returned, and only this process has the value, for `front_ttl`.
  Status Set(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) override;
  /// Removes from both. When the far store fails, its error is returned: the value comes back from there.
  Status Remove(std::string_view key) override;

 private:
  Status Counted(Status status);

  const std::unique_ptr<Store> front_;
  const std::unique_ptr<Store> back_;
  const std::chrono::milliseconds front_ttl_;
  observe::Counter& errors_;
};

}  // namespace aqua::cache
