#include "aqua/auth/lockout_store.hpp"

#include <algorithm>
#include <cstdint>
#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "digest.hpp"

namespace aqua::auth {
namespace {

/// How many of the oldest counters are looked at for the one that makes room.
constexpr std::size_t kCandidates = 8;

/// Values by name, the one that was used longest ago first.
template <typename T>
class RecencyMap {
 public:
  using Item = std::pair<std::string, T>;
  using Iterator = typename std::list<Item>::iterator;

  T* Find(const std::string& key) {
    const auto found = places_.find(key);
    return found == places_.end() ? nullptr : &found->second->second;
  }

  /// The value of a key, made when it is missing, as the one that was used last.
  T& Touch(const std::string& key) {
    const auto found = places_.find(key);
    if (found != places_.end()) {
      items_.splice(items_.end(), items_, found->second);
    } else {
      items_.emplace_back(key, T{});
      places_.emplace(key, std::prev(items_.end()));
    }
    return items_.back().second;
  }

  void Remove(const std::string& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    items_.erase(found->second);
    places_.erase(found);
  }

  [[nodiscard]] std::size_t size() const { return items_.size(); }
  Iterator begin() { return items_.begin(); }
  Iterator end() { return items_.end(); }

 private:
  std::list<Item> items_;
  std::unordered_map<std::string, Iterator> places_;
};

std::string NameHash(std::string_view name) {
  const Digest256 digest = Sha256(name);
  return std::string(AsText(ByteView(digest).first(16)));
}

}  // namespace

class MemoryLockoutStore::Implementation {
 public:
  Implementation(std::size_t max_counters, std::size_t max_users, std::size_t max_sources_per_user)
      : max_counters_(max_counters), max_users_(max_users), max_sources_(max_sources_per_user) {}

  void Update(std::span<const std::string> keys, const Change& change) {
    const std::lock_guard lock(mutex_);
    std::vector<FailureCount> counts;
    for (const std::string& key : keys) {
      const FailureCount* found = counters_.Find(key);
      counts.push_back(found == nullptr ? FailureCount{} : *found);
    }
    change(counts);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (counts[i] == FailureCount{}) {
        counters_.Remove(keys[i]);
      } else {
        counters_.Touch(keys[i]) = counts[i];
      }
    }
    while (counters_.size() > max_counters_) Evict();
  }

  bool Knows(std::string_view user, std::string_view source) {
    const std::lock_guard lock(mutex_);
    const Sources* sources = users_.Find(NameHash(user));
    return sources != nullptr && std::find(sources->begin(), sources->end(), NameHash(source)) != sources->end();
  }

  void Remember(std::string_view user, std::string_view source) {
    const std::lock_guard lock(mutex_);
    Sources& sources = users_.Touch(NameHash(user));
    std::string name = NameHash(source);
    sources.erase(std::remove(sources.begin(), sources.end(), name), sources.end());
    sources.push_back(std::move(name));
    if (sources.size() > max_sources_) sources.erase(sources.begin());
    while (users_.size() > max_users_) users_.Remove(std::string(users_.begin()->first));
  }

  std::size_t counters() {
    const std::lock_guard lock(mutex_);
    return counters_.size();
  }

 private:
  using Sources = std::vector<std::string>;  // the one that was used longest ago first

  /// Whoever floods the store with single failures is to push out those, and not a counter that has grown.
  void Evict() {
    auto fewest = counters_.begin();
    std::size_t looked_at = 0;
    for (auto item = counters_.begin(); item != counters_.end() && looked_at < kCandidates; ++item, ++looked_at)
      if (item->second.failures < fewest->second.failures) fewest = item;
    counters_.Remove(std::string(fewest->first));
  }

  const std::size_t max_counters_;
  const std::size_t max_users_;
  const std::size_t max_sources_;
  std::mutex mutex_;  // guards all below
  RecencyMap<FailureCount> counters_;
  RecencyMap<Sources> users_;
};

MemoryLockoutStore::MemoryLockoutStore(std::size_t max_counters, std::size_t max_users, std::size_t max_sources_per_user)
    : implementation_(std::make_unique<Implementation>(max_counters, max_users, max_sources_per_user)) {}
MemoryLockoutStore::~MemoryLockoutStore() = default;

void MemoryLockoutStore::Update(std::span<const std::string> keys, const Change& change) { implementation_->Update(keys, change); }
bool MemoryLockoutStore::Knows(std::string_view user, std::string_view source) { return implementation_->Knows(user, source); }
void MemoryLockoutStore::Remember(std::string_view user, std::string_view source) { implementation_->Remember(user, source); }
std::size_t MemoryLockoutStore::counters() const { return implementation_->counters(); }

}  // namespace aqua::auth
