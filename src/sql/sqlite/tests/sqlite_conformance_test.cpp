#include <gtest/gtest.h>

#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/sql/testing/database_conformance.hpp"
#include "aqua/sql_sqlite/sqlite_database.hpp"

namespace aqua::sql::testing {
namespace {

class SqliteSource final : public DatabaseSource {
 public:
  Result<std::unique_ptr<Database>> Open(const PoolConfig& pool) override { return OpenSqlite({.file = folder_.path() / "test.db", .pool = pool}); }

 private:
  const base::testing::TemporaryFolder folder_;
};

std::unique_ptr<DatabaseSource> MakeSqliteSource() { return std::make_unique<SqliteSource>(); }

INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseValueTest, ::testing::Values(&MakeSqliteSource));
INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseTransactionTest, ::testing::Values(&MakeSqliteSource));
INSTANTIATE_TEST_SUITE_P(Sqlite, DatabasePoolTest, ::testing::Values(&MakeSqliteSource));
INSTANTIATE_TEST_SUITE_P(Sqlite, DatabaseMisuseTest, ::testing::Values(&MakeSqliteSource));

}  // namespace
}  // namespace aqua::sql::testing
