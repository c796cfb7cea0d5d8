#include <algorithm>
#include <array>

#include "aqua/observe/metrics.hpp"

namespace aqua::observe {
namespace {

constexpr std::array<std::string_view, 19> kOldNames = {
    "http_requests_total",
    "http_request_duration_seconds",
    "model_predictions_total",
    "model_prediction_duration_seconds",
    "model_prediction_accuracy",
    "model_prediction_uncertainty",
    "model_drift_score",
    "business_fish_mortality_rate",
    "business_feed_conversion_ratio",
    "business_water_quality_score",
    "business_daily_production_kg",
    "business_average_growth_rate_grams_per_day",
    "security_login_attempts_total",
    "security_api_key_usage_total",
    "security_suspicious_activity_total",
    "database_connections_active",
    "database_query_duration_seconds",
    "cache_hit_rate",
    "queue_size",
};

/// Words of lower-case letters and digits, joined by single underscores.
bool IsWords(std::string_view text) {
  const bool characters = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
  return characters && !text.empty() && text.front() != '_' && text.back() != '_' && text.find("__") == std::string_view::npos;
}

}  // namespace

bool IsMetricName(std::string_view name) {
  constexpr std::string_view kOurs = "aqua_";
  constexpr std::string_view kServing = "nv_inference_";
  if (name.starts_with(kOurs)) {
    const std::string_view rest = name.substr(kOurs.size());
    return IsWords(rest) && rest.find('_') != std::string_view::npos;
  }
  if (name.starts_with(kServing)) return IsWords(name.substr(kServing.size()));
  return std::ranges::find(kOldNames, name) != kOldNames.end();
}

}  // namespace aqua::observe
