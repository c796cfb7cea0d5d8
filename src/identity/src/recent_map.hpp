#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "aqua/identity/event.hpp"

namespace aqua::identity {

/// Values by key for a while: at most so many, those used longest ago make room. Thread-safe; one lock for the copy of a value.
template <typename Value>
class RecentMap {
 public:
  RecentMap(std::size_t max_entries, std::chrono::seconds life) : max_entries_(max_entries), life_(life) {}

  /// Nothing also when the clock went back before the value was put.
  std::optional<Value> Find(std::string_view key, Time now) {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return std::nullopt;
    const auto entry = found->second;
    if (now < entry->put_at || now - entry->put_at >= life_) {
      index_.erase(found);
      entries_.erase(entry);
      return std::nullopt;
    }
    entries_.splice(entries_.begin(), entries_, entry);
    return entry->value;
  }

  /// put_at: when the value was learned.
  void Put(std::string_view key, Value value, Time put_at) {
    const std::lock_guard lock(mutex_);
    Drop(key);
    if (entries_.size() >= max_entries_) Drop(entries_.back().key);
    entries_.push_front({std::string(key), std::move(value), put_at});
    index_.emplace(entries_.front().key, entries_.begin());
  }

  void Remove(std::string_view key) {
    const std::lock_guard lock(mutex_);
    Drop(key);
  }

 private:
  struct Entry {
    std::string key;
    Value value;
    Time put_at;
  };

  void Drop(std::string_view key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    const auto entry = found->second;
    index_.erase(found);  // before the entry, whose key the index refers to
    entries_.erase(entry);
  }

  const std::size_t max_entries_;
  const std::chrono::seconds life_;
  std::mutex mutex_;          // guards all below
  std::list<Entry> entries_;  ///< most recently used first
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> index_;
};

}  // namespace aqua::identity
