#include "aqua/auth/password_workers.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>

namespace aqua::auth {
namespace {

/// Jobs that hold a thread until they are let go.
class Gate {
 public:
  [[nodiscard]] PasswordWorkers::Job Job() {
    return [this, open = open_] {
      started_.fetch_add(1);
      started_.notify_all();
      open.wait();
      ended_.fetch_add(1);
    };
  }
  void AwaitStarted(int count) {
    for (int now = started_.load(); now < count; now = started_.load()) started_.wait(now);
  }
  void Open() { promise_.set_value(); }
  [[nodiscard]] int started() const { return started_.load(); }
  [[nodiscard]] int ended() const { return ended_.load(); }

 private:
  std::promise<void> promise_;
  std::shared_future<void> open_ = promise_.get_future().share();
  std::atomic<int> started_{0};
  std::atomic<int> ended_{0};
};

TEST(PasswordWorkersTest, RunsAtMostSoManyAtOnceAndRefusesWhenTheQueueIsFull) {
  Gate gate;
  PasswordWorkers workers(2, 16);
  for (int i = 0; i < 18; ++i) EXPECT_TRUE(workers.Submit(gate.Job()).has_value()) << i;
  const Status refused = workers.Submit(gate.Job());
  gate.AwaitStarted(2);
  EXPECT_EQ(workers.waiting(), 16U);
  EXPECT_EQ(gate.started(), 2);
  gate.Open();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(refused.error().reason, "too_many_logins");
  gate.AwaitStarted(18);
}

TEST(PasswordWorkersTest, TakesJobsAgainOnceOneHasEnded) {
  Gate gate;
  PasswordWorkers workers(1, 0);
  EXPECT_TRUE(workers.Submit(gate.Job()).has_value());
  EXPECT_FALSE(workers.Submit([] {}).has_value());
  gate.Open();
  std::promise<void> ran;
  while (!workers.Submit([&] { ran.set_value(); }).has_value()) std::this_thread::yield();
  ran.get_future().wait();
}

TEST(PasswordWorkersTest, RunsAllThatWasTakenBeforeItEnds) {
  Gate gate;
  {
    PasswordWorkers workers(2, 4);
    for (int i = 0; i < 6; ++i) EXPECT_TRUE(workers.Submit(gate.Job()).has_value());
    gate.Open();
  }
  EXPECT_EQ(gate.ended(), 6);
}

TEST(PasswordWorkersTest, OutlivesAJobThatThrows) {
  std::promise<std::string> what;
  PasswordWorkers workers(1, 4, [&](std::string_view text) { what.set_value(std::string(text)); });
  ASSERT_TRUE(workers.Submit([] { throw std::runtime_error("broken"); }).has_value());
  EXPECT_EQ(what.get_future().get(), "broken");
  std::promise<void> ran;
  ASSERT_TRUE(workers.Submit([&] { ran.set_value(); }).has_value());
  ran.get_future().wait();
}

TEST(PasswordWorkersTest, LetsGoOfAJobOnceItHasRun) {
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  {
    PasswordWorkers workers(1, 4);
    ASSERT_TRUE(workers.Submit([held = std::move(held)] {}).has_value());
  }
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace aqua::auth
