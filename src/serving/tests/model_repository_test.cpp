#include "aqua/serving/model_repository.hpp"

#include <gmock/gmock.h>

#include "aqua/base/testing/temporary_folder.hpp"

namespace aqua::serving {
namespace {

using base::testing::TemporaryFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ModelRepositoryTest : public ::testing::Test {
 protected:
  void Add(const std::string& version_folder) const { folder_.Write(version_folder + "/model.json", "{}"); }

  /// "name@version" of each, in order.
  [[nodiscard]] std::vector<std::string> Names() const {
    const auto list = repository_.List();
    EXPECT_TRUE(list.has_value());
    std::vector<std::string> names;
    if (list)
      for (const ModelLocation& location : *list) names.push_back(location.name + "@" + location.version);
    return names;
  }

  TemporaryFolder folder_;
  ModelRepository repository_{folder_.path()};
};

TEST_F(ModelRepositoryTest, FindsVersionsBelowTheFolderOfTheirName) {
  Add("fish_species/v1.0.0");
  Add("fish_health/v0.1.0");
  EXPECT_THAT(Names(), ElementsAre("fish_health@v0.1.0", "fish_species@v1.0.0"));
  const auto found = repository_.Find("fish_health", "v0.1.0");
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->folder, folder_.path() / "fish_health" / "v0.1.0");
}

TEST_F(ModelRepositoryTest, FindsVersionsOfTheOldLayoutAsFishSpecies) {
  Add("v1.0.0");
  const auto found = repository_.Find("fish_species", "");
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->name, "fish_species");
  EXPECT_EQ(found->version, "v1.0.0");
  EXPECT_EQ(found->folder, folder_.path() / "v1.0.0");
}

TEST_F(ModelRepositoryTest, PrefersTheNewLayoutForTheSameVersion) {
  Add("v1.0.0");
  Add("fish_species/v1.0.0");
  EXPECT_THAT(Names(), ElementsAre("fish_species@v1.0.0", "fish_species@v1.0.0"));
  EXPECT_EQ(repository_.Find("fish_species", "v1.0.0")->folder, folder_.path() / "fish_species" / "v1.0.0");
  EXPECT_EQ(repository_.Find("fish_species", "")->folder, folder_.path() / "fish_species" / "v1.0.0");
}

TEST_F(ModelRepositoryTest, OrdersVersionsByNumber) {
  for (const char* version : {"v1.10.0", "v2.0.0", "v1.9.0", "v10.0.0", "v1.9.10"}) Add(std::string("fish_species/") + version);
  EXPECT_THAT(Names(), ElementsAre("fish_species@v1.9.0", "fish_species@v1.9.10", "fish_species@v1.10.0", "fish_species@v2.0.0", "fish_species@v10.0.0"));
  EXPECT_EQ(repository_.Find("fish_species", "")->version, "v10.0.0");
}

TEST_F(ModelRepositoryTest, IgnoresFoldersThatHoldNoModel) {
  Add("fish_species/v1.0.0");
  Add("fish_species/latest");
  Add("fish_species/v1.0");
  folder_.Write("fish_species/v9.0.0/model.onnx", "x");
  folder_.Write("fish_species/v8.0.0", "a file");
  folder_.Write("SHIPPED", "# none");
  Add("notes");
  EXPECT_THAT(Names(), ElementsAre("fish_species@v1.0.0"));
}

TEST_F(ModelRepositoryTest, SeesVersionsThatAreCopiedInLater) {
  EXPECT_TRUE(Names().empty());
  Add("fish_species/v1.0.0");
  EXPECT_THAT(Names(), ElementsAre("fish_species@v1.0.0"));
}

TEST_F(ModelRepositoryTest, AnUnknownNameOrVersionListsWhatThereIs) {
  Add("fish_species/v1.0.0");
  Add("fish_health/v0.1.0");
  for (const auto& [name, version] : {std::pair<const char*, const char*>{"fish_detector", ""}, {"fish_species", "v2.0.0"}}) {
    const auto found = repository_.Find(name, version);
    ASSERT_FALSE(found.has_value());
    EXPECT_EQ(found.error().code, ErrorCode::kNotFound);
    EXPECT_EQ(found.error().reason, "model_not_found");
    EXPECT_THAT(found.error().message, AllOf(HasSubstr(name), HasSubstr(version), HasSubstr("there are: fish_health@v0.1.0, fish_species@v1.0.0")));
  }
}

TEST_F(ModelRepositoryTest, AnEmptyFolderIsSaidToHoldNoModels) {
  const auto found = repository_.Find("fish_species", "");
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().reason, "model_not_found");
  EXPECT_THAT(found.error().message, HasSubstr("the folder holds no models"));
}

TEST_F(ModelRepositoryTest, AMissingBaseIsNamedWithTheSettingThatMovesIt) {
  folder_.Write("file", "x");
  for (const char* base : {"nowhere", "file"}) {
    const ModelRepository repository(folder_.path() / base);
    for (const auto& error : {repository.List().error(), repository.Find("fish_species", "").error()}) {
      EXPECT_EQ(error.code, ErrorCode::kNotFound);
      EXPECT_EQ(error.reason, "model_base_missing");
      EXPECT_THAT(error.message, AllOf(HasSubstr(base), HasSubstr("ML_MODEL_BASE_PATH")));
    }
  }
}

TEST_F(ModelRepositoryTest, NamesOnDiskCannotSteerATerminal) {
  Add("evil\x1b[2J/v1.0.0");
  const auto found = repository_.Find("other\x1b[2J", "");
  ASSERT_FALSE(found.has_value());
  EXPECT_THAT(found.error().message, ::testing::Not(HasSubstr("\x1b")));
}

TEST(SplitModelNameTest, SplitsAtTheAtSign) {
  EXPECT_EQ(SplitModelName("fish_species@v1.0.0"), std::pair(std::string("fish_species"), std::string("v1.0.0")));
  EXPECT_EQ(SplitModelName("fish_species"), std::pair(std::string("fish_species"), std::string()));
  EXPECT_EQ(SplitModelName("@v1.0.0"), std::pair(std::string(), std::string("v1.0.0")));
  EXPECT_EQ(SplitModelName("a@b@c"), std::pair(std::string("a"), std::string("b@c")));
}

}  // namespace
}  // namespace aqua::serving
