#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "aqua/api/application.hpp"
#include "aqua/base/clock.hpp"
#include "aqua/base/cpu.hpp"
#include "aqua/base/file.hpp"
#include "aqua/base/text.hpp"
#include "aqua/base/time.hpp"
#include "aqua/http/server.hpp"
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
  api::StaticFiles page;
  api::StaticFiles samples;
  std::unique_ptr<observe::SpanExporter> spans;
};

/// The rules of the local mode. Errors: kFailedPrecondition ("accounts_missing").
Status CheckExposure(const config::Settings& settings) {
  const std::string& host = settings.Text("api.host");
  const bool loopback = host == "localhost" || host == "::1" || host.starts_with("127.");
  if (settings.Text("auth.mode") != "local")
    return MakeError(ErrorCode::kFailedPrecondition, "auth.mode=required asks for accounts, which this build does not have; leave it at local",
                     "accounts_missing");
  if (loopback) return {};
  return MakeError(ErrorCode::kFailedPrecondition,
                   fmt::format("API_HOST={} would open the server to the network, and this build has no accounts to keep strangers out; use 127.0.0.1",
                               base::Printable(host)),
                   "accounts_missing");
}

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
    AQUA_TRY_ASSIGN(const auto connection, database.Acquire());
    AQUA_TRY(connection->Query("SELECT 1"));
    return {};
  });
  return {};
}

std::size_t ComputeThreads(const config::Settings& settings) {
  const auto configured = static_cast<std::size_t>(settings.Integer("server.compute_threads"));
  return configured > 0 ? configured : base::AvailableCores();
}

/// Loads the model, records it as the active one and seeds the species it knows.
Result<api::ModelFacts> OpenModel(const Context& context, Foundation& foundation) {
  const config::Settings& settings = context.settings;
  AQUA_TRY_ASSIGN(const serving::ModelLocation location, FindModel(settings, ""));
  AQUA_TRY_ASSIGN(const inference::ModelPackage package, LoadModel(settings, location));
  AQUA_TRY_ASSIGN(auto classifier, MakeClassifier(context, package, ComputeThreads(settings), ServerLimits(settings)));
  foundation.classifier = std::make_unique<serving::InstrumentedClassifier>(std::move(classifier), foundation.metrics);
  AQUA_TRY_ASSIGN(api::ModelFacts facts, MakeModelFacts(package, foundation.clock.Now()));
  const std::string tenant(api::kLocalTenant);
  AQUA_TRY(foundation.catalogue->SeedSpecies(tenant, package.sidecar.labels));
  AQUA_TRY_ASSIGN(facts.row_id, foundation.catalogue->ActivateModel(tenant, MakeModelRow(package, facts)));
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

api::Options MakeOptions(const config::Settings& settings) {
  api::Options options;
  options.environment = settings.Text("environment");
  options.version = Version();
  options.max_image_bytes = settings.Bytes("imaging.max_file_bytes");
  options.thumbnails = settings.Boolean("predictions.thumbnails");
  options.metrics = settings.Boolean("metrics.enabled");
  options.confidence_threshold = settings.Real("model.confidence_threshold");
  options.high_confidence_threshold = settings.Real("model.high_confidence_threshold");
  return options;
}

http::ServerConfig MakeServerConfig(const Context& context, api::Services& services, const Foundation& foundation) {
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
  config.guard = [&services](const http::Request& request) { return api::CheckLocalRequest(services, request); };
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
int Stop(const Context& context, api::Services& services, http::Server& server) {
  const config::Settings& settings = context.settings;
  context.logger.Log(observe::LogLevel::kInfo, "stopping: requests in flight are finished first; a second signal ends at once");
  services.draining = true;
  std::this_thread::sleep_for(settings.Duration("server.drain_grace"));
  server.Drain();
  const bool all_answered = server.Stop(settings.Duration("server.drain_timeout"));
  if (!all_answered) context.logger.Log(observe::LogLevel::kWarning, "some requests were not finished in time and were cut");
  return all_answered ? kExitOk : kExitFailed;
}

Result<int> Serve(const Context& context, const ServeArguments& arguments, Shutdown& shutdown) {
  const config::Settings& settings = context.settings;
  AQUA_TRY(CheckExposure(settings));
  Foundation foundation;
  AQUA_TRY(PrepareStateFolder(settings.Path("state.directory")));
  api::Options options = MakeOptions(settings);
  AQUA_TRY_ASSIGN(options.cursor_key, LoadOrMakeKey(settings.Path("state.directory"), "cursor.key"));
  AQUA_TRY(OpenStorage(context, foundation));
  AQUA_TRY(WatchDisk(settings, foundation));
  AQUA_TRY_ASSIGN(foundation.page, LoadFiles(PageFolder(settings)));
  AQUA_TRY_ASSIGN(foundation.samples, LoadFiles(SamplesFolder(settings)));
  foundation.spans = MakeSpanExporter(settings, foundation.metrics, context.logger);
  AQUA_TRY_ASSIGN(api::ModelFacts facts, OpenModel(context, foundation));
  AQUA_TRY_ASSIGN(auto species, foundation.catalogue->Species(std::string(api::kLocalTenant)));
  api::Services services{*foundation.classifier, *foundation.predictions, *foundation.catalogue, foundation.health, foundation.metrics,
                         foundation.performance, context.logger,          foundation.clock,      foundation.page,   foundation.samples,
                         std::move(facts),       std::move(species),      std::move(options)};
  AQUA_TRY_ASSIGN(const auto server, http::Server::Listen(MakeServerConfig(context, services, foundation), context.logger));
  services.server = server.get();
  AQUA_TRY(WritePorts(arguments.ports_file, server->port()));
  server->Start();
  const std::string url = fmt::format("http://{}:{}/", settings.Text("api.host"), server->port());
  context.logger.Log(observe::LogLevel::kInfo, "ready",
                     {{"url", std::string_view(url)},
                      {"model", std::string_view(foundation.classifier->info().model)},
                      {"version", std::string_view(foundation.classifier->info().model_version)},
                      {"database", std::string_view(foundation.database->description())}});
  shutdown.Wait();
  return Stop(context, services, *server);
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
