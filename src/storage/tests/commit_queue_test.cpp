#include "aqua/storage/commit_queue.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "storage_fixture.hpp"

namespace aqua::storage {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kInsert =
    "INSERT INTO fish_species (id, tenant_id, label, name, created_at) VALUES ($1, $2, $3, $3, '2026-01-01T00:00:00.000000Z') ON CONFLICT (id) DO NOTHING";

class CommitQueueTest : public StorageTest {
 protected:
  std::vector<sql::Command> Insert(const std::string& label) { return {{kInsert, {base::NewUuidV7(), tenant_, label}}}; }
  std::int64_t Count() { return database_->Acquire(sql::TenantScope::All()).value()->Query("SELECT count(*) FROM fish_species").value()[0].Integer(0); }
};

TEST_P(CommitQueueTest, AnswersWhenTheWriteIsThere) {
  ASSERT_TRUE(commits_->Write(sql::TenantScope::Of(tenant_), Insert("a")));
  EXPECT_EQ(Count(), 1);
}

TEST_P(CommitQueueTest, ManyThreadsShareTransactions) {
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int thread = 0; thread < 8; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 25; ++i)
        if (commits_->Write(sql::TenantScope::Of(tenant_), Insert(std::to_string(thread) + "-" + std::to_string(i)))) ++good;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 200);
  EXPECT_EQ(Count(), 200);
}

TEST_P(CommitQueueTest, WhatWaitsSharesOneTransaction) {
  // The first write holds the thread in its answer, so that the others wait together.
  std::promise<void> let_go;
  std::shared_future<void> gate = let_go.get_future().share();
  std::promise<void> held;
  commits_->Submit(sql::TenantScope::Of(tenant_), Insert("first"), [&held, gate](Status) {
    held.set_value();
    gate.wait();
  });
  held.get_future().wait();
  std::vector<std::future<Status>> answers;
  for (int i = 0; i < 100; ++i) {
    auto promise = std::make_shared<std::promise<Status>>();
    answers.push_back(promise->get_future());
    commits_->Submit(sql::TenantScope::Of(tenant_), Insert("w" + std::to_string(i)), [promise](Status status) { promise->set_value(std::move(status)); });
  }
  let_go.set_value();
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_THAT(metrics_.Text(), HasSubstr("aqua_storage_commits_total 2\n"));
}

TEST_P(CommitQueueTest, AFaultyWriteDoesNotHarmItsNeighbours) {
  std::promise<void> let_go;
  std::shared_future<void> gate = let_go.get_future().share();
  std::promise<void> held;
  commits_->Submit(sql::TenantScope::Of(tenant_), Insert("first"), [&held, gate](Status) {
    held.set_value();
    gate.wait();
  });
  held.get_future().wait();
  std::vector<std::future<Status>> answers;
  for (const char* label : {"a", "first", "b"}) {  // the second breaks the unique label
    auto promise = std::make_shared<std::promise<Status>>();
    answers.push_back(promise->get_future());
    commits_->Submit(sql::TenantScope::Of(tenant_), Insert(label), [promise](Status status) { promise->set_value(std::move(status)); });
  }
  let_go.set_value();
  EXPECT_TRUE(answers[0].get());
  const Status faulty = answers[1].get();
  EXPECT_TRUE(answers[2].get());
  ASSERT_FALSE(faulty);
  EXPECT_EQ(faulty.error().reason, "duplicate");
  EXPECT_EQ(Count(), 3);
}

TEST_P(CommitQueueTest, AWriteOfSeveralCommandsIsAllOrNothing) {
  std::vector<sql::Command> commands = Insert("a");
  commands.push_back({kInsert, {base::NewUuidV7(), tenant_, std::string("a")}});
  EXPECT_EQ(commits_->Write(sql::TenantScope::Of(tenant_), commands).error().reason, "duplicate");
  EXPECT_EQ(Count(), 0);
}

TEST_P(CommitQueueTest, CommitsWhatWaitsBeforeItEnds) {
  std::atomic<int> answered{0};
  for (int i = 0; i < 50; ++i)
    commits_->Submit(sql::TenantScope::Of(tenant_), Insert(std::to_string(i)), [&answered](const Status& status) { answered += status ? 1 : 0; });
  commits_.reset();
  EXPECT_EQ(answered, 50);
  EXPECT_EQ(Count(), 50);
}

TEST_P(CommitQueueTest, WaitsForWritesThatAreOnTheirWay) {
  commits_ = std::make_unique<CommitQueue>(*database_, CommitQueueConfig{.max_linger = std::chrono::hours(1)}, metrics_, logger_);
  std::vector<std::future<Status>> answers;
  for (std::size_t upcoming : {9U, 8U, 7U, 6U}) {
    auto promise = std::make_shared<std::promise<Status>>();
    answers.push_back(promise->get_future());
    commits_->Submit(
        sql::TenantScope::Of(tenant_), Insert(std::to_string(answers.size())), [promise](Status status) { promise->set_value(std::move(status)); }, upcoming);
  }
  for (auto& answer : answers) EXPECT_TRUE(answer.get().has_value());
  EXPECT_EQ(Count(), 4);
  EXPECT_THAT(metrics_.Text(), HasSubstr("aqua_storage_commits_total 1\n"));
}

TEST_P(CommitQueueTest, DoesNotWaitForEverForWritesThatDoNotCome) {
  commits_ = std::make_unique<CommitQueue>(*database_, CommitQueueConfig{.max_linger = std::chrono::milliseconds(1)}, metrics_, logger_);
  std::promise<Status> answer;
  commits_->Submit(
      sql::TenantScope::Of(tenant_), Insert("alone"), [&answer](Status status) { answer.set_value(std::move(status)); }, 1'000);
  EXPECT_TRUE(answer.get_future().get().has_value());
}

TEST_P(CommitQueueTest, EndsWithoutWaitingForWritesThatDoNotCome) {
  commits_ = std::make_unique<CommitQueue>(*database_, CommitQueueConfig{.max_linger = std::chrono::hours(1)}, metrics_, logger_);
  std::atomic<int> answered{0};
  commits_->Submit(
      sql::TenantScope::Of(tenant_), Insert("last"), [&answered](const Status& status) { answered += status ? 1 : 0; }, 1'000);
  commits_.reset();
  EXPECT_EQ(answered, 1);
}

TEST_P(CommitQueueTest, RefusesAtOnceWhenTooManyWait) {
  commits_ = std::make_unique<CommitQueue>(*database_, CommitQueueConfig{.max_batch = 8, .max_waiting = 2}, metrics_, logger_);
  std::promise<void> let_go;
  std::shared_future<void> gate = let_go.get_future().share();
  std::promise<void> held;
  commits_->Submit(sql::TenantScope::Of(tenant_), Insert("first"), [&held, gate](Status) {
    held.set_value();
    gate.wait();
  });
  held.get_future().wait();
  std::atomic<int> good{0};
  for (const char* label : {"a", "b"})
    commits_->Submit(sql::TenantScope::Of(tenant_), Insert(label), [&good](const Status& status) { good += status ? 1 : 0; });
  std::optional<Status> refused;
  commits_->Submit(sql::TenantScope::Of(tenant_), Insert("c"), [&refused](Status status) { refused = std::move(status); });
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->error().reason, "writes_waiting");
  let_go.set_value();
  commits_.reset();
  EXPECT_EQ(good, 2);
}

AQUA_FOR_EVERY_DATABASE(CommitQueueTest);

}  // namespace
}  // namespace aqua::storage
