#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "aqua/base/testing/manual_clock.hpp"
#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/observe/testing/memory_logger.hpp"
#include "aqua/sql_sqlite/sqlite_database.hpp"
#include "aqua/storage/catalogue.hpp"
#include "aqua/storage/commit_queue.hpp"
#include "aqua/storage/migrations.hpp"
#include "aqua/storage/prediction_store.hpp"

namespace aqua::storage {

/// A database of its own with the schema in it, once for each dialect; see storage_databases.cpp.
class StorageTest : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  void SetUp() override;

  /// Another handle on the same database.
  std::unique_ptr<sql::Database> Open();

  /// A model row and a species row to refer to.
  void AddModelAndSpecies();

  NewPrediction MakePrediction(double confidence = 0.9, bool rejected = false);
  /// Records it and waits.
  Status Add(const NewPrediction& prediction);

  const std::string tenant_ = "00000000-0000-4000-8000-000000000001";
  const std::string other_tenant_ = "00000000-0000-4000-8000-000000000002";
  base::testing::TemporaryFolder folder_;
  base::testing::ManualClock clock_{base::ParseTime("2026-03-15T12:00:00Z").value()};
  observe::MetricsRegistry metrics_;
  observe::testing::MemoryLogger logger_;
  std::string postgres_url_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<CommitQueue> commits_;
  std::unique_ptr<Catalogue> catalogue_;
  std::unique_ptr<PredictionStore> store_;
  std::string model_id_;
  std::string trout_id_;
};

std::string DialectName(const ::testing::TestParamInfo<sql::Dialect>& dialect);

}  // namespace aqua::storage

#define AQUA_FOR_EVERY_DATABASE(suite) \
  INSTANTIATE_TEST_SUITE_P(Databases, suite, ::testing::Values(sql::Dialect::kSqlite, sql::Dialect::kPostgres), DialectName)
