#include <gmock/gmock.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

#include "storage_fixture.hpp"

namespace aqua::storage {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

/// The whole schema on PostgreSQL, as the ordinary role that owns it.
class RowSecurityTest : public StorageTest {
 protected:
  std::int64_t Count(const std::string& table, const sql::TenantScope& scope) {
    return database_->Acquire(scope).value()->Query("SELECT count(*) FROM " + table).value()[0].Integer(0);
  }

  std::vector<std::string> Names(const std::string& sql) {
    std::vector<std::string> names;
    const auto rows = database_->Acquire(sql::TenantScope::None()).value()->Query(sql);
    EXPECT_TRUE(rows) << rows.error().message;
    for (const sql::Row& row : rows.value()) names.push_back(row.Text(0));
    return names;
  }

  sql::Command Species(const std::string& tenant, const std::string& label) {
    return {"INSERT INTO fish_species (id, tenant_id, label, name, created_at) VALUES ($1, $2, $3, $3, '2026-01-01T00:00:00.000000Z')",
            {base::NewUuidV7(), tenant, label}};
  }
};

TEST_P(RowSecurityTest, EveryTableOfTenantsIsProtected) {
  const std::string tables =
      "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind IN ('r', 'p') AND c.relnamespace = "
      "'public'::regnamespace "
      "AND a.attname = 'tenant_id' AND NOT a.attisdropped";
  EXPECT_THAT(Names(tables), Contains("predictions"));
  EXPECT_THAT(Names(tables), Contains("refresh_tokens"));
  EXPECT_THAT(Names(tables + " AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))"),
              IsEmpty());
}

TEST_P(RowSecurityTest, TheRoleOfTheTestsIsHeldToIt) { EXPECT_FALSE(sql::BypassesRowSecurity(*database_).value()); }

TEST_P(RowSecurityTest, WithoutTenantNothingIsSeenOrWritten) {
  AddModelAndSpecies();
  ASSERT_TRUE(Add(MakePrediction()));
  for (const std::string table : {"predictions", "fish_species", "models", "organisations"}) {
    EXPECT_EQ(Count(table, sql::TenantScope::None()), 0) << table;
    EXPECT_EQ(Count(table, sql::TenantScope::Of(other_tenant_)), 0) << table;
    EXPECT_EQ(Count(table, sql::TenantScope::Of(tenant_)), 1) << table;
    EXPECT_EQ(Count(table, sql::TenantScope::All()), 1) << table;
  }
  const std::vector<sql::Command> commands = {Species(tenant_, "x")};
  EXPECT_EQ(database_->Acquire(sql::TenantScope::None()).value()->Commit(commands).error().reason, "not_permitted");
}

TEST_P(RowSecurityTest, AGroupCommitHoldsWritesOfManyTenants) {
  std::vector<std::future<Status>> answers;
  for (int i = 0; i < 40; ++i) {
    // Every tenth names another tenant than it writes for.
    const std::string& tenant = i % 2 == 0 ? tenant_ : other_tenant_;
    const std::string& named = i % 10 == 9 ? tenant_ : tenant;
    auto promise = std::make_shared<std::promise<Status>>();
    answers.push_back(promise->get_future());
    commits_->Submit(sql::TenantScope::Of(named), {Species(tenant, std::to_string(i))}, [promise](Status status) { promise->set_value(std::move(status)); });
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Status status = answers[i].get();
    EXPECT_EQ(status.has_value(), i % 10 != 9) << i;
    if (!status) {
      EXPECT_EQ(status.error().reason, "not_permitted");
    }
  }
  EXPECT_EQ(Count("fish_species", sql::TenantScope::Of(tenant_)), 20);
  EXPECT_EQ(Count("fish_species", sql::TenantScope::Of(other_tenant_)), 16);
}

TEST_P(RowSecurityTest, AForeignPredictionGetsNoRowsOfOurs) {
  AddModelAndSpecies();
  NewPrediction foreign = MakePrediction();
  foreign.tenant = other_tenant_;
  ASSERT_TRUE(Add(foreign));
  EXPECT_FALSE(store_->Find(tenant_, foreign.id).value().has_value());
  EXPECT_TRUE(store_->List(tenant_, {}, 10, 0, {}).value().empty());
}

INSTANTIATE_TEST_SUITE_P(Databases, RowSecurityTest, ::testing::Values(sql::Dialect::kPostgres), DialectName);

}  // namespace
}  // namespace aqua::storage
