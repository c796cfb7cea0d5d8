#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "aqua/sql/tenant_scope.hpp"
#include "shared_server.hpp"

namespace aqua::sql {
namespace {

using testing::SharedServer;

constexpr std::string_view kRed = "00000000-0000-4000-8000-00000000000a";
constexpr std::string_view kBlue = "00000000-0000-4000-8000-00000000000b";
constexpr std::string_view kInsert = "INSERT INTO fish (id, tenant_id) VALUES ($1, $2)";
constexpr std::string_view kSelect = "SELECT id FROM fish ORDER BY id";
constexpr std::string_view kSetting = "SELECT coalesce(current_setting('aqua.tenant', true), '')";

/// A table whose rows are held to the setting, on one connection.
class PostgresTenantTest : public ::testing::Test {
 protected:
  void SetUp() override {
    AQUA_REQUIRE_POSTGRES();
    auto url = SharedServer().NewDatabase();
    ASSERT_TRUE(url.has_value()) << url.error().message;
    url_ = *std::move(url);
    database_ = OpenPostgres({.url = url_, .pool = {.size = 1, .overflow = 0}}).value();
    const Status made = database_->Acquire(TenantScope::All()).value()->RunExclusive([](Connection&) {
      return std::string(
          "CREATE TABLE fish (id bigint PRIMARY KEY, tenant_id text NOT NULL, "
          "mother bigint REFERENCES fish (id) DEFERRABLE INITIALLY DEFERRED);"
          "ALTER TABLE fish ENABLE ROW LEVEL SECURITY; ALTER TABLE fish FORCE ROW LEVEL SECURITY;"
          "CREATE POLICY tenant_rows ON fish USING (current_setting('aqua.tenant', true) IN ('all', tenant_id));");
    });
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_TRUE(Commit(TenantScope::None(), {Fish(1, kRed), Fish(2, kBlue), Fish(3, kRed)}));
  }

  static Command Fish(std::int64_t id, std::string_view tenant) { return {kInsert, {id, std::string(tenant)}, TenantScope::Of(tenant)}; }
  static Command FishOf(std::int64_t id, std::string_view tenant, const TenantScope& scope) { return {kInsert, {id, std::string(tenant)}, scope}; }

  Result<std::vector<std::int64_t>> Commit(const TenantScope& scope, const std::vector<Command>& commands) {
    return database_->Acquire(scope).value()->Commit(commands);
  }

  static std::vector<std::int64_t> Ids(Connection& connection) {
    std::vector<std::int64_t> ids;
    const auto rows = connection.Query(kSelect);
    EXPECT_TRUE(rows) << rows.error().message;
    for (const Row& row : rows.value()) ids.push_back(row.Integer(0));
    return ids;
  }
  std::vector<std::int64_t> Ids(const TenantScope& scope) { return Ids(*database_->Acquire(scope).value()); }

  /// What the server holds, asked without telling it anything new first.
  std::string Setting(const TenantScope& scope) { return database_->Acquire(scope).value()->Query(kSetting).value()[0].Text(0); }

  std::string url_;
  std::unique_ptr<Database> database_;
};

using Fishes = std::vector<std::int64_t>;

TEST_F(PostgresTenantTest, AQueryWithoutWhereSeesOnlyItsTenant) {
  EXPECT_EQ(Ids(TenantScope::Of(kRed)), (Fishes{1, 3}));
  EXPECT_EQ(Ids(TenantScope::Of(kBlue)), (Fishes{2}));
  EXPECT_EQ(Ids(TenantScope::All()), (Fishes{1, 2, 3}));
  EXPECT_EQ(database_->connections(), 1U);
}

TEST_F(PostgresTenantTest, NoTenantAndWhatIsNoTenantSeeAndWriteNothing) {
  for (const TenantScope& scope : {TenantScope::None(), TenantScope::Of(""), TenantScope::Of("all"), TenantScope::Of("' OR true --")}) {
    EXPECT_EQ(Ids(scope), Fishes{});
    EXPECT_EQ(Commit(scope, {{kInsert, {std::int64_t{9}, std::string(kRed)}}}).error().reason, "not_permitted");
    EXPECT_EQ(Commit(scope, {{"DELETE FROM fish"}}).value(), Fishes{0});
  }
  EXPECT_EQ(Ids(TenantScope::All()).size(), 3U);
}

TEST_F(PostgresTenantTest, ARowOfAnotherTenantIsRefused) {
  const auto refused = Commit(TenantScope::Of(kRed), {FishOf(4, kBlue, TenantScope::Of(kRed))});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kPermissionDenied);
  EXPECT_EQ(refused.error().reason, "not_permitted");
  auto lease = database_->Acquire(TenantScope::Of(kRed)).value();
  EXPECT_EQ(lease->Query(kInsert, {std::int64_t{4}, std::string(kBlue)}).error().reason, "not_permitted");
  EXPECT_EQ(lease->Query("UPDATE fish SET tenant_id = $1", {std::string(kBlue)}).error().reason, "not_permitted");
  EXPECT_FALSE(lease->broken());
  EXPECT_EQ(Ids(*lease), (Fishes{1, 3}));
}

TEST_F(PostgresTenantTest, OneCommitHoldsWritesOfManyTenants) {
  ASSERT_TRUE(Commit(TenantScope::None(), {Fish(4, kRed), Fish(5, kBlue), Fish(6, kBlue), Fish(7, kRed)}));
  EXPECT_EQ(Ids(TenantScope::Of(kRed)), (Fishes{1, 3, 4, 7}));
  EXPECT_EQ(Ids(TenantScope::Of(kBlue)), (Fishes{2, 5, 6}));
  // One write under another's name undoes all.
  EXPECT_EQ(Commit(TenantScope::All(), {Fish(8, kRed), FishOf(9, kRed, TenantScope::Of(kBlue)), Fish(10, kRed)}).error().reason, "not_permitted");
  EXPECT_EQ(Ids(TenantScope::All()).size(), 7U);
}

TEST_F(PostgresTenantTest, ACommandWithoutScopeHasThatOfTheLease) {
  ASSERT_TRUE(Commit(TenantScope::Of(kBlue), {Fish(4, kRed), {kInsert, {std::int64_t{5}, std::string(kBlue)}}}));
  EXPECT_EQ(Ids(TenantScope::Of(kBlue)), (Fishes{2, 5}));
}

TEST_F(PostgresTenantTest, AScopeDoesNotOutliveItsLease) {
  EXPECT_EQ(Setting(TenantScope::Of(kRed)), kRed);
  EXPECT_EQ(Setting(TenantScope::None()), "");
  ASSERT_TRUE(Commit(TenantScope::Of(kRed), {Fish(4, kBlue)}));
  EXPECT_EQ(Setting(TenantScope::Of(kRed)), kRed);
  EXPECT_EQ(Ids(TenantScope::None()), Fishes{});
}

TEST_F(PostgresTenantTest, AfterAFailureTheServerHasTheRightScope) {
  for (const TenantScope& before : {TenantScope::None(), TenantScope::Of(kRed), TenantScope::All()}) {
    static_cast<void>(Ids(before));
    // The setting is undone with what failed: in a query, in a commit, and at the very end of one.
    EXPECT_FALSE(database_->Acquire(TenantScope::Of(kBlue)).value()->Query("SELECT 1 / 0"));
    EXPECT_EQ(Setting(before), before.setting());
    EXPECT_FALSE(Commit(TenantScope::Of(kBlue), {Fish(20, kBlue), Fish(2, kBlue)}));
    EXPECT_EQ(Setting(before), before.setting());
    EXPECT_FALSE(Commit(TenantScope::Of(kBlue), {{"UPDATE fish SET mother = 99"}}));
    EXPECT_EQ(Setting(before), before.setting());
    EXPECT_EQ(Ids(TenantScope::Of(kBlue)), (Fishes{2}));
  }
}

TEST_F(PostgresTenantTest, AScriptHasItsScopeAndLeavesNone) {
  const auto run = [&](const TenantScope& scope, const std::string& script) {
    return database_->Acquire(scope).value()->RunExclusive([&](Connection& connection) -> Result<std::string> {
      EXPECT_EQ(connection.Query(kSetting).value()[0].Text(0), scope.setting());
      return script;
    });
  };
  EXPECT_TRUE(run(TenantScope::Of(kBlue), "UPDATE fish SET mother = 2"));
  EXPECT_EQ(database_->Acquire(TenantScope::All()).value()->Query("SELECT count(*) FROM fish WHERE mother = 2").value()[0].Integer(0), 1);
  EXPECT_FALSE(run(TenantScope::Of(kBlue), "UPDATE fish SET tenant_id = 'x'"));
  EXPECT_EQ(Setting(TenantScope::Of(kBlue)), kBlue);
  // Whatever a script does to the setting, the next lease has its own.
  EXPECT_TRUE(run(TenantScope::Of(kBlue), "SET aqua.tenant = 'all'; COMMIT; BEGIN; SET aqua.tenant = 'all'"));
  EXPECT_EQ(Ids(TenantScope::Of(kBlue)), (Fishes{2}));
}

TEST_F(PostgresTenantTest, ACommitThatReadsFirstSeesOnlyItsTenant) {
  const auto changed = database_->Acquire(TenantScope::Of(kRed))
                           .value()
                           ->CommitAfter({"SELECT max(id) FROM fish"}, [](const std::vector<Row>& rows) -> Result<std::vector<Command>> {
                             EXPECT_EQ(rows[0].Integer(0), 3);
                             return std::vector<Command>{Fish(rows[0].Integer(0) + 7, kBlue), {kInsert, {std::int64_t{11}, std::string(kRed)}}};
                           });
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(*changed, (Fishes{1, 1}));
  EXPECT_EQ(Ids(TenantScope::Of(kRed)), (Fishes{1, 3, 11}));
  EXPECT_EQ(Ids(TenantScope::All()).size(), 5U);
}

TEST_F(PostgresTenantTest, ASessionWhoseStatementsAreGoneTellsItsScopeAgain) {
  EXPECT_EQ(Ids(TenantScope::Of(kRed)).size(), 2U);
  ASSERT_TRUE(database_->Acquire(TenantScope::All()).value()->RunExclusive([](Connection&) { return std::string("DEALLOCATE ALL"); }));
  EXPECT_EQ(Ids(TenantScope::Of(kBlue)), (Fishes{2}));
  ASSERT_TRUE(database_->Acquire(TenantScope::All()).value()->RunExclusive([](Connection&) { return std::string("DEALLOCATE ALL"); }));
  EXPECT_TRUE(Commit(TenantScope::None(), {Fish(4, kRed), Fish(5, kBlue)}));
}

TEST_F(PostgresTenantTest, TellsWhoIsExempt) {
  EXPECT_FALSE(BypassesRowSecurity(*database_).value());
  const auto superuser = OpenPostgres({.url = SharedServer().url(), .pool = {}}).value();
  EXPECT_TRUE(BypassesRowSecurity(*superuser).value());
}

}  // namespace
}  // namespace aqua::sql
