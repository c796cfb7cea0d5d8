#include "table.hpp"

#include <gtest/gtest.h>

#include <set>

#include "value.hpp"

namespace aqua::config {
namespace {

TEST(TableTest, KeysAreUniqueAndDottedSnakeCase) {
  std::set<std::string_view> keys;
  for (const Setting& row : Table()) {
    EXPECT_TRUE(keys.insert(row.key).second) << row.key;
    EXPECT_EQ(row.key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."), std::string_view::npos) << row.key;
  }
}

TEST(TableTest, NoKeyIsAGroupOfOthers) {
  for (const Setting& row : Table())
    for (const Setting& other : Table()) EXPECT_FALSE(other.key.starts_with(std::string(row.key) + '.')) << row.key;
}

TEST(TableTest, EnvironmentNamesAreUnique) {
  std::set<std::string_view> names;
  for (const Setting& row : Table())
    for (const EnvironmentName& name : row.environment) EXPECT_TRUE(names.insert(name.name).second) << name.name;
}

TEST(TableTest, EveryRowIsDescribed) {
  for (const Setting& row : Table()) {
    EXPECT_FALSE(row.section.empty()) << row.key;
    EXPECT_TRUE(row.description.ends_with('.') || row.description.ends_with("…")) << row.key;
    EXPECT_EQ(row.choices.empty(), row.type != SettingType::kChoice) << row.key;
  }
}

TEST(TableTest, ActiveRowsComeFirstWithASafeDefaultAndBounds) {
  bool reserved_seen = false;
  for (const Setting& row : Table()) {
    reserved_seen |= row.state == SettingState::kReserved;
    if (row.state == SettingState::kReserved) continue;
    EXPECT_FALSE(reserved_seen) << row.key;
    EXPECT_TRUE(ParseValue(row, row.default_value)) << row.key;
    EXPECT_FALSE(row.environment.empty()) << row.key;
    const bool number =
        row.type == SettingType::kInteger || row.type == SettingType::kReal || row.type == SettingType::kBytes || row.type == SettingType::kDuration;
    EXPECT_EQ(row.minimum.has_value() && row.maximum.has_value(), number) << row.key;
  }
}

TEST(TableTest, SectionsAndGroupsStandTogether) {
  for (const auto& part : {&Setting::section, &Setting::key}) {
    std::set<std::string_view> finished;
    std::string_view current;
    for (const Setting& row : ActiveSettings()) {
      const std::string_view word = (row.*part).substr(0, (row.*part).find('.'));
      if (word == current) continue;
      EXPECT_TRUE(finished.insert(word).second) << word;
      current = word;
    }
  }
}

TEST(TableTest, SecretsHaveNoDefault) {
  for (const Setting& row : Table()) EXPECT_TRUE(!row.secret || row.default_value.empty()) << row.key;
}

TEST(TableTest, FindsRowsByKeyAndByAnyName) {
  ASSERT_NE(FindSetting("log.level"), nullptr);
  EXPECT_EQ(FindSetting("log.levels"), nullptr);
  const auto found = FindByEnvironmentName("MIN_CONFIDENCE_THRESHOLD");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->setting->key, "model.confidence_threshold");
  EXPECT_EQ(found->rank, 2U);
  EXPECT_FALSE(FindByEnvironmentName("HOME"));
}

/// Names that the compatibility contract fixes.
TEST(TableTest, KnowsEveryNameOfTheContract) {
  for (const char* name : {"API_HOST",
                           "API_PORT",
                           "DATABASE_URL",
                           "DATABASE_POOL_SIZE",
                           "DATABASE_MAX_OVERFLOW",
                           "REDIS_URL",
                           "REDIS_MAX_CONNECTIONS",
                           "KAFKA_BOOTSTRAP_SERVERS",
                           "KAFKA_TOPIC_IMAGES",
                           "KAFKA_TOPIC_PREDICTIONS",
                           "KAFKA_CONSUMER_GROUP",
                           "SECRET_KEY",
                           "JWT_SECRET",
                           "JWT_ALGORITHM",
                           "ACCESS_TOKEN_EXPIRE_MINUTES",
                           "CORS_ORIGINS",
                           "RATE_LIMIT_PER_MINUTE",
                           "RATE_LIMIT_BURST",
                           "PROMETHEUS_ENABLED",
                           "LOG_LEVEL",
                           "MODEL_PATH",
                           "BATCH_SIZE",
                           "CONFIDENCE_THRESHOLD",
                           "INFERENCE_DEVICE",
                           "ENVIRONMENT",
                           "DEBUG",
                           "MAX_FILE_SIZE",
                           "AQUA_STATE_DIR",
                           "ML_PORT",
                           "ML_GRPC_PORT",
                           "WORKER_PORT",
                           "PIPELINE_PORT",
                           "AQUA_WEB_DIR",
                           "INFERENCE_ENGINE"})
    EXPECT_TRUE(FindByEnvironmentName(name)) << name;
}

TEST(TableTest, KnowsTheModelNamesWithAndWithoutPrefix) {
  for (const char* name : {"MODEL_BASE_PATH", "ACTIVE_MODEL_VERSION", "BATCH_SIZE", "MAX_BATCH_WAIT_TIME", "ENABLE_AB_TESTING", "AB_TEST_TRAFFIC_SPLIT",
                           "CACHE_TTL_SECONDS", "CACHE_MAX_SIZE", "ENABLE_DRIFT_DETECTION", "DRIFT_DETECTION_WINDOW", "NUM_CLASSES", "INFERENCE_DEVICE",
                           "MODEL_WARMUP_SAMPLES", "MAX_IMAGE_SIZE_MB", "MIN_CONFIDENCE_THRESHOLD", "HIGH_CONFIDENCE_THRESHOLD", "LOG_PREDICTIONS"}) {
    EXPECT_TRUE(FindByEnvironmentName(name)) << name;
    EXPECT_TRUE(FindByEnvironmentName(std::string("ML_") + name)) << name;
  }
}

}  // namespace
}  // namespace aqua::config
