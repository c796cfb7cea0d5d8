#include "storage_fixture.hpp"

#include <future>
#include <utility>

#include "aqua/sql/testing/postgres_server.hpp"
#include "aqua/sql_postgres/postgres_database.hpp"

namespace aqua::storage {

std::string DialectName(const ::testing::TestParamInfo<sql::Dialect>& dialect) { return std::string(sql::Name(dialect.param)); }

namespace {

/// One server for all tests of a process: making one takes seconds.
Result<std::string> NewPostgresDatabase() {
  static const auto server = sql::testing::PostgresServer::Make();
  if (!server) return server.error();
  return (*server)->NewDatabase();
}

}  // namespace

void StorageTest::SetUp() {
  if (GetParam() == sql::Dialect::kPostgres) {
    AQUA_REQUIRE_POSTGRES();
    const auto url = NewPostgresDatabase();
    ASSERT_TRUE(url) << url.error().message;
    postgres_url_ = *url;
  }
  database_ = Open();
  ASSERT_NE(database_, nullptr);
  const auto migrated = Migrate(*database_);
  ASSERT_TRUE(migrated) << migrated.error().message;
  commits_ = std::make_unique<CommitQueue>(*database_, CommitQueueConfig{}, metrics_, logger_);
  catalogue_ = std::make_unique<Catalogue>(*database_, *commits_, clock_);
  store_ = std::make_unique<PredictionStore>(*database_, *commits_);
}

std::unique_ptr<sql::Database> StorageTest::Open() {
  auto database = GetParam() == sql::Dialect::kSqlite ? sql::OpenSqlite({.file = folder_.path() / "aqua.db"}) : sql::OpenPostgres({.url = postgres_url_});
  EXPECT_TRUE(database) << database.error().message;
  return database ? *std::move(database) : nullptr;
}

void StorageTest::AddModelAndSpecies() {
  ASSERT_TRUE(catalogue_->SeedSpecies(tenant_, {{"rainbow_trout", "Rainbow trout", "Oncorhynchus mykiss"}}));
  trout_id_ = catalogue_->Species(tenant_).value().front().id;
  ModelRow model;
  model.name = "fish_species";
  model.version = "v1.0.0";
  model_id_ = catalogue_->ActivateModel(tenant_, model).value();
}

NewPrediction StorageTest::MakePrediction(double confidence, bool rejected) {
  NewPrediction record;
  record.id = base::NewUuidV7();
  record.tenant = tenant_;
  record.model_id = model_id_;
  if (!rejected) record.species_id = trout_id_;
  record.created_at = clock_.Now();
  domain::Prediction& prediction = record.prediction;
  prediction.preprocess_id = "letterbox-v1";
  prediction.species = {"rainbow_trout", "Rainbow trout", "Oncorhynchus mykiss"};
  prediction.confidence = confidence;
  prediction.rejected = rejected;
  prediction.rejection_score = confidence;
  prediction.candidates = {{prediction.species, confidence}, {{"chub", "Chub “Ω”", ""}, 1 - confidence}};
  prediction.inference_time = std::chrono::milliseconds(4);
  prediction.image_width = 640;
  prediction.image_height = 480;
  prediction.image_format = "JPEG";
  return record;
}

Status StorageTest::Add(const NewPrediction& prediction) {
  std::promise<Status> done;
  store_->Add(prediction, [&done](Status status) { done.set_value(std::move(status)); });
  return done.get_future().get();
}

}  // namespace aqua::storage
