#include "aqua/auth/token_cache.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "digest.hpp"

namespace aqua::auth {
namespace {

using TimePoint = std::chrono::system_clock::time_point;
using ClaimsPointer = std::shared_ptr<const AccessClaims>;

constexpr std::size_t kShards = 16;
constexpr std::size_t kMinSharded = 1024;  // fewer entries lie in one shard, so that the bound is exact and the oldest is the oldest

/// A digest is its own hash: nobody chooses the digest of a token that we signed.
struct DigestHash {
  std::size_t operator()(const Digest256& digest) const {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
  }
};

struct Entry {
  ClaimsPointer claims;
  TimePoint verified_at;
  TimePoint until;
  std::uint64_t generation = 0;
};

struct Shard {
  using Order = std::list<Digest256>;
  struct Place {
    Entry entry;
    Order::iterator order;
  };

  std::mutex mutex;  // guards all below
  std::unordered_map<Digest256, Place, DigestHash> places;
  Order order;  // the oldest first

  void Remove(const Digest256& key) {
    const auto found = places.find(key);
    if (found == places.end()) return;
    order.erase(found->second.order);
    places.erase(found);
  }

  void Insert(const Digest256& key, Entry entry, std::size_t capacity) {
    Remove(key);
    while (!order.empty() && (order.size() >= capacity || places.at(order.front()).entry.until <= entry.verified_at)) Remove(Digest256(order.front()));
    if (capacity == 0) return;
    order.push_back(key);
    places.emplace(key, Place{std::move(entry), std::prev(order.end())});
  }
};

}  // namespace

class VerifiedTokens::Implementation {
 public:
  Implementation(const TokenVerifier& verifier, const base::Clock& clock, std::size_t max_entries, std::chrono::seconds max_age)
      : verifier_(verifier), clock_(clock), max_age_(max_age), shards_(max_entries < kMinSharded ? 1 : kShards), capacity_(max_entries / shards_.size()) {}

  ClaimsPointer Find(const Digest256& key, TimePoint now) {
    Shard& shard = ShardOf(key);
    const std::lock_guard lock(shard.mutex);
    const auto found = shard.places.find(key);
    if (found == shard.places.end()) return nullptr;
    const Entry& entry = found->second.entry;
    // A clock that was set back could bring a token to life before its time, hence both ends.
    const bool holds = entry.verified_at <= now && now < entry.until && entry.generation == verifier_.generation();
    return holds ? entry.claims : nullptr;
  }

  Result<ClaimsPointer> Verify(std::string_view token) {
    if (token.size() > TokenVerifier::kMaxTokenBytes) return verifier_.Verify(token, clock_.Now()).error();
    const std::uint64_t generation = verifier_.generation();
    const std::uint64_t forgotten = forgotten_.load();
    const Digest256 key = Sha256(token);
    const TimePoint now = clock_.Now();
    if (ClaimsPointer found = Find(key, now)) return found;
    AQUA_TRY_ASSIGN(AccessClaims verified, verifier_.Verify(token, now));
    auto claims = std::make_shared<const AccessClaims>(std::move(verified));
    const TimePoint until = std::min<TimePoint>(claims->expires_at, now + max_age_);
    if (until <= now) return claims;  // expired, within the skew
    Shard& shard = ShardOf(key);
    const std::lock_guard lock(shard.mutex);
    if (forgotten_.load() == forgotten) shard.Insert(key, Entry{claims, now, until, generation}, capacity_);
    return claims;
  }

  template <typename Predicate>
  void Forget(const Predicate& predicate) {
    // Before the walk: a verification that is under way and began earlier keeps its result to itself.
    forgotten_.fetch_add(1);
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      std::vector<Digest256> keys;
      for (const auto& [key, place] : shard.places)
        if (predicate(*place.entry.claims)) keys.push_back(key);
      for (const Digest256& key : keys) shard.Remove(key);
    }
  }

  std::size_t size() {
    std::size_t count = 0;
    for (Shard& shard : shards_) {
      const std::lock_guard lock(shard.mutex);
      count += shard.places.size();
    }
    return count;
  }

  [[nodiscard]] TimePoint Now() const { return clock_.Now(); }

 private:
  Shard& ShardOf(const Digest256& key) { return shards_[key.back() % shards_.size()]; }

  const TokenVerifier& verifier_;
  const base::Clock& clock_;
  const std::chrono::seconds max_age_;
  std::vector<Shard> shards_;
  const std::size_t capacity_;
  std::atomic<std::uint64_t> forgotten_{0};
};

VerifiedTokens::VerifiedTokens(const TokenVerifier& verifier, const base::Clock& clock, std::size_t max_entries, std::chrono::seconds max_age)
    : implementation_(std::make_unique<Implementation>(verifier, clock, max_entries, max_age)) {}
VerifiedTokens::~VerifiedTokens() = default;

std::shared_ptr<const AccessClaims> VerifiedTokens::Find(std::string_view token) const {
  if (token.size() > TokenVerifier::kMaxTokenBytes) return nullptr;
  return implementation_->Find(Sha256(token), implementation_->Now());
}

Result<std::shared_ptr<const AccessClaims>> VerifiedTokens::Verify(std::string_view token) { return implementation_->Verify(token); }

void VerifiedTokens::Forget(std::string_view session) {
  implementation_->Forget([session](const AccessClaims& claims) { return claims.session == session; });
}

void VerifiedTokens::ForgetUser(std::string_view subject) {
  implementation_->Forget([subject](const AccessClaims& claims) { return claims.subject == subject; });
}

void VerifiedTokens::Clear() {
  implementation_->Forget([](const AccessClaims&) { return true; });
}

std::size_t VerifiedTokens::size() const { return implementation_->size(); }

}  // namespace aqua::auth
