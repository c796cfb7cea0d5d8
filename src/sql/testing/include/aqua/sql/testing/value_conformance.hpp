#pragma once

#include <gmock/gmock.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include "aqua/sql/testing/database_source.hpp"

namespace aqua::sql::testing {

/// Values and parameters.
class DatabaseValueTest : public DatabaseConformanceTest {
 protected:
  void SetUp() override {
    DatabaseConformanceTest::SetUp();
    if (database_) Create("kinds", "id BIGINT PRIMARY KEY, flag BOOLEAN, whole BIGINT, real DOUBLE PRECISION, words TEXT, bytes BYTEA, at TIMESTAMPTZ");
  }

  /// Writes a value to a column of a new row and reads it back.
  Row Echo(const std::string& column, const Value& value) {
    Run("INSERT INTO kinds (id, " + column + ") VALUES ($1, $2)", {++id_, value});
    auto rows = Run("SELECT " + column + " FROM kinds WHERE id = $1", {id_});
    return rows.size() == 1 ? std::move(rows[0]) : Row({});
  }

  std::vector<std::int64_t> Ids(std::string_view sql, std::initializer_list<Value> parameters) {
    std::vector<std::int64_t> ids;
    for (const Row& row : Run(sql, parameters)) ids.push_back(row.Integer(0));
    return ids;
  }

  std::int64_t id_ = 0;
};

TEST_P(DatabaseValueTest, NullComesBackFromEveryColumn) {
  for (const char* column : {"flag", "whole", "real", "words", "bytes", "at"}) EXPECT_TRUE(Echo(column, std::monostate()).IsNull(0)) << column;
}

TEST_P(DatabaseValueTest, FlagsComeBack) {
  EXPECT_TRUE(Echo("flag", true).Boolean(0));
  EXPECT_FALSE(Echo("flag", false).Boolean(0));
  EXPECT_EQ(Ids("SELECT id FROM kinds WHERE flag = $1", {false}), std::vector<std::int64_t>{2});
}

TEST_P(DatabaseValueTest, WholeNumbersKeepAllBits) {
  using Limits = std::numeric_limits<std::int64_t>;
  for (const std::int64_t number : {Limits::min(), Limits::min() + 1, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1} << 53U, Limits::max()})
    EXPECT_EQ(Echo("whole", number).Integer(0), number);
}

TEST_P(DatabaseValueTest, NumbersComeBackToTheLastBit) {
  using Limits = std::numeric_limits<double>;
  for (const double number : {0.0, 1.0, -2.5, 0.1, 1.0 / 3, -1e-300, 123456789.123456789, std::nextafter(1.0, 2.0), Limits::max(), Limits::lowest(),
                              Limits::min(), Limits::denorm_min(), Limits::infinity(), -Limits::infinity()})
    EXPECT_EQ(Echo("real", number).Real(0), number);
}

TEST_P(DatabaseValueTest, TextComesBackByteForByte) {
  for (const std::string& text : {std::string(), std::string(" "), std::string("Ægir, лосось, 鮭, 🐟, e\u0301"), std::string("'; DROP TABLE kinds; --"),
                                  std::string("\\x41 \\ \" ' $1 %s\r\n\t\x01"), std::string("NULL"), std::string(300'000, 'x')})
    EXPECT_EQ(Echo("words", text).Text(0), text);
}

TEST_P(DatabaseValueTest, BlobsComeBackByteForByte) {
  Bytes bytes(1'000'000);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  for (const std::size_t size : {0U, 1U, 256U, 1'000'000U})
    EXPECT_TRUE(Echo("bytes", Bytes(bytes.begin(), bytes.begin() + size)).Blob(0) == Bytes(bytes.begin(), bytes.begin() + size)) << size;
}

TEST_P(DatabaseValueTest, EmptyIsNotNull) {
  EXPECT_FALSE(Echo("words", std::string()).IsNull(0));
  EXPECT_FALSE(Echo("bytes", Bytes()).IsNull(0));
  EXPECT_EQ(Ids("SELECT id FROM kinds WHERE words IS NOT NULL OR bytes IS NOT NULL ORDER BY id", {}), (std::vector<std::int64_t>{1, 2}));
}

TEST_P(DatabaseValueTest, TextWithNulIsRefusedAndNotCutShort) {
  auto lease = database_->Acquire(TenantScope::All());
  ASSERT_TRUE(lease.has_value());
  const std::string text("ab\0cd", 5);
  const auto rows = (*lease)->Query("INSERT INTO kinds (id, words) VALUES ($1, $2)", {std::int64_t{1}, text});
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().reason, "database_error");
  const std::vector<Command> commands = {{"INSERT INTO kinds (id, words) VALUES ($1, $2)", {std::int64_t{2}, std::string("fine")}},
                                         {"INSERT INTO kinds (id, words) VALUES ($1, $2)", {std::int64_t{3}, text}}};
  const auto changed = (*lease)->Commit(commands);
  ASSERT_FALSE(changed.has_value());
  EXPECT_EQ(changed.error().reason, "database_error");
  EXPECT_FALSE((*lease)->broken());
  EXPECT_EQ(Count("kinds"), 0);
}

TEST_P(DatabaseValueTest, TimesComeBackAsTheyWereWritten) {
  for (const char* time : {"2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05.000000Z", "2026-01-02T00:00:00.100000Z", "2024-02-29T23:59:59.999999Z",
                           "1969-12-31T23:59:59.000001Z", "1677-09-22T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"})
    EXPECT_EQ(Echo("at", std::string(time)).Text(0), time);
}

TEST_P(DatabaseValueTest, TimesSortAndCompare) {
  for (const char* time : {"2026-01-02T03:04:05.678901Z", "2026-01-02T03:04:05.678900Z", "2025-12-31T23:59:59.999999Z", "2026-01-02T03:04:06.000000Z"})
    Echo("at", std::string(time));
  EXPECT_EQ(Ids("SELECT id FROM kinds ORDER BY at", {}), (std::vector<std::int64_t>{3, 2, 1, 4}));
  EXPECT_EQ(Ids("SELECT id FROM kinds WHERE at > $1 ORDER BY at DESC", {std::string("2026-01-02T03:04:05.678900Z")}), (std::vector<std::int64_t>{4, 1}));
}

TEST_P(DatabaseValueTest, AParameterMayBeUsedTwice) {
  Echo("whole", std::int64_t{2});
  Echo("whole", std::int64_t{1});
  Echo("whole", std::int64_t{3});
  EXPECT_EQ(Ids("SELECT id FROM kinds WHERE id = $1 OR whole = $1 ORDER BY id", {std::int64_t{2}}), (std::vector<std::int64_t>{1, 2}));
}

TEST_P(DatabaseValueTest, ParametersCountByNumberAndNotByPlace) {
  Run("INSERT INTO kinds (words, whole, id) VALUES ($3, $1, $2)", {std::int64_t{10}, std::int64_t{20}, std::string("thirty")});
  const auto rows = Run("SELECT whole, id, words FROM kinds WHERE words = $2 AND id = $1", {std::int64_t{20}, std::string("thirty")});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].Integer(0), 10);
  EXPECT_EQ(rows[0].Integer(1), 20);
  EXPECT_EQ(rows[0].Text(2), "thirty");
}

TEST_P(DatabaseValueTest, NothingOfOneRunStaysInTheNext) {
  auto lease = database_->Acquire(TenantScope::All());
  ASSERT_TRUE(lease.has_value());
  constexpr std::string_view kInsert = "INSERT INTO kinds (id, words, real) VALUES ($1, $2, $3)";
  ASSERT_TRUE((*lease)->Query(kInsert, {std::int64_t{1}, std::string("first"), 1.5}).has_value());
  ASSERT_TRUE((*lease)->Query(kInsert, {std::int64_t{2}, std::monostate(), std::monostate()}).has_value());
  const auto rows = (*lease)->Query("SELECT words, real FROM kinds WHERE id = $1", {std::int64_t{2}});
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_TRUE((*rows)[0].IsNull(0));
  EXPECT_TRUE((*rows)[0].IsNull(1));
}

TEST_P(DatabaseValueTest, AnAnswerKeepsTheOrderOfManyRows) {
  constexpr std::int64_t kRows = 10'000;
  const auto ids = Ids("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i FROM n ORDER BY i DESC", {});
  ASSERT_EQ(ids.size(), static_cast<std::size_t>(kRows));
  for (std::int64_t i = 0; i < kRows; ++i) ASSERT_EQ(ids[static_cast<std::size_t>(i)], kRows - i);
}

}  // namespace aqua::sql::testing
