#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "aqua/cache/monotonic_clock.hpp"
#include "aqua/cache/store.hpp"

namespace aqua::cache {

struct MemoryStoreConfig {
  std::size_t max_entries = 10'000;
  std::size_t max_bytes = 64UL << 20U;  ///< keys, values, and MemoryStore::kEntryBytes for each
};

/// Keeps values in the memory of this process, the least recently used ones going first. Thread-safe; one lock, held for the copy
/// of one value.
class MemoryStore final : public Store {
 public:
  /// What an entry costs beside its key and value, about.
  static constexpr std::size_t kEntryBytes = 160;

  explicit MemoryStore(const MemoryStoreConfig& config, MonotonicClock clock = &std::chrono::steady_clock::now);

  Result<std::optional<std::string>> Get(std::string_view key) override;
  Status Set(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) override;
  Status Remove(std::string_view key) override;

  /// What is kept, values included whose time is over but that nobody asked for.
  [[nodiscard]] std::size_t entries() const;
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Entry {
    std::string key;
    std::string value;
    std::chrono::steady_clock::time_point expires;
  };
  using Entries = std::list<Entry>;

  static std::size_t BytesOf(std::string_view key, std::string_view value) { return key.size() + value.size() + kEntryBytes; }
  void Drop(Entries::iterator entry);

  const MemoryStoreConfig config_;
  const MonotonicClock clock_;
  mutable std::mutex mutex_;  // guards all below
  Entries entries_;           ///< most recently used first
  std::unordered_map<std::string_view, Entries::iterator> index_;
  std::size_t bytes_ = 0;
};

}  // namespace aqua::cache
