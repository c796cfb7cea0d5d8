#include "aqua/cache/memory_store.hpp"

#include <fmt/format.h>

#include <utility>

namespace aqua::cache {

MemoryStore::MemoryStore(const MemoryStoreConfig& config, MonotonicClock clock) : config_(config), clock_(std::move(clock)) {}

Result<std::optional<std::string>> MemoryStore::Get(std::string_view key) {
  const auto now = clock_();
  const std::lock_guard lock(mutex_);
  const auto found = index_.find(key);
  if (found == index_.end()) return std::optional<std::string>();
  const Entries::iterator entry = found->second;
  if (entry->expires <= now) {
    Drop(entry);
    return std::optional<std::string>();
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return std::optional<std::string>(entry->value);
}

Status MemoryStore::Set(std::string_view key, std::string_view value, std::chrono::milliseconds ttl) {
  AQUA_TRY(CheckTtl(ttl));
  const std::size_t size = BytesOf(key, value);
  if (size > config_.max_bytes || config_.max_entries == 0) {
    AQUA_TRY(Remove(key));
    return MakeError(ErrorCode::kResourceExhausted, fmt::format("a value of {} bytes does not fit into this cache", value.size()), "cache_value_too_large");
  }
  Entries made;  // allocated without the lock
  made.push_back({std::string(key), std::string(value), clock_() + ttl});
  const std::lock_guard lock(mutex_);
  if (const auto found = index_.find(key); found != index_.end()) Drop(found->second);
  while (entries_.size() >= config_.max_entries || bytes_ + size > config_.max_bytes) Drop(std::prev(entries_.end()));
  entries_.splice(entries_.begin(), made);
  index_.emplace(entries_.front().key, entries_.begin());
  bytes_ += size;
  return {};
}

Status MemoryStore::Remove(std::string_view key) {
  const std::lock_guard lock(mutex_);
  if (const auto found = index_.find(key); found != index_.end()) Drop(found->second);
  return {};
}

std::size_t MemoryStore::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::size_t MemoryStore::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void MemoryStore::Drop(Entries::iterator entry) {
  bytes_ -= BytesOf(entry->key, entry->value);
  index_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace aqua::cache
