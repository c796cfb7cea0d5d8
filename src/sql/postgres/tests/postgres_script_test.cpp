#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "shared_server.hpp"

namespace aqua::sql {
namespace {

using testing::SharedServer;

/// What PostgreSQL says or asks for beyond answers.
class PostgresScriptTest : public ::testing::Test {
 protected:
  void SetUp() override {
    AQUA_REQUIRE_POSTGRES();
    auto url = SharedServer().NewDatabase();
    ASSERT_TRUE(url.has_value()) << url.error().message;
    database_ = OpenPostgres({.url = *url, .pool = {}}).value();
  }

  Status Run(const std::string& script) {
    return database_->Acquire(TenantScope::All()).value()->RunExclusive([&](Connection&) { return script; });
  }

  std::unique_ptr<Database> database_;
};

TEST_F(PostgresScriptTest, NoticesDoNotGoToStandardError) {
  ::testing::internal::CaptureStderr();
  const Status status = Run("DROP TABLE IF EXISTS ponds; DO $$ BEGIN RAISE WARNING 'careful'; END $$");
  const auto rows = database_->Acquire(TenantScope::All()).value()->Query("DROP TABLE IF EXISTS ponds");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_TRUE(status.has_value()) << status.error().message;
  EXPECT_TRUE(rows.has_value()) << rows.error().message;
}

TEST_F(PostgresScriptTest, AScriptThatCopiesIsRefusedAndDoesNothing) {
  ASSERT_TRUE(Run("CREATE TABLE ponds (id BIGINT)").has_value());
  for (const char* copy : {"COPY ponds FROM STDIN", "COPY ponds TO STDOUT"}) {
    const Status status = Run(std::string("INSERT INTO ponds (id) VALUES (1); ") + copy);
    ASSERT_FALSE(status.has_value()) << copy;
    EXPECT_EQ(status.error().code, ErrorCode::kInternal) << status.error().message;
    EXPECT_EQ(status.error().reason, "database_error");
    EXPECT_FALSE(database_->Acquire(TenantScope::All()).value()->Query(copy).has_value());
    const auto rows = database_->Acquire(TenantScope::All()).value()->Query("SELECT count(*) FROM ponds");
    ASSERT_TRUE(rows.has_value()) << rows.error().message;
    EXPECT_EQ((*rows)[0].Integer(0), 0) << copy;
  }
}

}  // namespace
}  // namespace aqua::sql
