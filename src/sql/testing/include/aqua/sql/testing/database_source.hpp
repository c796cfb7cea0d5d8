#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/sql/database.hpp"

namespace aqua::sql::testing {

/// An empty database that can be opened any number of times at once.
class DatabaseSource {
 public:
  virtual ~DatabaseSource() = default;
  virtual Result<std::unique_ptr<Database>> Open(const PoolConfig& pool) = 0;
};

/// Makes a source. Skips or fails the running test and returns null where it cannot.
using MakeDatabaseSource = std::function<std::unique_ptr<DatabaseSource>()>;

/// What every database must do alike: the suites of database_conformance.hpp, each to be named in an INSTANTIATE_TEST_SUITE_P.
class DatabaseConformanceTest : public ::testing::TestWithParam<MakeDatabaseSource> {
 protected:
  void SetUp() override {
    source_ = GetParam()();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_NE(source_, nullptr);
    database_ = Open({});
    ASSERT_NE(database_, nullptr);
  }

  std::unique_ptr<Database> Open(const PoolConfig& pool) {
    auto database = source_->Open(pool);
    if (database) return *std::move(database);
    ADD_FAILURE() << database.error().message;
    return nullptr;
  }

  /// Runs one query on a connection of its own.
  std::vector<Row> Run(std::string_view sql, std::initializer_list<Value> parameters = {}) {
    auto lease = database_->Acquire(TenantScope::All());
    auto rows = lease ? (*lease)->Query(sql, parameters) : Result<std::vector<Row>>(lease.error());
    if (rows) return *std::move(rows);
    ADD_FAILURE() << rows.error().message << " in " << sql;
    return {};
  }

  std::int64_t Count(std::string_view table) {
    const auto rows = Run("SELECT count(*) FROM " + std::string(table));
    return rows.size() == 1 ? rows[0].Integer(0) : -1;
  }

  /// Makes a table of typed columns, written as in PostgreSQL.
  void Create(std::string_view name, std::string columns) {
    const bool sqlite = database_->dialect() == Dialect::kSqlite;
    if (sqlite) {
      for (const auto& [type, own] : {std::pair<std::string_view, std::string_view>{"BIGINT", "INTEGER"},
                                      {"BOOLEAN", "INTEGER"},
                                      {"DOUBLE PRECISION", "REAL"},
                                      {"BYTEA", "BLOB"},
                                      {"TIMESTAMPTZ", "TEXT"}})
        for (auto at = columns.find(type); at != std::string::npos; at = columns.find(type, at)) columns.replace(at, type.size(), own);
    }
    Run("CREATE TABLE " + std::string(name) + " (" + columns + (sqlite ? ") STRICT" : ")"));
  }

  std::unique_ptr<DatabaseSource> source_;
  std::unique_ptr<Database> database_;
};

}  // namespace aqua::sql::testing
