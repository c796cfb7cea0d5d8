#include "accounts.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "aqua/base/bytes.hpp"
#include "aqua/base/cpu.hpp"
#include "aqua/cache/instrumented_store.hpp"
#include "aqua/cache/memory_store.hpp"
#include "aqua/cache/tiered_store.hpp"
#include "aqua/cache_redis/redis_store.hpp"
#include "aqua/identity/notifier.hpp"
#include "aqua/ratelimit/instrumented_limiter.hpp"
#include "aqua/ratelimit/memory_limiter.hpp"
#include "state_folder.hpp"

namespace aqua::roles {
namespace {

constexpr std::chrono::seconds kMaxTokenLife{900};
/// What another process writes is seen here after this time at the latest.
constexpr std::chrono::seconds kNearTtl{1};

std::chrono::seconds Seconds(const config::Settings& settings, std::string_view key) {
  return std::chrono::duration_cast<std::chrono::seconds>(settings.Duration(key));
}

/// A store in memory, with Redis behind it when there is one.
std::pair<std::unique_ptr<cache::Store>, cache::Store*> MakeStore(const std::string& name, cache::RedisClient* redis, observe::MetricsRegistry& metrics) {
  auto memory = std::make_unique<cache::MemoryStore>(cache::MemoryStoreConfig{});
  cache::Store* near = memory.get();
  std::unique_ptr<cache::Store> store = std::move(memory);
  if (redis != nullptr) store = std::make_unique<cache::TieredStore>(std::move(store), std::make_unique<cache::RedisStore>(*redis), kNearTtl, name, metrics);
  return {std::make_unique<cache::InstrumentedStore>(std::move(store), name, metrics), near};
}

audit::Entry MakeEntry(const identity::AuditEvent& event) {
  audit::Entry entry;
  entry.tenant = event.tenant;
  entry.user_id = event.user_id;
  entry.action = event.action;
  entry.resource_type = event.resource_type;
  entry.resource_id = event.resource_id;
  entry.details = event.details;
  const auto unless_empty = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  entry.ip_address = unless_empty(event.ip_address);
  entry.user_agent = unless_empty(event.user_agent);
  entry.request_id = unless_empty(event.request_id);
  entry.outcome = event.outcome;
  entry.time = event.time;
  return entry;
}

identity::IdentityConfig MakeIdentityConfig(const config::Settings& settings) {
  identity::IdentityConfig config;
  config.accounts.min_password_length = static_cast<std::size_t>(settings.Integer("auth.password_min_length"));
  config.accounts.registration_role = auth::ParseRole(settings.Text("auth.registration_role")).value_or(auth::Role::kViewer);
  config.accounts.reset_url = settings.Text("auth.reset_url");
  config.sessions.tokens = MakeTokenPolicy(settings);
  config.sessions.idle = Seconds(settings, "auth.session_idle");
  config.sessions.absolute = Seconds(settings, "auth.session_lifetime");
  config.keys.rotate_every = Seconds(settings, "auth.key_rotation");
  config.password_threads = base::AvailableCores();
  return config;
}

}  // namespace

Result<auth::Key256> LoadMasterKey(const config::Settings& settings) {
  const std::string& secret = settings.Text("auth.secret_key");
  if (secret.empty()) return LoadOrMakeKey(settings.Path("state.directory"), "secret.key");
  auth::Key256 key{};
  const std::string digest = auth::Sha256Hex(secret);
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(std::stoi(digest.substr(2 * i, 2), nullptr, 16));
  return key;
}

Result<std::shared_ptr<const auth::Ed25519Key>> AuditKey(const auth::Key256& master) {
  return auth::Ed25519Key::FromSeed(auth::DeriveKey(master, "audit checkpoints"));
}

std::filesystem::path AuditCheckpointFile(const config::Settings& settings) {
  const std::filesystem::path file = settings.Path("audit.checkpoint_file");
  return file.empty() ? settings.Path("state.directory") / "audit-checkpoints.jsonl" : file;
}

auth::TokenPolicy MakeTokenPolicy(const config::Settings& settings) {
  auth::TokenPolicy policy;
  policy.issuer = settings.Text("auth.issuer");
  policy.audience = {policy.issuer + "-api"};
  policy.lifetime = std::min(Seconds(settings, "auth.access_token_lifetime"), kMaxTokenLife);
  if (settings.Text("auth.jwt_algorithm") != "hs256") return policy;
  policy.algorithm = auth::TokenAlgorithm::kHs256;
  policy.hs256_secret = settings.Text("auth.jwt_secret").empty() ? settings.Text("auth.secret_key") : settings.Text("auth.jwt_secret");
  return policy;
}

Result<std::unique_ptr<identity::Notifier>> MakeNotifier(const config::Settings& settings, const base::Clock& clock) {
  const std::string& url = settings.Text("mail.url");
  if (url.empty()) {
    std::filesystem::path folder = settings.Path("mail.directory");
    if (folder.empty()) folder = settings.Path("state.directory") / "mail";
    return std::make_unique<identity::FileNotifier>(std::move(folder), settings.Text("mail.from"), clock);
  }
  identity::SmtpConfig config;
  config.url = url;
  config.from = settings.Text("mail.from");
  config.user = settings.Text("mail.user");
  config.password = settings.Text("mail.password");
  AQUA_TRY_ASSIGN(auto notifier, identity::SmtpNotifier::Make(std::move(config), clock));
  return notifier;
}

Result<Caches> OpenCaches(const config::Settings& settings, observe::MetricsRegistry& metrics) {
  Caches caches;
  if (const std::string& url = settings.Text("redis.url"); !url.empty()) {
    cache::RedisConfig config;
    config.url = url;
    config.pool_size = static_cast<std::size_t>(settings.Integer("redis.max_connections"));
    AQUA_TRY_ASSIGN(caches.redis, cache::RedisClient::Open(config, metrics));
  }
  std::tie(caches.answers, caches.near_answers) = MakeStore("answers", caches.redis.get(), metrics);
  caches.sessions = MakeStore("sessions", caches.redis.get(), metrics).first;
  return caches;
}

Limits MakeLimits(const config::Settings& settings, cache::RedisClient* redis, observe::MetricsRegistry& metrics) {
  const ratelimit::RateLimit limit{settings.Integer("rate_limit.per_minute"), settings.Integer("rate_limit.burst")};
  const std::string rate_class = "requests";
  Limits limits;
  std::unique_ptr<ratelimit::Limiter> limiter;
  if (redis == nullptr) {
    limiter = std::make_unique<ratelimit::MemoryLimiter>(ratelimit::MemoryLimiterConfig{.limit = limit});
  } else {
    ratelimit::RedisLimiterConfig config;
    config.rate_class = rate_class;
    config.limit = limit;
    config.instances = settings.Integer("rate_limit.instances");
    auto shared = std::make_unique<ratelimit::RedisLimiter>(config, *redis, metrics);
    limits.leases = shared.get();
    limiter = std::move(shared);
  }
  limits.limiter = std::make_unique<ratelimit::InstrumentedLimiter>(std::move(limiter), rate_class, metrics);
  return limits;
}

Result<std::unique_ptr<AccountServices>> AccountServices::Open(const config::Settings& settings, sql::Database& database, cache::Store& sessions,
                                                               std::unique_ptr<identity::Notifier> notifier, const auth::Key256& master,
                                                               const base::Clock& clock, observe::MetricsRegistry& metrics, observe::Logger& logger) {
  if (settings.Text("auth.jwt_algorithm") == "hs256")
    logger.Log(observe::LogLevel::kWarning,
               "access tokens are signed by HS256, as JWT_ALGORITHM asks: whoever can check one can forge one; EdDSA is the default");
  if (Seconds(settings, "auth.access_token_lifetime") > kMaxTokenLife)
    logger.Log(observe::LogLevel::kWarning, "access tokens live for 15 minutes: auth.access_token_lifetime asks for more; clients refresh them");
  auto services = std::unique_ptr<AccountServices>(new AccountServices());
  AQUA_TRY_ASSIGN(const auto audit_key, AuditKey(master));
  audit::LogConfig log_config;
  log_config.checkpoint_file = AuditCheckpointFile(settings);
  // Nothing is signed before it is sure that the master key is the one of this database: a wrong one would leave a forged checkpoint.
  auto master_is_right = std::make_shared<std::atomic<bool>>(false);
  audit::Signer signer{auth::KeyThumbprint(audit_key->public_key()), [audit_key, master_is_right](std::string_view text) -> Result<Bytes> {
                         if (!*master_is_right) return MakeError(ErrorCode::kFailedPrecondition, "accounts are not open yet", "not_yet");
                         return audit_key->Sign(text);
                       }};
  services->audit_ = std::make_unique<audit::Log>(database, log_config, std::move(signer), clock, metrics, logger);
  services->notifier_ = std::move(notifier);
  if (const auto file = settings.Path("auth.breached_passwords"); !file.empty()) {
    auto opened = auth::OpenBreachedPasswords(file);
    if (!opened) return opened.error().WithContext("auth.breached_passwords");
    services->breached_ = *std::move(opened);
  }
  const identity::Events events = [&audit = *services->audit_](const identity::AuditEvent& event) { return audit.Write(MakeEntry(event)); };
  const identity::IdentityParts parts{database, clock, logger, metrics, sessions, events, services->notifier_.get(), services->breached_.get()};
  auto identity = identity::Identity::Open(parts, MakeIdentityConfig(settings), master);
  if (!identity && identity.error().reason == "signing_key_unreadable")
    return MakeError(ErrorCode::kFailedPrecondition,
                     "the keys in the database were sealed with another SECRET_KEY (or keys/secret.key of another state folder): all instances over one "
                     "database need the same; where that key is lost, delete the rows of the table signing_keys, and everybody signs in anew",
                     "secret_key_differs");
  if (!identity) return identity.error().WithContext("accounts");
  services->identity_ = *std::move(identity);
  *master_is_right = true;
  return services;
}

Periodic::Periodic(std::chrono::milliseconds interval, std::function<Status()> work, observe::Logger& logger)
    : thread_([this, interval, work = std::move(work), &logger] { Run(interval, work, logger); }) {}

Periodic::~Periodic() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Periodic::Run(std::chrono::milliseconds interval, const std::function<Status()>& work, observe::Logger& logger) {
  try {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, interval, [this] { return stopping_; })) {
      lock.unlock();
      if (const Status done = work(); !done)
        logger.Log(observe::LogLevel::kWarning, "work in the background failed; it is tried again", {{"cause", std::string_view(done.error().message)}});
      lock.lock();
    }
  } catch (const std::exception& failure) {
    logger.Log(observe::LogLevel::kError, "a thread in the background died; ending the process", {{"cause", failure.what()}});
    std::terminate();
  }
}

}  // namespace aqua::roles
