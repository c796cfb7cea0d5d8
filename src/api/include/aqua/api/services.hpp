#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/api/static_files.hpp"
#include "aqua/api/tenant_directory.hpp"
#include "aqua/audit/log.hpp"
#include "aqua/auth/key_ring.hpp"
#include "aqua/auth/password_workers.hpp"
#include "aqua/base/clock.hpp"
#include "aqua/cache/store.hpp"
#include "aqua/http/address.hpp"
#include "aqua/http/server.hpp"
#include "aqua/identity/accounts.hpp"
#include "aqua/identity/api_keys.hpp"
#include "aqua/identity/authenticator.hpp"
#include "aqua/identity/sessions.hpp"
#include "aqua/observe/health.hpp"
#include "aqua/observe/log.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/observe/performance_window.hpp"
#include "aqua/ratelimit/limiter.hpp"
#include "aqua/serving/classifier.hpp"
#include "aqua/sql/database.hpp"
#include "aqua/storage/catalogue.hpp"
#include "aqua/storage/prediction_store.hpp"

namespace aqua::api {

/// Figures of one evaluation of the model, 0–1.
struct ModelFigures {
  double accuracy = 0;
  double macro_recall = 0;
  std::optional<double> ece;
};

/// What is known about the model that answers; read once at start.
struct ModelFacts {
  std::string architecture;
  std::int64_t parameter_count = 0;
  std::string checksum;  ///< SHA-256 of the network file
  std::string device;    ///< "cpu"
  std::string card;      ///< CARD.md
  std::chrono::system_clock::time_point created_at;
  std::chrono::system_clock::time_point loaded_at;
  std::map<std::string, ModelFigures> figures;            ///< by split
  std::optional<double> accuracy, precision, recall, f1;  ///< of the test split
};

/// Who may register an account by himself.
enum class Registration { kUntilAdministrator, kOn, kOff };

/// What stands in settings.
struct Options {
  std::string environment = "development";
  std::string version;  ///< of the program
  std::uint64_t max_image_bytes = 10 << 20;
  bool thumbnails = true;
  bool metrics = true;
  double confidence_threshold = 0.5;
  double high_confidence_threshold = 0.9;
  std::array<std::uint8_t, 32> cursor_key{};  ///< signs the cursors of pages
  Registration registration = Registration::kUntilAdministrator;
  std::vector<std::string> cors_origins;  ///< whose pages may call
  std::int64_t password_min_length = 12;
  std::vector<http::AddressRange> metrics_allow;  ///< who may read /metrics without being an administrator
};

/// Accounts and what goes with them.
struct IdentityServices {
  identity::Accounts& accounts;
  identity::Sessions& sessions;
  identity::ApiKeys& api_keys;
  identity::Authenticator& authenticator;
  const auth::KeyRing& keys;
  audit::Log& audit;
  ratelimit::Limiter& limiter;
  auth::PasswordWorkers& desk;  ///< runs the operations that look at a password, a few at a time, so that others do not wait behind them
  sql::Database& database;      ///< of the audit log
};

/// Everything the handlers need. Wired by the role, which owns all of it; handlers run on many threads.
struct Services {
  serving::Classifier& classifier;
  storage::PredictionStore& predictions;
  storage::Catalogue& catalogue;
  observe::HealthRegistry& health;
  observe::MetricsRegistry& metrics;
  observe::PerformanceWindow& performance;
  observe::Logger& logger;
  const base::Clock& clock;
  const StaticFiles& page;
  const StaticFiles& samples;
  TenantDirectory& tenants;
  cache::Store& cache;       ///< of answers, under cache:*; may block
  cache::Store& near_cache;  ///< the part of it in this process; does not block
  IdentityServices identity;
  ModelFacts model;
  Options options;
  std::atomic<bool> draining{false};
  /// Whether callers must prove who they are. False: the local mode; turns true when the first administrator exists.
  std::atomic<bool> sign_in_required{false};
  const http::Server* server = nullptr;  ///< tells how much waits; set before it starts, or none
};

}  // namespace aqua::api
