#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage_fixture.hpp"

namespace aqua::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

class PredictionStoreTest : public StorageTest {
 protected:
  void SetUp() override {
    StorageTest::SetUp();
    if (!IsSkipped()) AddModelAndSpecies();
  }

  std::vector<std::string> Ids(const PredictionFilter& filter, std::size_t limit = 100, std::size_t offset = 0) {
    std::vector<std::string> ids;
    const auto rows = store_->List(tenant_, filter, limit, offset, std::nullopt).value();
    for (const StoredPrediction& row : rows) ids.push_back(row.id);
    return ids;
  }

  Status AddCorrection(const std::string& prediction_id, const Correction& correction) {
    std::promise<Status> done;
    store_->AddCorrection(tenant_, prediction_id, correction, [&done](Status status) { done.set_value(std::move(status)); });
    return done.get_future().get();
  }
};

TEST_P(PredictionStoreTest, GivesBackWhatWasRecorded) {
  NewPrediction prediction = MakePrediction(0.875);
  prediction.image_bytes = 12345;
  ASSERT_TRUE(Add(prediction));
  const auto found = store_->Find(tenant_, prediction.id).value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->created_at, prediction.created_at);
  EXPECT_EQ(found->species_id, trout_id_);
  EXPECT_EQ(found->prediction.model, "fish_species");
  EXPECT_EQ(found->prediction.model_version, "v1.0.0");
  EXPECT_EQ(found->prediction.preprocess_id, "letterbox-v1");
  EXPECT_EQ(found->prediction.species.label, "rainbow_trout");
  EXPECT_EQ(found->prediction.species.common_name, "Rainbow trout");
  EXPECT_EQ(found->prediction.species.scientific_name, "Oncorhynchus mykiss");
  EXPECT_DOUBLE_EQ(found->prediction.confidence, 0.875);
  EXPECT_EQ(found->prediction.inference_time, std::chrono::milliseconds(4));
  EXPECT_FALSE(found->prediction.rejected);
  ASSERT_THAT(found->prediction.candidates, SizeIs(2));
  EXPECT_EQ(found->prediction.candidates[1].species.common_name, "Chub “Ω”");
  EXPECT_EQ(found->prediction.image_width, 640);
  EXPECT_EQ(found->prediction.image_height, 480);
  EXPECT_EQ(found->prediction.image_format, "JPEG");
  EXPECT_EQ(found->image_bytes, 12345U);
  EXPECT_FALSE(found->correction);
}

TEST_P(PredictionStoreTest, ARejectedOneHasNoSpecies) {
  const NewPrediction prediction = MakePrediction(0.3, true);
  ASSERT_TRUE(Add(prediction));
  const auto found = store_->Find(tenant_, prediction.id).value();
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->species_id);
  EXPECT_TRUE(found->prediction.rejected);
}

TEST_P(PredictionStoreTest, KeepsThumbnails) {
  NewPrediction prediction = MakePrediction();
  prediction.prediction.thumbnail_jpeg = {0xFF, 0xD8, 0x00, 0x27};
  ASSERT_TRUE(Add(prediction));
  EXPECT_EQ(store_->Thumbnail(tenant_, prediction.id).value(), prediction.prediction.thumbnail_jpeg);
  EXPECT_TRUE(store_->Find(tenant_, prediction.id).value()->has_thumbnail);
  const NewPrediction without = MakePrediction();
  ASSERT_TRUE(Add(without));
  EXPECT_FALSE(store_->Thumbnail(tenant_, without.id).value());
  EXPECT_FALSE(store_->Find(tenant_, without.id).value()->has_thumbnail);
}

TEST_P(PredictionStoreTest, ShowsNothingOfAnotherTenant) {
  NewPrediction prediction = MakePrediction();
  prediction.prediction.thumbnail_jpeg = {1};
  ASSERT_TRUE(Add(prediction));
  EXPECT_FALSE(store_->Find(other_tenant_, prediction.id).value());
  EXPECT_FALSE(store_->Thumbnail(other_tenant_, prediction.id).value());
  EXPECT_THAT(store_->List(other_tenant_, {}, 10, 0, std::nullopt).value(), IsEmpty());
  EXPECT_EQ(store_->Stats(other_tenant_, clock_.Now(), 0.9).value().total, 0);
}

TEST_P(PredictionStoreTest, RecordingTwiceKeepsOne) {
  const NewPrediction prediction = MakePrediction();
  ASSERT_TRUE(Add(prediction));
  ASSERT_TRUE(Add(prediction));
  EXPECT_THAT(Ids({}), SizeIs(1));
}

TEST_P(PredictionStoreTest, ListsNewestFirstAndPagesByPosition) {
  std::vector<std::string> expected;
  for (int i = 0; i < 25; ++i) {
    if (i % 3 != 0) clock_.Advance(std::chrono::seconds(1));  // some share their time
    expected.push_back(MakePrediction().id);
    NewPrediction prediction = MakePrediction();
    prediction.id = expected.back();
    ASSERT_TRUE(Add(prediction));
  }
  std::reverse(expected.begin(), expected.end());
  std::vector<std::string> walked;
  std::optional<Position> after;
  while (true) {
    const auto page = store_->List(tenant_, {}, 7, 0, after).value();
    for (const StoredPrediction& row : page) walked.push_back(row.id);
    if (page.size() < 7) break;
    after = Position{page.back().created_at, page.back().id};
  }
  EXPECT_EQ(walked, expected);
  EXPECT_THAT(Ids({}, 5, 20), SizeIs(5));
  EXPECT_EQ(Ids({}, 1, 3).front(), expected[3]);
}

TEST_P(PredictionStoreTest, NothingIsSeenTwiceOrMissedWhenTheClockStepsBack) {
  std::set<std::string> all;
  for (int i = 0; i < 20; ++i) {
    if (i == 10) clock_.Advance(-std::chrono::hours(2));
    clock_.Advance(std::chrono::milliseconds(1));
    const NewPrediction prediction = MakePrediction();
    all.insert(prediction.id);
    ASSERT_TRUE(Add(prediction));
  }
  std::multiset<std::string> walked;
  std::optional<Position> after;
  for (std::vector<StoredPrediction> page; page = store_->List(tenant_, {}, 3, 0, after).value(), !page.empty();) {
    for (const StoredPrediction& row : page) walked.insert(row.id);
    after = Position{page.back().created_at, page.back().id};
  }
  EXPECT_EQ(std::multiset<std::string>(all.begin(), all.end()), walked);
}

TEST_P(PredictionStoreTest, Filters) {
  const NewPrediction known = MakePrediction(0.95);
  clock_.Advance(std::chrono::hours(1));
  const NewPrediction rejected = MakePrediction(0.3, true);
  clock_.Advance(std::chrono::hours(1));
  NewPrediction unsure = MakePrediction(0.45);
  unsure.prediction.low_confidence = true;
  for (const NewPrediction& prediction : {known, rejected, unsure}) ASSERT_TRUE(Add(prediction));
  EXPECT_THAT(Ids({.species_id = trout_id_}), ElementsAre(unsure.id, known.id));
  EXPECT_THAT(Ids({.label = "rainbow_trout"}), SizeIs(3));
  EXPECT_THAT(Ids({.label = "chub"}), IsEmpty());
  EXPECT_THAT(Ids({.rejected = true}), ElementsAre(rejected.id));
  EXPECT_THAT(Ids({.rejected = false}), ElementsAre(unsure.id, known.id));
  EXPECT_THAT(Ids({.low_confidence = true}), ElementsAre(unsure.id));
  EXPECT_THAT(Ids({.from = known.created_at, .to = rejected.created_at}), ElementsAre(known.id));
  EXPECT_THAT(Ids({.to = known.created_at}), IsEmpty());
  ASSERT_TRUE(AddCorrection(known.id, {base::NewUuidV7(), "chub", std::nullopt, std::nullopt, std::nullopt, clock_.Now()}));
  EXPECT_THAT(Ids({.corrected = true}), ElementsAre(known.id));
  EXPECT_THAT(Ids({.corrected = false}), ElementsAre(unsure.id, rejected.id));
  EXPECT_THAT(Ids({.species_id = trout_id_, .rejected = false, .corrected = true}), ElementsAre(known.id));
}

TEST_P(PredictionStoreTest, TheNewestCorrectionCounts) {
  const NewPrediction prediction = MakePrediction();
  ASSERT_TRUE(Add(prediction));
  ASSERT_TRUE(AddCorrection(prediction.id, {base::NewUuidV7(), "rainbow_trout", trout_id_, std::nullopt, "first", clock_.Now()}));
  ASSERT_TRUE(AddCorrection(prediction.id, {base::NewUuidV7(), std::nullopt, std::nullopt, std::nullopt, "it is a boot; DROP TABLE 'x'", clock_.Now()}));
  const auto found = store_->Find(tenant_, prediction.id).value();
  ASSERT_TRUE(found && found->correction);
  EXPECT_FALSE(found->correction->label);
  EXPECT_EQ(found->correction->note, "it is a boot; DROP TABLE 'x'");
  EXPECT_THAT(Ids({}), SizeIs(1));
}

TEST_P(PredictionStoreTest, RefusesACorrectionOfNothing) {
  const Status status = AddCorrection(base::NewUuidV7(), {base::NewUuidV7(), "chub", std::nullopt, std::nullopt, std::nullopt, clock_.Now()});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().reason, "reference_missing");
}

TEST_P(PredictionStoreTest, CountsWithAverageMonthAndSpecies) {
  EXPECT_EQ(store_->Stats(tenant_, clock_.Now(), 0.9).value().average_confidence, std::nullopt);
  NewPrediction last_month = MakePrediction(0.5);
  last_month.created_at = base::ParseTime("2026-02-28T23:59:59.999999Z").value();
  NewPrediction first_of_month = MakePrediction(0.7);
  first_of_month.created_at = base::ParseTime("2026-03-01T00:00:00Z").value();
  for (const NewPrediction& prediction : {last_month, first_of_month, MakePrediction(0.9), MakePrediction(0.3, true)}) ASSERT_TRUE(Add(prediction));
  const PredictionStats stats = store_->Stats(tenant_, clock_.Now(), 0.9).value();
  EXPECT_EQ(stats.total, 4);
  EXPECT_EQ(stats.this_month, 3);
  EXPECT_NEAR(stats.average_confidence.value(), 0.6, 1e-12);
  EXPECT_THAT(stats.species_breakdown, ElementsAre(Pair("Rainbow trout", 3), Pair("unknown", 1)));
  EXPECT_EQ(stats.high_confidence, 1);
  EXPECT_EQ(stats.medium_confidence, 1);
  EXPECT_EQ(stats.low_confidence, 2);
}

AQUA_FOR_EVERY_DATABASE(PredictionStoreTest);

}  // namespace
}  // namespace aqua::storage
