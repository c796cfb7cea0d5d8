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
#include "aqua/base/clock.hpp"
#include "aqua/http/server.hpp"
#include "aqua/observe/health.hpp"
#include "aqua/observe/log.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/observe/performance_window.hpp"
#include "aqua/serving/classifier.hpp"
#include "aqua/storage/catalogue.hpp"
#include "aqua/storage/prediction_store.hpp"

namespace aqua::api {

/// Every request of the local mode acts for this tenant.
inline constexpr std::string_view kLocalTenant = "00000000-0000-4000-8000-000000000001";

/// Figures of one evaluation of the model, 0–1.
struct ModelFigures {
  double accuracy = 0;
  double macro_recall = 0;
  std::optional<double> ece;
};

/// What is known about the model that answers; read once at start.
struct ModelFacts {
  std::string row_id;  ///< of the table models
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
  ModelFacts model;
  std::vector<storage::SpeciesRow> species;
  Options options;
  std::atomic<bool> draining{false};
  const http::Server* server = nullptr;  ///< tells how much waits; set before it starts, or none
};

}  // namespace aqua::api
