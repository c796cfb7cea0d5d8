#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "aqua/audit/log.hpp"
#include "aqua/audit/verify.hpp"
#include "aqua/auth/breached_passwords.hpp"
#include "aqua/auth/ed25519.hpp"
#include "aqua/auth/secret.hpp"
#include "aqua/base/clock.hpp"
#include "aqua/base/result.hpp"
#include "aqua/cache/store.hpp"
#include "aqua/cache_redis/redis_client.hpp"
#include "aqua/config/settings.hpp"
#include "aqua/identity/identity.hpp"
#include "aqua/observe/log.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/ratelimit/limiter.hpp"
#include "aqua/ratelimit/redis_limiter.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::roles {

/// The key that everything else is sealed and signed with: from auth.secret_key, or keys/secret.key of the state folder.
Result<auth::Key256> LoadMasterKey(const config::Settings& settings);

/// The key that signs the checkpoints of the audit log; the same for the same master key.
Result<std::shared_ptr<const auth::Ed25519Key>> AuditKey(const auth::Key256& master);
/// Where the checkpoints are copied to.
std::filesystem::path AuditCheckpointFile(const config::Settings& settings);

/// The tokens that settings ask for, access tokens of at most 15 minutes.
auth::TokenPolicy MakeTokenPolicy(const config::Settings& settings);

/// Mails as settings ask for them.
Result<std::unique_ptr<identity::Notifier>> MakeNotifier(const config::Settings& settings, const base::Clock& clock);

/// Where values are kept for a while: in this process, or there and in Redis.
struct Caches {
  std::unique_ptr<cache::RedisClient> redis;  ///< null without redis.url
  std::unique_ptr<cache::Store> answers;
  cache::Store* near_answers = nullptr;  ///< part of answers
  std::unique_ptr<cache::Store> sessions;
};
Result<Caches> OpenCaches(const config::Settings& settings, observe::MetricsRegistry& metrics);

/// The limit that settings ask for: over all instances with Redis, else in this process.
struct Limits {
  std::unique_ptr<ratelimit::Limiter> limiter;
  ratelimit::RedisLimiter* leases = nullptr;  ///< part of limiter, with Redis: gives back what it holds at the end
};
Limits MakeLimits(const config::Settings& settings, cache::RedisClient* redis, observe::MetricsRegistry& metrics);

/// Accounts, the audit log that they write, and what they stand on.
class AccountServices {
 public:
  /// sessions: where browsers' sessions are known from. notifier: may be null, then no password can be reset by mail.
  /// Errors: those of Identity::Open, of the settings' files.
  static Result<std::unique_ptr<AccountServices>> Open(const config::Settings& settings, sql::Database& database, cache::Store& sessions,
                                                       std::unique_ptr<identity::Notifier> notifier, const auth::Key256& master, const base::Clock& clock,
                                                       observe::MetricsRegistry& metrics, observe::Logger& logger);

  identity::Identity& identity() { return *identity_; }
  audit::Log& audit() { return *audit_; }

 private:
  AccountServices() = default;

  std::unique_ptr<audit::Log> audit_;
  std::unique_ptr<identity::Notifier> notifier_;
  std::unique_ptr<auth::BreachedPasswords> breached_;
  std::unique_ptr<identity::Identity> identity_;
};

/// Work that is done now and then on a thread of its own, until this object ends. A failure is logged; an exception ends the process.
class Periodic {
 public:
  Periodic(std::chrono::milliseconds interval, std::function<Status()> work, observe::Logger& logger);
  ~Periodic();
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

 private:
  void Run(std::chrono::milliseconds interval, const std::function<Status()>& work, observe::Logger& logger);

  std::mutex mutex_;  // guards stopping_
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace aqua::roles
