#include "table.hpp"

namespace aqua::config {
namespace {

/// Marks rows as reserved and gives them their section.
std::vector<Setting> Reserve(std::string_view section, std::vector<Setting> rows) {
  for (Setting& row : rows) {
    row.state = SettingState::kReserved;
    row.section = section;
  }
  return rows;
}

std::vector<Setting> ServerSettings() {
  using enum SettingType;
  return Reserve(
      "Servers",
      {
          {.key = "serving.max_batch",
           .type = kInteger,
           .environment = {{"AQUA_MAX_BATCH"}},
           .description = "Most images that one run of the engine takes together."},
          {.key = "ml.port", .type = kInteger, .default_value = "8001", .environment = {{"ML_PORT"}}, .description = "HTTP port of the ml role."},
          {.key = "ml.grpc_port", .type = kInteger, .default_value = "9001", .environment = {{"ML_GRPC_PORT"}}, .description = "gRPC port of the ml role."},
          {.key = "worker.port", .type = kInteger, .default_value = "8002", .environment = {{"WORKER_PORT"}}, .description = "Port of the worker role."},
          {.key = "pipeline.port", .type = kInteger, .default_value = "8003", .environment = {{"PIPELINE_PORT"}}, .description = "Port of the pipeline role."},
      });
}

std::vector<Setting> MessageSettings() {
  using enum SettingType;
  return Reserve("Messages",
                 {
                     {.key = "kafka.bootstrap_servers", .type = kText, .environment = {{"KAFKA_BOOTSTRAP_SERVERS"}}, .description = "Kafka brokers."},
                     {.key = "kafka.topic_images",
                      .type = kText,
                      .default_value = "fish-images",
                      .environment = {{"KAFKA_TOPIC_IMAGES"}},
                      .description = "Topic images are read from."},
                     {.key = "kafka.topic_predictions",
                      .type = kText,
                      .default_value = "fish-predictions",
                      .environment = {{"KAFKA_TOPIC_PREDICTIONS"}},
                      .description = "Topic predictions go to."},
                     {.key = "kafka.consumer_group",
                      .type = kText,
                      .default_value = "aquaculture-workers",
                      .environment = {{"KAFKA_CONSUMER_GROUP"}},
                      .description = "Group of the image consumers."},
                 });
}

std::vector<Setting> ServingSettings() {
  using enum SettingType;
  return Reserve(
      "Model serving",
      {
          {.key = "model.path", .type = kPath, .environment = {{"MODEL_PATH"}}, .description = "PyTorch file of the old system; such files cannot be loaded."},
          {.key = "model.num_classes",
           .type = kInteger,
           .environment = {{"ML_NUM_CLASSES"}, {"NUM_CLASSES"}},
           .description = "Number of classes; model.json says it."},
          {.key = "model.warmup_samples",
           .type = kInteger,
           .environment = {{"ML_MODEL_WARMUP_SAMPLES"}, {"MODEL_WARMUP_SAMPLES"}},
           .description = "Inferences before a model counts as ready."},
          {.key = "jobs.batch_size",
           .type = kInteger,
           .default_value = "32",
           .environment = {{"BATCH_SIZE"}, {"ML_BATCH_SIZE"}},
           .description = "Images in one chunk of a batch job; the engine's limit is serving.max_batch."},
          {.key = "serving.max_batch_wait",
           .type = kDuration,
           .environment = {{"ML_MAX_BATCH_WAIT_TIME"}, {"MAX_BATCH_WAIT_TIME"}},
           .description = "Longest wait for a batch to fill."},
          {.key = "serving.ab_testing",
           .type = kBoolean,
           .environment = {{"ML_ENABLE_AB_TESTING"}, {"ENABLE_AB_TESTING"}},
           .description = "Compare two versions on live requests."},
          {.key = "serving.ab_traffic_split",
           .type = kReal,
           .environment = {{"ML_AB_TEST_TRAFFIC_SPLIT"}, {"AB_TEST_TRAFFIC_SPLIT"}},
           .description = "Share of requests for the second version."},
          {.key = "serving.cache_ttl",
           .type = kDuration,
           .environment = {{"ML_CACHE_TTL_SECONDS", "s"}, {"CACHE_TTL_SECONDS", "s"}},
           .description = "Life of a cached answer."},
          {.key = "serving.cache_max_entries",
           .type = kInteger,
           .environment = {{"ML_CACHE_MAX_SIZE"}, {"CACHE_MAX_SIZE"}},
           .description = "Most cached answers."},
          {.key = "serving.drift_detection",
           .type = kBoolean,
           .environment = {{"ML_ENABLE_DRIFT_DETECTION"}, {"ENABLE_DRIFT_DETECTION"}},
           .description = "Watch the inputs for drift."},
          {.key = "serving.drift_window",
           .type = kInteger,
           .default_value = "1000",
           .environment = {{"ML_DRIFT_DETECTION_WINDOW"}, {"DRIFT_DETECTION_WINDOW"}},
           .description = "Predictions that drift is measured over."},
          {.key = "serving.log_predictions",
           .type = kBoolean,
           .environment = {{"ML_LOG_PREDICTIONS"}, {"LOG_PREDICTIONS"}},
           .description = "Log every prediction."},
      });
}

}  // namespace

std::vector<Setting> ReservedSettings() {
  std::vector<Setting> rows;
  for (const auto& part : {ServerSettings(), MessageSettings(), ServingSettings()}) rows.insert(rows.end(), part.begin(), part.end());
  return rows;
}

}  // namespace aqua::config
