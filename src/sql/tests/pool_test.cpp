#include "aqua/sql/pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <thread>
#include <vector>

namespace aqua::sql {
namespace {

using std::chrono::milliseconds;

/// Counts how many of its kind there are.
class FakeConnection final : public Connection {
 public:
  FakeConnection(std::atomic<int>& alive, int name) : number(name), alive_(alive) { ++alive_; }
  ~FakeConnection() override { --alive_; }

  using Connection::Query;
  Result<std::vector<Row>> Query(std::string_view, std::span<const Value>) override { return std::vector<Row>(); }
  Result<std::vector<std::int64_t>> Commit(std::span<const Command>) override { return std::vector<std::int64_t>(); }
  Result<std::vector<std::int64_t>> CommitAfter(const Command&, const Plan&) override { return std::vector<std::int64_t>(); }
  Status RunExclusive(const std::function<Result<std::string>(Connection&)>&) override { return {}; }
  [[nodiscard]] bool broken() const override { return is_broken; }

  const int number;
  bool is_broken = false;
  std::atomic<int> users = 0;

 private:
  std::atomic<int>& alive_;
};

class PoolTest : public ::testing::Test {
 protected:
  ConnectionPool Pool(PoolConfig config) {
    return {config, [this]() -> Result<std::unique_ptr<Connection>> {
              if (refuse_) return MakeError(ErrorCode::kUnavailable, "no", "database_unavailable");
              return std::make_unique<FakeConnection>(alive_, ++opened_);
            }};
  }

  static FakeConnection& Of(const Database::Lease& lease) { return static_cast<FakeConnection&>(*lease); }

  std::atomic<int> alive_ = 0;
  std::atomic<int> opened_ = 0;
  std::atomic<bool> refuse_ = false;
};

TEST_F(PoolTest, OpensNothingBeforeItIsAsked) {
  auto pool = Pool({});
  EXPECT_EQ(pool.connections(), 0U);
  EXPECT_EQ(opened_, 0);
}

TEST_F(PoolTest, TheSameConnectionIsHandedOutAgain) {
  auto pool = Pool({});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Of(*pool.Acquire(TenantScope::All())).number, 1);
  EXPECT_EQ(pool.connections(), 1U);
}

TEST_F(PoolTest, KeepsItsSizeAndClosesTheOverflow) {
  auto pool = Pool({.size = 2, .overflow = 3});
  {
    std::vector<Database::Lease> leases;
    for (int i = 0; i < 5; ++i) leases.push_back(pool.Acquire(TenantScope::All()).value());
    EXPECT_EQ(alive_, 5);
  }
  EXPECT_EQ(alive_, 2);
  EXPECT_EQ(pool.connections(), 2U);
}

TEST_F(PoolTest, UnderLoadTheOverflowIsNotOpenedAnewForEveryCall) {
  auto pool = Pool({.size = 2, .overflow = 2});
  std::vector<Database::Lease> others;
  for (int i = 0; i < 3; ++i) others.push_back(pool.Acquire(TenantScope::All()).value());
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(pool.Acquire(TenantScope::All()).has_value());
  EXPECT_EQ(opened_, 4);
}

TEST_F(PoolTest, IsBusyWhenAllAreOutForTooLong) {
  auto pool = Pool({.size = 1, .overflow = 0, .acquire_timeout = milliseconds(1)});
  const auto lease = pool.Acquire(TenantScope::All());
  const auto none = pool.Acquire(TenantScope::All());
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(none.error().reason, "database_busy");
}

TEST_F(PoolTest, ABrokenConnectionIsClosedAndThoseThatLieIdleWithIt) {
  auto pool = Pool({});
  auto first = std::make_optional(pool.Acquire(TenantScope::All()).value());
  auto second = std::make_optional(pool.Acquire(TenantScope::All()).value());
  auto third = std::make_optional(pool.Acquire(TenantScope::All()).value());
  second.reset();
  Of(*first).is_broken = true;
  first.reset();
  EXPECT_EQ(alive_, 1);
  EXPECT_EQ(pool.connections(), 1U);
  third.reset();
  EXPECT_EQ(Of(*pool.Acquire(TenantScope::All())).number, 3);
}

TEST_F(PoolTest, AConnectionThatCannotBeOpenedTakesNoPlace) {
  auto pool = Pool({.size = 1, .overflow = 0, .acquire_timeout = milliseconds(1)});
  refuse_ = true;
  for (int i = 0; i < 3; ++i) {
    const auto none = pool.Acquire(TenantScope::All());
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.error().reason, "database_unavailable");
  }
  EXPECT_EQ(pool.connections(), 0U);
  refuse_ = false;
  EXPECT_TRUE(pool.Acquire(TenantScope::All()).has_value());
}

TEST_F(PoolTest, AWaitingCallOpensANewOneInPlaceOfABrokenOne) {
  auto pool = Pool({.size = 1, .overflow = 0, .acquire_timeout = std::chrono::minutes(1)});
  auto broken = std::make_optional(pool.Acquire(TenantScope::All()).value());
  auto waiting = std::async(std::launch::async, [&] { return Of(*pool.Acquire(TenantScope::All())).number; });
  Of(*broken).is_broken = true;
  broken.reset();
  EXPECT_EQ(waiting.get(), 2);
}

TEST_F(PoolTest, ManyThreadsShareFewConnectionsAndNeverOneAtATime) {
  auto pool = Pool({.size = 2, .overflow = 1, .acquire_timeout = std::chrono::minutes(1)});
  std::atomic<int> clashes = 0;
  std::atomic<int> crowded = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 8; ++thread)
    threads.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        const auto lease = pool.Acquire(TenantScope::All());
        ASSERT_TRUE(lease.has_value());
        if (Of(*lease).users.fetch_add(1) != 0) ++clashes;
        if (pool.connections() > 3) ++crowded;
        --Of(*lease).users;
      }
    });
  threads.clear();
  EXPECT_EQ(clashes, 0);
  EXPECT_EQ(crowded, 0);
  EXPECT_EQ(alive_, static_cast<int>(pool.connections()));
  EXPECT_LE(pool.connections(), 2U);
}

}  // namespace
}  // namespace aqua::sql
