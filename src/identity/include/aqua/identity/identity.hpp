#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "aqua/auth/lockout.hpp"
#include "aqua/auth/token.hpp"
#include "aqua/cache/store.hpp"
#include "aqua/identity/accounts.hpp"
#include "aqua/identity/api_keys.hpp"
#include "aqua/identity/authenticator.hpp"
#include "aqua/identity/keys.hpp"
#include "aqua/identity/sessions.hpp"
#include "aqua/observe/metrics.hpp"

namespace aqua::identity {

struct IdentityConfig {
  AccountsConfig accounts = {};
  SessionsConfig sessions = {};  ///< its tokens are the policy of issuer and verifier
  ApiKeysConfig api_keys = {};
  KeysConfig keys = {};
  auth::LockoutPolicy lockout = {};
  std::chrono::milliseconds revocation_interval{500};
  std::chrono::seconds key_interval{30};  ///< between two looks at the signing keys
  std::size_t password_threads = 1;
  std::size_t password_queue = 16;
};

/// What the module is made from. All must outlive it.
struct IdentityParts {
  sql::Database& database;
  const base::Clock& clock;
  observe::Logger& logger;
  observe::MetricsRegistry& metrics;
  cache::Store& cache;  ///< browser sessions
  Events events = {};
  Notifier* notifier = nullptr;
  const auth::BreachedPasswords* breached = nullptr;
};

/// All services of this module, put together. Thread-safe.
class Identity {
 public:
  /// Makes or loads the signing keys, reads what was revoked and begins to follow both. master: seals what lies in the database.
  /// Errors: those of auth::CheckTokenPolicy(), Keys::Refresh() and RevocationFeed::Poll().
  static Result<std::unique_ptr<Identity>> Open(const IdentityParts& parts, const IdentityConfig& config, std::span<const std::uint8_t, 32> master);
  ~Identity();
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;

  Accounts& accounts();
  Sessions& sessions();
  ApiKeys& api_keys();
  Keys& keys();
  RevocationFeed& revocations();
  Authenticator& authenticator();
  const auth::KeyRing& key_ring() const;

 private:
  class Implementation;
  explicit Identity(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace aqua::identity
