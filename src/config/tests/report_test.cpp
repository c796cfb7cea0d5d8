#include "aqua/config/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aqua/config/loader.hpp"
#include "aqua/config/setting.hpp"

namespace aqua::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Settings LoadYaml(const std::string& text) {
  Result<Loaded> loaded = Load({.file = "f", .dotenv = {}, .environment = {}, .flags = {}},
                               [&](const std::filesystem::path&, std::uint64_t) -> Result<Bytes> { return Bytes(text.begin(), text.end()); });
  if (!loaded) ADD_FAILURE() << loaded.error().message << "\n" << text;
  return loaded.value().settings;
}

Settings LoadEnvironment(std::map<std::string, std::string> environment) {
  return Load({.file = {}, .dotenv = {}, .environment = std::move(environment), .flags = {}}).value().settings;
}

TEST(ReportTest, PrintedConfigShowsValuesAndOrigins) {
  const std::string printed = PrintConfig(LoadEnvironment({{"LOG_LEVEL", "debug"}}));
  EXPECT_THAT(printed, HasSubstr("environment: \"development\"  # default\n"));
  EXPECT_THAT(printed, HasSubstr("log:\n  level: \"debug\"  # environment LOG_LEVEL\n"));
  EXPECT_THAT(printed, HasSubstr("  max_side: 8192  # default\n"));
  EXPECT_THAT(printed, HasSubstr("  max_decode_cpu: \"250ms\"  # default\n"));
}

TEST(ReportTest, PrintedConfigReadsBackToTheSameValues) {
  const Settings original = LoadEnvironment({{"AQUA_MODEL_NAME", R"(od"d\ : # näme)"},
                                             {"AQUA_STATE_DIR", "/var/lib/my aqua"},
                                             {"ML_MAX_IMAGE_SIZE_MB", "3"},
                                             {"CONFIDENCE_THRESHOLD", "0.25"},
                                             {"DEBUG", "Yes"},
                                             {"AQUA_CLASSIFY_WORKERS", " 3\n"},
                                             {"LOG_LEVEL", "WARN"},
                                             {"SECRET_KEY", "hidden"}});
  const Settings copy = LoadYaml(PrintConfig(original));
  for (const auto& [key, entry] : original.entries()) {
    if (FindSetting(key)->state == SettingState::kReserved || FindSetting(key)->secret) continue;
    EXPECT_EQ(copy.entries().find(key)->second.value, entry.value) << key;
  }
}

TEST(ReportTest, PrintedConfigHidesSecretsAndCommentsReservedSettings) {
  const std::string printed = PrintConfig(LoadEnvironment({{"SECRET_KEY", "hidden"}, {"DATABASE_URL", "postgresql://u:hidden@h/d"}, {"ML_PORT", "80\n81: x"}}));
  EXPECT_THAT(printed, Not(HasSubstr("hidden")));
  EXPECT_THAT(printed, HasSubstr("\n  # secret_key: \"***\"  # environment SECRET_KEY\n"));
  EXPECT_THAT(printed, HasSubstr("# ml.port: \"80\\\\x0a81: x\"  # environment ML_PORT;"));
}

TEST(ReportTest, HelpExplainsActiveSettingsOnly) {
  const std::string help = HelpText();
  EXPECT_THAT(help, HasSubstr("  imaging.max_side = 8192\n"));
  EXPECT_THAT(help, HasSubstr("Takes a whole number from 16 to 65535 (pixels). Environment: AQUA_IMAGING_MAX_SIDE\n"));
  EXPECT_THAT(help, HasSubstr("Environment: CONFIDENCE_THRESHOLD, ML_MIN_CONFIDENCE_THRESHOLD, MIN_CONFIDENCE_THRESHOLD\n"));
  EXPECT_THAT(help, Not(HasSubstr("KAFKA")));
}

TEST(ReportTest, ReferenceHasARowForEverySetting) {
  const std::string reference = MarkdownReference();
  for (const Setting& row : Table()) {
    EXPECT_THAT(reference, HasSubstr("\n| `" + std::string(row.key) + "` | "));
    for (const EnvironmentName& name : row.environment) EXPECT_THAT(reference, HasSubstr('`' + std::string(name.name) + '`'));
  }
}

/// The files that the repository ships.
TEST(ReportTest, ShippedFilesAreAccepted) {
  const std::filesystem::path root = AQUA_SOURCE_DIR;
  for (const char* name : {"config/staging.yaml", "config/production.yaml"}) {
    const Result<Loaded> loaded = Load({.file = root / name, .dotenv = {}, .environment = {}, .flags = {}});
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_TRUE(loaded->warnings.empty()) << name;
  }
  const Result<Loaded> loaded = Load({.file = {}, .dotenv = root / ".env.example", .environment = {}, .flags = {}});
  EXPECT_TRUE(loaded) << loaded.error().message;
}

}  // namespace
}  // namespace aqua::config
