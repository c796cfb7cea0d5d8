#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "aqua/auth/principal.hpp"
#include "aqua/auth/secret.hpp"
#include "aqua/cache/store.hpp"
#include "aqua/identity/sessions.hpp"
#include "recent_map.hpp"

namespace aqua::identity {

/// What is remembered of a browser's session.
struct KnownSession {
  std::shared_ptr<const auth::Principal> principal;
  Time expires_at;
  Time last_used_at;           ///< when it was read
  std::uint64_t sequence = 0;  ///< of the revocations when it was read
  Time read_at;                ///< from the table
};

/// Sessions by the hash of their cookie: in the memory of this process, and in a cache that others may write to as well, sealed. Thread-safe.
class BrowserMemory {
 public:
  BrowserMemory(cache::Store& cache, std::span<const std::uint8_t, 32> master, std::chrono::seconds life);

  /// From this process alone.
  std::optional<KnownSession> Find(const std::string& hash, Time now) { return recent_.Find(hash, now); }
  /// From the cache; what cannot be opened is not there.
  std::optional<KnownSession> Fetch(const std::string& hash, Time now);
  void Put(const std::string& hash, const KnownSession& session);
  void Remove(const std::string& hash);

 private:
  static constexpr std::size_t kMaxRemembered = 16'384;

  cache::Store& cache_;
  const auth::SecretBox box_;
  const std::chrono::seconds life_;
  RecentMap<KnownSession> recent_;
};

}  // namespace aqua::identity
