#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <thread>

#include "aqua/auth/token.hpp"
#include "aqua/base/clock.hpp"
#include "aqua/base/result.hpp"
#include "aqua/observe/log.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::identity {

struct RevocationFeedConfig {
  std::chrono::milliseconds interval{500};  ///< between two looks at the table
  /// Tells the time that staleness() is measured in; for tests.
  std::function<std::chrono::steady_clock::time_point()> now = {};
  /// Called on the feed's thread after each look that succeeded; true when a signing key was removed. May block.
  std::function<void(bool)> after_poll = {};
};

/// Knows what was revoked, by any instance: follows the table `revocations` on a thread of its own and answers from memory.
/// Thread-safe; IsRevoked() and its like take a shared lock for three look-ups, and none while nothing is revoked.
/// Metrics: aqua_identity_revocations, aqua_identity_revocation_polls_total{outcome="ok|failed"}.
class RevocationFeed {
 public:
  RevocationFeed(sql::Database& database, const base::Clock& clock, RevocationFeedConfig config, observe::MetricsRegistry& registry, observe::Logger& logger);
  ~RevocationFeed();
  RevocationFeed(const RevocationFeed&) = delete;
  RevocationFeed& operator=(const RevocationFeed&) = delete;

  /// Begins to follow. Before this only Poll() looks.
  void Start();
  /// Ends the thread; once and for all.
  void Stop();
  /// Looks at the table now. Whoever revokes calls it, so that this instance knows before the answer goes out.
  Status Poll();

  /// Whether an access token must be refused: its session or itself revoked, or issued before its user's tokens became void.
  [[nodiscard]] bool IsRevoked(const auth::AccessClaims& claims) const;
  [[nodiscard]] bool IsSessionRevoked(std::string_view session_id) const;
  [[nodiscard]] bool IsKeyRevoked(std::string_view key_id) const;
  /// Number of the newest revocation that concerns the user as a whole; 0: none. What was learned about him at an older sequence()
  /// is to be learned anew.
  [[nodiscard]] std::uint64_t UserSequence(std::string_view user_id) const;
  /// Number of the newest revocation known here.
  [[nodiscard]] std::uint64_t sequence() const { return sequence_.load(std::memory_order_acquire); }
  /// Time since the table was last looked at with success. Beyond kMaxStaleness administrators are to be refused.
  [[nodiscard]] std::chrono::milliseconds staleness() const;

  static constexpr std::chrono::seconds kMaxStaleness{5};

 private:
  struct Denied;

  void Run();
  Result<bool> ReadNew();
  [[nodiscard]] std::chrono::steady_clock::time_point Now() const;

  sql::Database& database_;
  const base::Clock& clock_;
  const RevocationFeedConfig config_;
  observe::Logger& logger_;
  observe::Gauge& known_;
  observe::Counter& polled_;
  observe::Counter& failed_;
  std::mutex polling_;               // held by whoever reads the table
  mutable std::shared_mutex mutex_;  // guards denied_
  std::unique_ptr<Denied> denied_;
  std::atomic<std::size_t> size_{0};  ///< entries of denied_
  std::atomic<std::uint64_t> sequence_{0};
  std::atomic<std::chrono::steady_clock::time_point> polled_at_;
  std::atomic<bool> signing_keys_removed_{false};   ///< since after_poll was last told
  std::chrono::system_clock::time_point swept_at_;  ///< guarded by polling_
  std::mutex stop_mutex_;                           // guards stopping_
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace aqua::identity
