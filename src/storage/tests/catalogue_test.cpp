#include <gmock/gmock.h>

#include <algorithm>

#include "storage_fixture.hpp"

namespace aqua::storage {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class CatalogueTest : public StorageTest {};

ModelRow Model(const std::string& version) {
  ModelRow model;
  model.name = "fish_species";
  model.version = version;
  model.architecture = "resnet";
  model.file_path = "fish_species/" + version + "/model.onnx";
  model.accuracy = 0.94;
  model.metadata = R"({"sha256":"ab"})";
  return model;
}

TEST_P(CatalogueTest, SeedsSpeciesOnceWithOurDescriptionAndNoInventedTemperature) {
  const std::vector<domain::Species> species = {{"milkfish", "Milkfish", "Chanos chanos"}, {"my_class", "My class", ""}};
  ASSERT_TRUE(catalogue_->SeedSpecies(tenant_, species));
  const auto first = catalogue_->Species(tenant_).value();
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].name, "Milkfish");
  EXPECT_EQ(first[0].scientific_name, "Chanos chanos");
  EXPECT_FALSE(first[0].description.empty());
  EXPECT_FALSE(first[0].optimal_temperature_min);
  EXPECT_FALSE(first[0].source);
  EXPECT_FALSE(first[1].scientific_name);
  ASSERT_TRUE(catalogue_->SeedSpecies(tenant_, species));
  EXPECT_EQ(catalogue_->Species(tenant_).value()[0].id, first[0].id);
  EXPECT_THAT(catalogue_->Species(other_tenant_).value(), IsEmpty());
}

TEST_P(CatalogueTest, TwoInstancesSeedingAtOnceAgree) {
  const std::vector<domain::Species> species = {{"milkfish", "Milkfish", "Chanos chanos"}};
  const auto other_database = Open();
  CommitQueue other_commits(*other_database, {}, metrics_, logger_);
  Catalogue other(*other_database, other_commits, clock_);
  ASSERT_TRUE(catalogue_->SeedSpecies(tenant_, species));
  ASSERT_TRUE(other.SeedSpecies(tenant_, species));
  EXPECT_THAT(other.Species(tenant_).value(), SizeIs(1));
}

TEST_P(CatalogueTest, OneVersionIsActive) {
  const std::string first = catalogue_->ActivateModel(tenant_, Model("v1.0.0")).value();
  clock_.Advance(std::chrono::hours(1));
  const std::string second = catalogue_->ActivateModel(tenant_, Model("v1.1.0")).value();
  EXPECT_NE(first, second);
  const auto models = catalogue_->Models(tenant_).value();
  ASSERT_THAT(models, SizeIs(2));
  EXPECT_EQ(models[0].id, second);
  EXPECT_TRUE(models[0].is_active);
  EXPECT_FALSE(models[1].is_active);
  EXPECT_EQ(catalogue_->ActivateModel(tenant_, Model("v1.0.0")).value(), first);
  EXPECT_EQ(catalogue_->Models(tenant_).value()[0].id, first);
}

TEST_P(CatalogueTest, BringsTheRowOfAVersionUpToDateAndKeepsItsIdAndAge) {
  const std::string id = catalogue_->ActivateModel(tenant_, Model("v1.0.0")).value();
  const auto created_at = clock_.Now();
  clock_.Advance(std::chrono::hours(1));
  ModelRow changed = Model("v1.0.0");
  changed.accuracy.reset();
  changed.f1_score = 0.5;
  EXPECT_EQ(catalogue_->ActivateModel(tenant_, changed).value(), id);
  const auto models = catalogue_->Models(tenant_).value();
  ASSERT_THAT(models, SizeIs(1));
  EXPECT_EQ(models[0].created_at, created_at);
  EXPECT_FALSE(models[0].accuracy);
  EXPECT_DOUBLE_EQ(models[0].f1_score.value(), 0.5);
}

TEST_P(CatalogueTest, CountsThePredictionsOfAModel) {
  AddModelAndSpecies();
  ASSERT_TRUE(Add(MakePrediction()));
  ASSERT_TRUE(Add(MakePrediction()));
  EXPECT_EQ(catalogue_->Models(tenant_).value()[0].total_predictions, 2);
}

AQUA_FOR_EVERY_DATABASE(CatalogueTest);

}  // namespace
}  // namespace aqua::storage
