#include "aqua/config/loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/base/text.hpp"

namespace aqua::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Environment = std::map<std::string, std::string>;

/// Loads with files that exist only in the test: "f" is the YAML file, ".env" the dotenv file.
class LoaderTest : public ::testing::Test {
 protected:
  void File(std::string text) {
    sources_.file = "f";
    files_["f"] = std::move(text);
  }
  void Dotenv(std::string text) {
    sources_.dotenv = ".env";
    files_[".env"] = std::move(text);
  }

  [[nodiscard]] Result<Loaded> LoadAll() const {
    return Load(sources_, [this](const std::filesystem::path& path, std::uint64_t) -> Result<Bytes> {
      const auto file = files_.find(path);
      if (file == files_.end()) return MakeError(ErrorCode::kNotFound, "no such file", "not_found");
      return Bytes(file->second.begin(), file->second.end());
    });
  }

  [[nodiscard]] Settings Accepted() const {
    Result<Loaded> loaded = LoadAll();
    if (!loaded) ADD_FAILURE() << loaded.error().message;
    return loaded ? loaded->settings : Load({}).value().settings;
  }

  [[nodiscard]] std::vector<std::string> Warnings() const {
    const Result<Loaded> loaded = LoadAll();
    if (!loaded) ADD_FAILURE() << loaded.error().message;
    return loaded ? loaded->warnings : std::vector<std::string>();
  }

  [[nodiscard]] std::vector<std::string> Faults() const {
    const Result<Loaded> loaded = LoadAll();
    if (loaded) return {};
    EXPECT_EQ(loaded.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(loaded.error().reason, "invalid_config");
    std::vector<std::string> lines;
    for (const std::string_view line : base::Split(loaded.error().message, '\n')) lines.emplace_back(line);
    return lines;
  }

  Sources sources_;
  std::map<std::filesystem::path, std::string> files_;
};

TEST_F(LoaderTest, DefaultsHoldWhenNothingIsGiven) {
  const Settings settings = Accepted();
  EXPECT_EQ(settings.Text("environment"), "development");
  EXPECT_FALSE(settings.Boolean("debug"));
  EXPECT_EQ(settings.Path("state.directory"), "./var");
  EXPECT_EQ(settings.Path("model.base_path"), "");
  EXPECT_EQ(settings.Text("model.name"), "fish_species");
  EXPECT_EQ(settings.Text("inference.engine"), "openvino");
  EXPECT_TRUE(settings.Boolean("inference.cache_compiled"));
  EXPECT_DOUBLE_EQ(settings.Real("model.confidence_threshold"), 0.5);
  EXPECT_DOUBLE_EQ(settings.Real("model.high_confidence_threshold"), 0.9);
  EXPECT_EQ(settings.Integer("imaging.max_side"), 8192);
  EXPECT_EQ(settings.Integer("imaging.max_pixels"), 25000000);
  EXPECT_EQ(settings.Bytes("imaging.max_file_bytes"), 10U * 1024 * 1024);
  EXPECT_EQ(settings.Bytes("imaging.max_memory_bytes"), 128U * 1024 * 1024);
  EXPECT_EQ(settings.Duration("imaging.max_decode_cpu"), std::chrono::milliseconds(250));
  EXPECT_EQ(settings.Integer("imaging.max_scans"), 100);
  EXPECT_EQ(settings.source("imaging.min_side"), SettingSource::kDefault);
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(LoaderTest, LaterSourcesWin) {
  File("log:\n  level: trace\nimaging: {max_side: 1000, min_side: 10}\nmodel: {name: from_file}\n");
  EXPECT_EQ(Accepted().source("log.level"), SettingSource::kFile);
  Dotenv("LOG_LEVEL=debug\nAQUA_IMAGING_MAX_SIDE=2000\nAQUA_MODEL_NAME=from_dotenv\n");
  EXPECT_EQ(Accepted().source("log.level"), SettingSource::kDotenv);
  sources_.environment = {{"LOG_LEVEL", "warning"}, {"AQUA_IMAGING_MAX_SIDE", "3000"}};
  EXPECT_EQ(Accepted().source("log.level"), SettingSource::kEnvironment);
  sources_.flags = {{"log.level", "error"}};

  const Settings settings = Accepted();
  EXPECT_EQ(settings.source("log.level"), SettingSource::kFlag);
  EXPECT_EQ(settings.Text("log.level"), "error");
  EXPECT_EQ(settings.Integer("imaging.max_side"), 3000);
  EXPECT_EQ(settings.Text("model.name"), "from_dotenv");
  EXPECT_EQ(settings.Integer("imaging.min_side"), 10);
  EXPECT_EQ(settings.entries().find("imaging.min_side")->second.origin, "f:3");
}

TEST_F(LoaderTest, FileTakesEnvironmentNamesAtItsTopLevel) {
  File("LOG_LEVEL: debug\nML_MAX_IMAGE_SIZE_MB: 3\n");
  EXPECT_EQ(Accepted().Text("log.level"), "debug");
  EXPECT_EQ(Accepted().Bytes("imaging.max_file_bytes"), 3U * 1024 * 1024);
  File("log:\n  LOG_LEVEL: debug\n");
  EXPECT_THAT(Faults(), ElementsAre(HasSubstr("f:2: unknown setting log.LOG_LEVEL")));
}

TEST_F(LoaderTest, FileMustNotSetOneSettingUnderTwoNames) {
  File("LOG_LEVEL: debug\nlog.level: info\n");
  EXPECT_THAT(Faults(), ElementsAre("f:2: log.level is given twice, first at f:1"));
}

TEST_F(LoaderTest, KeyWithoutValueInTheFileLeavesTheDefault) {
  File("log:\n  level:\nimaging:\n");
  EXPECT_EQ(Accepted().source("log.level"), SettingSource::kDefault);
}

TEST_F(LoaderTest, EmptyEnvironmentValuesCountAsNotGiven) {
  File("log.level: debug\n");
  Dotenv("LOG_LEVEL=\n");
  sources_.environment = {{"LOG_LEVEL", ""}, {"KAFKA_BOOTSTRAP_SERVERS", ""}};
  EXPECT_EQ(Accepted().Text("log.level"), "debug");
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(LoaderTest, CanonicalNameWinsWithinOneSource) {
  sources_.environment = {{"ML_MIN_CONFIDENCE_THRESHOLD", "0.3"}, {"CONFIDENCE_THRESHOLD", "0.4"}, {"MIN_CONFIDENCE_THRESHOLD", "0.4"}};
  EXPECT_DOUBLE_EQ(Accepted().Real("model.confidence_threshold"), 0.4);
  EXPECT_THAT(Warnings(), ElementsAre("ML_MIN_CONFIDENCE_THRESHOLD has no effect because CONFIDENCE_THRESHOLD is set too"));
}

TEST_F(LoaderTest, NamesThatImplyAUnitScaleBareNumbers) {
  sources_.environment = {{"MAX_IMAGE_SIZE_MB", "5"}};
  EXPECT_EQ(Accepted().Bytes("imaging.max_file_bytes"), 5U * 1024 * 1024);
  sources_.environment = {{"MAX_IMAGE_SIZE_MB", "5 KiB"}};
  EXPECT_EQ(Accepted().Bytes("imaging.max_file_bytes"), 5U * 1024);
  sources_.environment = {{"MAX_FILE_SIZE", "5242880"}};
  EXPECT_EQ(Accepted().Bytes("imaging.max_file_bytes"), 5U * 1024 * 1024);
}

TEST_F(LoaderTest, LastFlagOfAKeyWins) {
  sources_.flags = {{"log.level", "debug"}, {"log.level", "WARN"}};
  EXPECT_EQ(Accepted().Text("log.level"), "warning");
}

TEST_F(LoaderTest, AllFaultsAreListedWithPlaceValueAndWhatIsAllowed) {
  File("log.level: loud\nimaging.max_side: 5\nimagin: {max_side: 3}\n");
  Dotenv("CONFIDENCE_THRESHOLD=2\nnonsense\n");
  sources_.environment = {{"INFERENCE_DEVICE", "tpu"}};
  sources_.flags = {{"imaging.max_scans", "0"}, {"imaging.max_scanes", "3"}};
  EXPECT_THAT(Faults(),
              ::testing::UnorderedElementsAre(".env:2: expected NAME=VALUE", "f:1: log.level = \"loud\" must be one of trace, debug, info, warning, error",
                                              "f:2: imaging.max_side = \"5\" must be a whole number from 16 to 65535",
                                              "f:3: unknown setting imagin.max_side; did you mean imaging.max_side?",
                                              ".env:1: model.confidence_threshold (CONFIDENCE_THRESHOLD) = \"2\" must be a number from 0 to 1",
                                              "environment INFERENCE_DEVICE: inference.device = \"tpu\" must be one of cpu, cuda",
                                              "command line: imaging.max_scans = \"0\" must be a whole number from 1 to 10000",
                                              "command line: unknown setting imaging.max_scanes; did you mean imaging.max_scans?"));
}

TEST_F(LoaderTest, ValuesInFaultsAreHarmlessAndShort) {
  sources_.environment = {{"LOG_LEVEL", "\x1b[31m\n" + std::string(5000, 'x')}};
  const std::vector<std::string> faults = Faults();
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0], HasSubstr("\\x1b[31m\\x0axxx"));
  EXPECT_LT(faults[0].size(), 300U);
}

TEST_F(LoaderTest, NumberOfFaultsShownIsBounded) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "unknown_" + std::to_string(i) + ": 1\n";
  File(text);
  const std::vector<std::string> faults = Faults();
  EXPECT_EQ(faults.size(), 101U);
  EXPECT_EQ(faults.back(), "and 400 more");
}

TEST_F(LoaderTest, GroupOfSettingsTakesNoValue) {
  File("imaging: 3\n");
  EXPECT_THAT(Faults(), ElementsAre("f:1: imaging is a group of settings and takes no value"));
}

TEST_F(LoaderTest, UnknownNamesOfOursWarnInTheEnvironmentAndFailInDotenv) {
  sources_.environment = {{"AQUA_MAX_BACH", "3"}, {"HOME", "/root"}, {"LOG_LEVLE", "debug"}};
  EXPECT_THAT(Warnings(), ElementsAre("AQUA_MAX_BACH is not a setting and has no effect; did you mean AQUA_MAX_BATCH?"));
  Dotenv("AQUA_MAX_BACH=3\n");
  EXPECT_THAT(Faults(), ElementsAre(".env:1: unknown setting AQUA_MAX_BACH; did you mean AQUA_MAX_BATCH?"));
}

TEST_F(LoaderTest, SlipsInDotenvWarnAndForeignNamesAreIgnored) {
  Dotenv("LOG_LEVLE=debug\nGRAFANA_ADMIN_PASSWORD=x\n");
  EXPECT_THAT(Warnings(), ElementsAre(".env:1: LOG_LEVLE is not a setting and has no effect; did you mean LOG_LEVEL?"));
}

TEST_F(LoaderTest, TestDataFolderIsIgnored) {
  sources_.environment = {{"AQUA_DATA", "/data"}};
  EXPECT_THAT(Warnings(), IsEmpty());
}

TEST_F(LoaderTest, ReservedNamesWarnOnceWhereverTheyAreSet) {
  Dotenv("KAFKA_BOOTSTRAP_SERVERS=a:9092\n");
  sources_.environment = {{"KAFKA_BOOTSTRAP_SERVERS", "b:9092"}, {"ML_PORT", "not even a number"}};
  EXPECT_THAT(Warnings(), ElementsAre("KAFKA_BOOTSTRAP_SERVERS is known but has no effect in this build", "ML_PORT is known but has no effect in this build"));
  EXPECT_EQ(Accepted().entries().find("kafka.bootstrap_servers")->second.text, "b:9092");
}

TEST_F(LoaderTest, PyTorchFileIsExplained) {
  sources_.environment = {{"MODEL_PATH", "models/best.PTH"}};
  EXPECT_THAT(Warnings(), ElementsAre(HasSubstr("PyTorch files cannot be loaded")));
  sources_.environment = {{"MODEL_PATH", "models/best.onnx"}};
  EXPECT_THAT(Warnings(), ElementsAre("MODEL_PATH is known but has no effect in this build"));
}

TEST_F(LoaderTest, ProductionRulesAreFaultsLikeOthers) {
  sources_.environment = {{"ENVIRONMENT", "production"}, {"DEBUG", "true"}, {"SECRET_KEY", "tiny"}, {"LOG_LEVEL", "loud"}};
  const std::vector<std::string> faults = Faults();
  EXPECT_EQ(faults.size(), 3U);
  EXPECT_THAT(faults, ::testing::Contains("environment DEBUG: debug must be false in production"));
  EXPECT_THAT(faults, ::testing::Each(::testing::Not(HasSubstr("tiny"))));
}

TEST_F(LoaderTest, NamedFilesMustExist) {
  sources_.file = "missing.yaml";
  sources_.dotenv = "missing.env";
  EXPECT_THAT(Faults(), ElementsAre("missing.yaml: no such file", "missing.env: no such file"));
}

TEST_F(LoaderTest, FileIsFoundThroughTheEnvironmentWhenNoneIsGiven) {
  files_["named"] = "log.level: debug\n";
  sources_.environment = {{"AQUA_CONFIG", "named"}};
  EXPECT_EQ(Accepted().Text("log.level"), "debug");
  File("log.level: error\n");
  EXPECT_EQ(Accepted().Text("log.level"), "error");
}

TEST_F(LoaderTest, FileIsFoundThroughDotenvToo) {
  files_["named"] = "log.level: debug\n";
  Dotenv("AQUA_CONFIG=named\n");
  EXPECT_EQ(Accepted().Text("log.level"), "debug");
}

TEST_F(LoaderTest, ReadsRealFilesAndBoundsThem) {
  const base::testing::TemporaryFolder folder;
  sources_.file = folder.Write("config.yaml", "log.level: debug\n");
  EXPECT_EQ(Load(sources_).value().settings.Text("log.level"), "debug");
  sources_.file = folder.Write("empty.yaml", "");
  EXPECT_TRUE(Load(sources_));
  sources_.file = folder.Write("large.yaml", std::string(1024 * 1024 + 1, '#'));
  EXPECT_THAT(Load(sources_).error().message, HasSubstr("large.yaml: larger than the limit of 1 MiB"));
}

TEST_F(LoaderTest, ProcessEnvironmentHasTheVariablesOfThisProcess) {
  ASSERT_EQ(::setenv("AQUA_LOADER_TEST", "a=b", 1), 0);
  EXPECT_EQ(ProcessEnvironment().at("AQUA_LOADER_TEST"), "a=b");
  ::unsetenv("AQUA_LOADER_TEST");
}

TEST(SettingsDeathTest, WrongKeysAndTypesEndTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const Settings settings = Load({}).value().settings;
  EXPECT_DEATH(static_cast<void>(settings.Text("log.levels")), "internal error");
  EXPECT_DEATH(static_cast<void>(settings.Integer("log.level")), "internal error");
  EXPECT_DEATH(static_cast<void>(settings.Text("state.directory")), "internal error");
  EXPECT_DEATH(static_cast<void>(settings.Path("log.level")), "internal error");
  EXPECT_DEATH(static_cast<void>(settings.source("none")), "internal error");
}

}  // namespace
}  // namespace aqua::config
