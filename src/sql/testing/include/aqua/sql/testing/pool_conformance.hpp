#pragma once

#include <chrono>
#include <future>
#include <optional>
#include <thread>

#include "aqua/sql/testing/database_source.hpp"

namespace aqua::sql::testing {

/// Acquire() and the bounds of the pool.
class DatabasePoolTest : public DatabaseConformanceTest {};

TEST_P(DatabasePoolTest, NeverHasMoreConnectionsThanAllowed) {
  const auto small = Open({.size = 2, .overflow = 1, .acquire_timeout = std::chrono::milliseconds(50)});
  ASSERT_NE(small, nullptr);
  {
    std::vector<Database::Lease> leases;
    for (std::size_t i = 0; i < 3; ++i) leases.push_back(small->Acquire(TenantScope::All()).value());
    EXPECT_EQ(small->connections(), 3U);
    const auto start = std::chrono::steady_clock::now();
    const auto fourth = small->Acquire(TenantScope::All());
    ASSERT_FALSE(fourth.has_value());
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(50));
    EXPECT_EQ(fourth.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(fourth.error().reason, "database_busy");
    leases.pop_back();
    leases.push_back(small->Acquire(TenantScope::All()).value());
    EXPECT_TRUE(leases.back()->Query("SELECT 1").has_value());
  }
  EXPECT_EQ(small->connections(), 2U);
}

TEST_P(DatabasePoolTest, ACallThatWaitsGetsTheConnectionThatIsGivenBack) {
  const auto single = Open({.size = 1, .overflow = 0, .acquire_timeout = std::chrono::seconds(60)});
  ASSERT_NE(single, nullptr);
  std::optional<Database::Lease> mine(single->Acquire(TenantScope::All()).value());
  auto theirs = std::async(std::launch::async, [&] {
    const auto lease = single->Acquire(TenantScope::All());
    return lease.has_value() && (*lease)->Query("SELECT 1").has_value();
  });
  mine.reset();
  EXPECT_TRUE(theirs.get());
  EXPECT_EQ(single->connections(), 1U);
}

TEST_P(DatabasePoolTest, TellsWhatItIs) {
  const std::string description = database_->description();
  EXPECT_NE(description.find(database_->dialect() == Dialect::kSqlite ? "SQLite" : "PostgreSQL"), std::string::npos) << description;
}

}  // namespace aqua::sql::testing
