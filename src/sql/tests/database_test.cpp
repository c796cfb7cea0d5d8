#include "aqua/sql/database.hpp"

#include <gtest/gtest.h>

#include <string>

namespace aqua::sql {
namespace {

const Row kRow({std::monostate(), true, std::int64_t{7}, 1.5, std::string("text"), Bytes{1, 2}, std::int64_t{0}});

TEST(RowTest, GivesEachColumnByItsType) {
  EXPECT_EQ(kRow.size(), 7U);
  EXPECT_TRUE(kRow.IsNull(0));
  EXPECT_FALSE(kRow.IsNull(1));
  EXPECT_TRUE(kRow.Boolean(1));
  EXPECT_EQ(kRow.Integer(2), 7);
  EXPECT_EQ(kRow.Real(3), 1.5);
  EXPECT_EQ(kRow.Text(4), "text");
  EXPECT_EQ(kRow.Blob(5), (Bytes{1, 2}));
}

TEST(RowTest, FlagsAndWholeNumbersStandForEachOther) {
  EXPECT_EQ(kRow.Integer(1), 1);
  EXPECT_TRUE(kRow.Boolean(2));
  EXPECT_FALSE(kRow.Boolean(6));
  EXPECT_EQ(kRow.Real(2), 7.0);
}

TEST(RowDeathTest, AnotherTypeOrColumnEndsTheProcess) {
  EXPECT_DEATH(static_cast<void>(kRow.Text(2)), "");
  EXPECT_DEATH(static_cast<void>(kRow.Integer(3)), "");
  EXPECT_DEATH(static_cast<void>(kRow.Integer(0)), "");
  EXPECT_DEATH(static_cast<void>(kRow.Blob(4)), "");
  EXPECT_DEATH(static_cast<void>(kRow.IsNull(7)), "");
}

TEST(DialectTest, NamesTheFolderOfItsMigrations) {
  EXPECT_EQ(Name(Dialect::kSqlite), "sqlite");
  EXPECT_EQ(Name(Dialect::kPostgres), "postgres");
}

}  // namespace
}  // namespace aqua::sql
