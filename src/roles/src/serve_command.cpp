#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "accounts.hpp"
#include "aqua/api/access_control.hpp"
#include "aqua/api/application.hpp"
#include "aqua/api/tenant_directory.hpp"
#include "aqua/base/clock.hpp"
#include "aqua/base/cpu.hpp"
#include "aqua/base/file.hpp"
#include "aqua/base/text.hpp"
#include "aqua/base/time.hpp"
#include "aqua/http/server.hpp"
#include "aqua/identity/prune.hpp"
#include "aqua/observe/health.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/observe/performance_window.hpp"
#include "aqua/serving/instrumented_classifier.hpp"
#include "aqua/storage/catalogue.hpp"
#include "aqua/storage/commit_queue.hpp"
#include "aqua/storage/instrumented_database.hpp"
#include "aqua/storage/migrations.hpp"
#include "aqua/storage/prediction_store.hpp"
#include "commands.hpp"
#include "database.hpp"
#include "installation.hpp"
#include "model_facts.hpp"
#include "output.hpp"
#include "shutdown.hpp"
#include "state_folder.hpp"
#include "tracing.hpp"
#include "version.hpp"
#include "wiring.hpp"

namespace aqua::roles {
namespace {

namespace fs = std::filesystem;

/// What the role stands on, in the order in which it is built; taken down the other way round.
struct Foundation {
  observe::MetricsRegistry metrics;
  base::SystemClock clock;
  observe::PerformanceWindow performance;
  observe::HealthRegistry health;
  std::unique_ptr<sql::Database> database;
  std::unique_ptr<storage::CommitQueue> commits;
  std::unique_ptr<storage::PredictionStore> predictions;
  std::unique_ptr<storage::Catalogue> catalogue;
  std::unique_ptr<serving::Classifier> classifier;
  Caches caches;
  Limits limits;
  std::unique_ptr<AccountServices> accounts;
  std::unique_ptr<auth::PasswordWorkers> desk;  ///< one thread more than hashes run at once, so that the hashing threads never wait
  std::unique_ptr<api::TenantDirectory> tenants;
  api::StaticFiles page;
  api::StaticFiles samples;
  std::unique_ptr<observe::SpanExporter> spans;
};

/// Sign-ins that may wait; more are refused with 503.
constexpr std::size_t kWaitingSignIns = 16;

bool IsLoopback(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

Status OpenStorage(const Context& context, Foundation& foundation) {
  AQUA_TRY_ASSIGN(auto opened, OpenDatabase(context.settings));
  foundation.database = std::make_unique<storage::InstrumentedDatabase>(std::move(opened), foundation.metrics);
  const auto applied = storage::Migrate(*foundation.database);
  if (!applied) return applied.error().WithContext("database");
  for (const std::string& version : *applied) context.logger.Log(observe::LogLevel::kInfo, "database step applied", {{"version", std::string_view(version)}});
  foundation.commits = std::make_unique<storage::CommitQueue>(*foundation.database, storage::CommitQueueConfig{}, foundation.metrics, context.logger);
  foundation.predictions = std::make_unique<storage::PredictionStore>(*foundation.database, *foundation.commits);
  foundation.catalogue = std::make_unique<storage::Catalogue>(*foundation.database, *foundation.commits, foundation.clock);
  foundation.health.Add("database", true, [&database = *foundation.database]() -> Status {
    AQUA_TRY_ASSIGN(const auto connection, database.Acquire(sql::TenantScope::None()));
    AQUA_TRY(connection->Query("SELECT 1"));
    return {};
  });
  return {};
}

std::size_t ComputeThreads(const config::Settings& settings) {
  const auto configured = static_cast<std::size_t>(settings.Integer("server.compute_threads"));
  return configured > 0 ? configured : base::AvailableCores();
}

/// Loads the model, and records it and the species it knows for the default tenant.
Result<api::ModelFacts> OpenModel(const Context& context, Foundation& foundation) {
  const config::Settings& settings = context.settings;
  AQUA_TRY_ASSIGN(const serving::ModelLocation location, FindModel(settings, ""));
  AQUA_TRY_ASSIGN(const inference::ModelPackage package, LoadModel(settings, location));
  AQUA_TRY_ASSIGN(auto classifier, MakeClassifier(context, package, ComputeThreads(settings), ServerLimits(settings)));
  foundation.classifier = std::make_unique<serving::InstrumentedClassifier>(std::move(classifier), foundation.metrics);
  AQUA_TRY_ASSIGN(api::ModelFacts facts, MakeModelFacts(package, foundation.clock.Now()));
  foundation.tenants = std::make_unique<api::TenantDirectory>(*foundation.catalogue, MakeModelRow(package, facts), package.sidecar.labels);
  AQUA_TRY(foundation.tenants->Load(std::string(identity::kDefaultTenant)));
  foundation.health.Add("model", true, [] { return Status(); });  // an API without a loaded model does not start
  return facts;
}

Status WatchDisk(const config::Settings& settings, Foundation& foundation) {
  if (!settings.Text("database.url").empty()) return {};
  constexpr std::uintmax_t kLittleSpace = 100ULL << 20;
  foundation.health.Add("disk", false, [folder = settings.Path("state.directory")]() -> Status {
    std::error_code failure;
    const fs::space_info space = fs::space(folder, failure);
    if (failure || space.available >= kLittleSpace) return {};
    return MakeError(ErrorCode::kResourceExhausted, "little space is left in the state folder", "disk_nearly_full");
  });
  return {};
}

/// What stands between commas, without the blanks around it.
std::vector<std::string> List(const config::Settings& settings, std::string_view key) {
  std::vector<std::string> words;
  for (const std::string_view word : base::Split(settings.Text(key), ','))
    if (const std::string_view trimmed = base::Trim(word); !trimmed.empty()) words.emplace_back(trimmed);
  return words;
}

Result<std::vector<http::AddressRange>> AddressRanges(const config::Settings& settings, std::string_view key) {
  std::vector<http::AddressRange> ranges;
  for (const std::string& text : List(settings, key)) {
    auto range = http::AddressRange::Parse(text);
    if (!range) return range.error().WithContext(std::string(key));
    ranges.push_back(*range);
  }
  return ranges;
}

api::Registration RegistrationOf(const std::string& word) {
  if (word == "on") return api::Registration::kOn;
  return word == "off" ? api::Registration::kOff : api::Registration::kUntilAdministrator;
}

Result<api::Options> MakeOptions(const config::Settings& settings) {
  api::Options options;
  options.registration = RegistrationOf(settings.Text("auth.registration"));
  options.password_min_length = settings.Integer("auth.password_min_length");
  options.cors_origins = List(settings, "api.cors_origins");
  AQUA_TRY_ASSIGN(options.metrics_allow, AddressRanges(settings, "metrics.allow"));
  options.environment = settings.Text("environment");
  options.version = Version();
  options.max_image_bytes = settings.Bytes("imaging.max_file_bytes");
  options.thumbnails = settings.Boolean("predictions.thumbnails");
  options.metrics = settings.Boolean("metrics.enabled");
  options.confidence_threshold = settings.Real("model.confidence_threshold");
  options.high_confidence_threshold = settings.Real("model.high_confidence_threshold");
  return options;
}

Result<http::ServerConfig> MakeServerConfig(const Context& context, api::Services& services, api::AccessControl& access, const Foundation& foundation) {
  const config::Settings& settings = context.settings;
  http::ServerConfig config;
  config.address = settings.Text("api.host") == "localhost" ? "127.0.0.1" : settings.Text("api.host");
  config.port = static_cast<std::uint16_t>(settings.Integer("api.port"));
  config.compute_threads = ComputeThreads(settings);
  config.limits.max_connections = static_cast<std::size_t>(settings.Integer("server.max_connections"));
  config.limits.max_connections_per_address = static_cast<std::size_t>(settings.Integer("server.max_connections_per_address"));
  config.limits.max_queued = static_cast<std::size_t>(settings.Integer("server.max_queued"));
  config.limits.header_timeout = settings.Duration("server.header_timeout");
  config.limits.body_timeout = settings.Duration("server.body_timeout");
  config.limits.idle_timeout = settings.Duration("server.idle_timeout");
  config.routes = api::MakeRoutes(services);
  config.guard = [&access](http::Request& request) { return access.Check(request); };
  config.slow_guard = [&access](http::Request& request) { return access.CheckSlowly(request); };
  config.finish = [&access](const http::Request& request, http::Response& response) { access.Finish(request, response); };
  AQUA_TRY_ASSIGN(config.trusted_proxies, AddressRanges(settings, "api.trusted_proxies"));
  if (const fs::path certificate = settings.Path("tls.certificate"); !certificate.empty()) config.tls = http::TlsConfig{certificate, settings.Path("tls.key")};
  config.error_response = [&services](const http::Request& request, const http::TransportError& error) {
    return api::TransportErrorResponse(services, request, error);
  };
  config.on_access = [observe = api::MakeAccessObserver(services, settings.Boolean("log.requests")), spans = foundation.spans.get(),
                      fraction = settings.Real("trace.sampled_fraction")](const http::AccessRecord& record) {
    observe(record);
    if (spans != nullptr) ExportRequestSpan(record, fraction, *spans);
  };
  return config;
}

Status WritePorts(const fs::path& file, std::uint16_t api_port) {
  if (file.empty()) return {};
  const Status written = base::WriteFileAtomically(file, AsBytes(fmt::format("{{\"api\":{}}}\n", api_port)));
  return written ? written : Status(written.error().WithContext(fmt::format("ports file {}", base::Printable(file.string()))));
}

Result<api::StaticFiles> LoadFiles(const fs::path& folder) {
  auto files = api::StaticFiles::Load(folder);
  return files ? std::move(files) : Result<api::StaticFiles>(files.error().WithContext(fmt::format("folder {}", base::Printable(folder.string()))));
}

/// Says no to /ready, lets go what is in flight, and ends.
int Stop(const Context& context, api::Services& services, http::Server& server, Foundation& foundation) {
  const config::Settings& settings = context.settings;
  context.logger.Log(observe::LogLevel::kInfo, "stopping: requests in flight are finished first; a second signal ends at once");
  services.draining = true;
  std::this_thread::sleep_for(settings.Duration("server.drain_grace"));
  server.Drain();
  const bool all_answered = server.Stop(settings.Duration("server.drain_timeout"));
  if (foundation.limits.leases != nullptr) foundation.limits.leases->ReturnLeases();
  if (!all_answered) context.logger.Log(observe::LogLevel::kWarning, "some requests were not finished in time and were cut");
  return all_answered ? kExitOk : kExitFailed;
}

/// Opens what accounts stand on, and follows whether there is an administrator: from then on callers must sign in.
Status OpenAccounts(const Context& context, const auth::Key256& master, Foundation& foundation) {
  const config::Settings& settings = context.settings;
  AQUA_TRY_ASSIGN(foundation.caches, OpenCaches(settings, foundation.metrics));
  foundation.limits = MakeLimits(settings, foundation.caches.redis.get(), foundation.metrics);
  AQUA_TRY_ASSIGN(auto notifier, MakeNotifier(settings, foundation.clock));
  AQUA_TRY_ASSIGN(foundation.accounts, AccountServices::Open(settings, *foundation.database, *foundation.caches.sessions, std::move(notifier), master,
                                                             foundation.clock, foundation.metrics, context.logger));
  if (cache::RedisClient* redis = foundation.caches.redis.get(); redis != nullptr) {
    // Connects now, so that no request waits for it; without Redis the server works on its own.
    if (const auto answer = redis->Command({"PING"}); !answer)
      context.logger.Log(observe::LogLevel::kWarning, "Redis does not answer; limits, sessions and cached answers are not shared until it does",
                         {{"redis", std::string_view(redis->description())}, {"cause", std::string_view(answer.error().message)}});
    foundation.health.Add("redis", false, [redis]() -> Status {
      AQUA_TRY(redis->Command({"PING"}));
      return {};
    });
  }
  foundation.desk = std::make_unique<auth::PasswordWorkers>(base::AvailableCores() + 1, kWaitingSignIns, [&logger = context.logger](std::string_view what) {
    logger.Log(observe::LogLevel::kError, "a sign-in failed unexpectedly", {{"cause", what}});
  });
  const auto bypasses = sql::BypassesRowSecurity(*foundation.database);
  if (bypasses && *bypasses)
    context.logger.Log(observe::LogLevel::kWarning,
                       "the database role is a superuser, whom row-level security does not bind; give this program an ordinary role that owns the database");
  return {};
}

/// Whether callers must sign in: by the setting, beyond loopback, or because there is an administrator.
Result<bool> SignInRequired(const config::Settings& settings, Foundation& foundation) {
  if (settings.Text("auth.mode") == "required" || !IsLoopback(settings.Text("api.host"))) return true;
  return foundation.accounts->identity().accounts().HasAdministrator();
}

/// What is done now and then while the server runs.
class Upkeep {
 public:
  Upkeep(const Context& context, api::Services& services, Foundation& foundation)
      : administrator_(
            std::chrono::seconds(1),
            [&services, &foundation]() -> Status {
              if (services.sign_in_required) return {};
              AQUA_TRY_ASSIGN(const bool exists, foundation.accounts->identity().accounts().HasAdministrator());
              if (exists) services.sign_in_required = true;
              return {};
            },
            context.logger),
        prune_(
            std::chrono::hours(1), [&foundation] { return identity::PruneExpired(*foundation.database, foundation.clock); }, context.logger) {}

 private:
  Periodic administrator_;
  Periodic prune_;
};

Result<int> Serve(const Context& context, const ServeArguments& arguments, Shutdown& shutdown) {
  const config::Settings& settings = context.settings;
  Foundation foundation;
  AQUA_TRY(PrepareStateFolder(settings.Path("state.directory")));
  AQUA_TRY_ASSIGN(api::Options options, MakeOptions(settings));
  AQUA_TRY_ASSIGN(const auth::Key256 master, LoadMasterKey(settings));
  options.cursor_key = auth::DeriveKey(master, "cursors");
  AQUA_TRY(OpenStorage(context, foundation));
  AQUA_TRY(WatchDisk(settings, foundation));
  AQUA_TRY_ASSIGN(foundation.page, LoadFiles(PageFolder(settings)));
  AQUA_TRY_ASSIGN(foundation.samples, LoadFiles(SamplesFolder(settings)));
  foundation.spans = MakeSpanExporter(settings, foundation.metrics, context.logger);
  AQUA_TRY(OpenAccounts(context, master, foundation));
  AQUA_TRY_ASSIGN(api::ModelFacts facts, OpenModel(context, foundation));
  identity::Identity& identity = foundation.accounts->identity();
  api::Services services{*foundation.classifier,
                         *foundation.predictions,
                         *foundation.catalogue,
                         foundation.health,
                         foundation.metrics,
                         foundation.performance,
                         context.logger,
                         foundation.clock,
                         foundation.page,
                         foundation.samples,
                         *foundation.tenants,
                         *foundation.caches.answers,
                         *foundation.caches.near_answers,
                         {identity.accounts(), identity.sessions(), identity.api_keys(), identity.authenticator(), identity.key_ring(),
                          foundation.accounts->audit(), *foundation.limits.limiter, *foundation.desk, *foundation.database},
                         std::move(facts),
                         std::move(options)};
  AQUA_TRY_ASSIGN(const bool sign_in_required, SignInRequired(settings, foundation));
  services.sign_in_required = sign_in_required;
  api::AccessControl access(services);
  AQUA_TRY_ASSIGN(http::ServerConfig server_config, MakeServerConfig(context, services, access, foundation));
  const bool tls = server_config.tls.has_value();
  AQUA_TRY_ASSIGN(const auto server, http::Server::Listen(std::move(server_config), context.logger));
  services.server = server.get();
  const Hangup hangup(shutdown, [&context, &server] {
    const Status reloaded = server->ReloadCertificate();
    if (!reloaded)
      context.logger.Log(observe::LogLevel::kError, "the certificate could not be read again; the old one stays",
                         {{"cause", std::string_view(reloaded.error().message)}});
  });
  const Upkeep upkeep(context, services, foundation);
  AQUA_TRY(WritePorts(arguments.ports_file, server->port()));
  server->Start();
  const std::string url = fmt::format("{}://{}:{}/", tls ? "https" : "http", settings.Text("api.host"), server->port());
  if (!tls && !IsLoopback(settings.Text("api.host")))
    context.logger.Log(observe::LogLevel::kWarning,
                       "passwords and tokens go over the network in the clear: set tls.certificate and tls.key, or put a proxy with TLS before this server");
  context.logger.Log(observe::LogLevel::kInfo, "ready",
                     {{"url", std::string_view(url)},
                      {"sign_in", sign_in_required ? "required" : "local"},
                      {"model", std::string_view(foundation.classifier->info().model)},
                      {"version", std::string_view(foundation.classifier->info().model_version)},
                      {"database", std::string_view(foundation.database->description())}});
  shutdown.Wait();
  return Stop(context, services, *server, foundation);
}

}  // namespace

int RunServe(const Context& context, const ServeArguments& arguments) {
  if (arguments.role != "all-in-one" && arguments.role != "api") {
    Complain(fmt::format("the role {} is not in this build; all-in-one and api are", base::Printable(arguments.role)));
    return kExitUsage;
  }
  // Bodies of images come and go: giving their memory back each time costs more than keeping some.
  ::mallopt(M_TRIM_THRESHOLD, 32 << 20);
  ::mallopt(M_MMAP_THRESHOLD, 4 << 20);
  Shutdown shutdown([&context] { context.logger.Reopen(); });
  const auto exit_code = Serve(context, arguments, shutdown);
  if (exit_code) return *exit_code;
  Complain(exit_code.error().message);
  return kExitFailed;
}

}  // namespace aqua::roles
