#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "aqua/audit/log.hpp"
#include "aqua/audit/reader.hpp"
#include "aqua/audit/verify.hpp"
#include "aqua/auth/ed25519.hpp"
#include "aqua/base/testing/manual_clock.hpp"
#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/base/time.hpp"
#include "aqua/observe/metrics.hpp"
#include "aqua/observe/testing/memory_logger.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::audit {

/// A database of its own with the schema in it, once for each dialect.
class AuditTest : public ::testing::TestWithParam<sql::Dialect> {
 protected:
  void SetUp() override;

  /// Another handle on the same database.
  std::unique_ptr<sql::Database> Open() const;

  /// Opens a log on `database_`, or on another handle; it signs with key_.
  std::unique_ptr<Log> OpenLog(const LogConfig& config = {}) { return OpenLog(*database_, config); }
  std::unique_ptr<Log> OpenLog(sql::Database& database, const LogConfig& config = {});

  [[nodiscard]] Entry MakeEntry(const std::string& action = "auth.login") const;

  std::vector<sql::Row> Run(const std::string& sql);
  /// Changes the tables as somebody would who owns the database: without triggers and row security.
  void Tamper(const std::string& script);

  [[nodiscard]] VerifyOptions Options() const;
  Report Check() { return Verify(*database_, Options()).value(); }

  const std::string tenant_ = "00000000-0000-4000-8000-000000000001";
  const std::string other_tenant_ = "00000000-0000-4000-8000-000000000002";
  base::testing::TemporaryFolder folder_;
  base::testing::ManualClock clock_{base::ParseTime("2026-03-15T12:00:00Z").value()};
  observe::MetricsRegistry metrics_;
  observe::testing::MemoryLogger logger_;
  std::shared_ptr<const auth::Ed25519Key> key_ = auth::Ed25519Key::FromSeed(Bytes(32, 7)).value();
  std::string postgres_url_;
  std::unique_ptr<sql::Database> database_;
};

Signer SignerOf(std::shared_ptr<const auth::Ed25519Key> key, const std::string& key_id = "test");

std::unique_ptr<sql::Database> OpenDatabase(sql::Dialect dialect, const std::filesystem::path& folder, const std::string& postgres_url);

std::string DialectName(const ::testing::TestParamInfo<sql::Dialect>& dialect);

}  // namespace aqua::audit

#define AQUA_FOR_EVERY_DATABASE(suite) \
  INSTANTIATE_TEST_SUITE_P(Databases, suite, ::testing::Values(sql::Dialect::kSqlite, sql::Dialect::kPostgres), DialectName)
