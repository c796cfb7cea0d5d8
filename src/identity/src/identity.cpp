#include "aqua/identity/identity.hpp"

#include <utility>

#include "aqua/auth/key_ring.hpp"
#include "aqua/auth/token_cache.hpp"
#include "aqua/identity/known_sources.hpp"
#include "aqua/identity/revocation_feed.hpp"

namespace aqua::identity {
namespace {

/// Costs and token policy are one setting each, used in two places.
SessionsConfig WithCost(SessionsConfig sessions, const AccountsConfig& accounts) {
  sessions.password_cost = accounts.password_cost;
  return sessions;
}

}  // namespace

class Identity::Implementation {
 public:
  Implementation(const IdentityParts& parts, const IdentityConfig& config, std::span<const std::uint8_t, 32> master)
      : logger(parts.logger),
        key_interval(config.key_interval),
        keys(parts.database, parts.clock, parts.logger, ring, master, config.keys, parts.events),
        issuer(ring, config.sessions.tokens),
        verifier(ring, config.sessions.tokens),
        tokens(verifier, parts.clock),
        workers(config.password_threads, config.password_queue),
        sources(parts.database, parts.clock, parts.logger, master),
        lockout(config.lockout, sources, parts.clock),
        feed(parts.database, parts.clock, {config.revocation_interval, {}, [this](bool removed) { AfterPoll(removed); }}, parts.metrics, parts.logger),
        dependencies{parts.database, parts.clock, parts.logger, feed, workers, parts.events},
        accounts(dependencies, config.accounts, parts.notifier, parts.breached),
        sessions(dependencies, WithCost(config.sessions, config.accounts), issuer, lockout, parts.cache, master),
        api_keys(dependencies, config.api_keys),
        authenticator(tokens, feed, api_keys, sessions) {}

  ~Implementation() { feed.Stop(); }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;

  /// On the feed's thread.
  void AfterPoll(bool removed) {
    const auto now = std::chrono::steady_clock::now();
    if (!removed && !retry_keys && now - keys_at < key_interval) return;
    keys_at = now;
    const Status refreshed = keys.Refresh();
    retry_keys = (removed || retry_keys) && !refreshed;
    if (!refreshed) logger.Log(observe::LogLevel::kError, "signing keys cannot be read", {{"cause", std::string_view(refreshed.error().message)}});
  }

  observe::Logger& logger;
  const std::chrono::seconds key_interval;
  std::chrono::steady_clock::time_point keys_at = std::chrono::steady_clock::now();
  bool retry_keys = false;  ///< a key was removed, and the ring may still hold it
  auth::KeyRing ring;
  Keys keys;
  auth::TokenIssuer issuer;
  auth::TokenVerifier verifier;
  auth::VerifiedTokens tokens;
  auth::PasswordWorkers workers;
  KnownSources sources;
  auth::Lockout lockout;
  RevocationFeed feed;
  Dependencies dependencies;
  Accounts accounts;
  Sessions sessions;
  ApiKeys api_keys;
  Authenticator authenticator;
};

Identity::Identity(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}

Identity::~Identity() = default;

Result<std::unique_ptr<Identity>> Identity::Open(const IdentityParts& parts, const IdentityConfig& config, std::span<const std::uint8_t, 32> master) {
  AQUA_TRY(auth::CheckTokenPolicy(config.sessions.tokens));
  auto implementation = std::make_unique<Implementation>(parts, config, master);
  AQUA_TRY(implementation->keys.Refresh());
  AQUA_TRY(implementation->feed.Poll());
  implementation->feed.Start();
  return std::unique_ptr<Identity>(new Identity(std::move(implementation)));
}

Accounts& Identity::accounts() { return implementation_->accounts; }
Sessions& Identity::sessions() { return implementation_->sessions; }
ApiKeys& Identity::api_keys() { return implementation_->api_keys; }
Keys& Identity::keys() { return implementation_->keys; }
RevocationFeed& Identity::revocations() { return implementation_->feed; }
Authenticator& Identity::authenticator() { return implementation_->authenticator; }
const auth::KeyRing& Identity::key_ring() const { return implementation_->ring; }

}  // namespace aqua::identity
