#pragma once

#include <string>
#include <vector>

#include "aqua/sql/testing/database_source.hpp"

namespace aqua::sql::testing {

/// Mistakes of the caller: each is told, and none does anything by half.
class DatabaseMisuseTest : public DatabaseConformanceTest {
 protected:
  void SetUp() override {
    DatabaseConformanceTest::SetUp();
    if (database_) Create("farms", "id BIGINT PRIMARY KEY, fish BIGINT");
  }

  static void ExpectDatabaseError(const Error& error) {
    EXPECT_EQ(error.code, ErrorCode::kInternal) << error.message;
    EXPECT_EQ(error.reason, "database_error") << error.message;
  }
};

TEST_P(DatabaseMisuseTest, AParameterThatIsNotGivenIsNotNull) {
  constexpr std::string_view kInsert = "INSERT INTO farms (id, fish) VALUES ($1, $2)";
  auto lease = database_->Acquire(TenantScope::All()).value();
  const auto rows = lease->Query(kInsert, {std::int64_t{1}});
  ASSERT_FALSE(rows.has_value());
  ExpectDatabaseError(rows.error());
  const auto changed = lease->Commit(std::vector<Command>{{kInsert, {std::int64_t{2}, std::int64_t{7}}}, {kInsert, {std::int64_t{3}}}});
  ASSERT_FALSE(changed.has_value());
  ExpectDatabaseError(changed.error());
  EXPECT_FALSE(lease->broken());
  EXPECT_EQ(Count("farms"), 0);
  EXPECT_TRUE(lease->Query(kInsert, {std::int64_t{1}, std::int64_t{7}}).has_value());
}

TEST_P(DatabaseMisuseTest, AQueryThatFailsIsNotPassedOverInAnExclusiveScript) {
  auto lease = database_->Acquire(TenantScope::All()).value();
  for (const char* script : {"", "INSERT INTO farms (id) VALUES (2)"}) {
    const Status status = lease->RunExclusive([&](Connection& connection) -> Result<std::string> {
      EXPECT_TRUE(connection.Query("INSERT INTO farms (id) VALUES (1)").has_value());
      EXPECT_FALSE(connection.Query("SELECT depth FROM farms").has_value());
      return script;
    });
    ASSERT_FALSE(status.has_value()) << script;
    ExpectDatabaseError(status.error());
    EXPECT_FALSE(lease->broken());
    EXPECT_EQ(Count("farms"), 0);
  }
  EXPECT_TRUE(lease->RunExclusive([](Connection&) { return std::string("INSERT INTO farms (id) VALUES (3)"); }).has_value());
  EXPECT_EQ(Count("farms"), 1);
}

}  // namespace aqua::sql::testing
