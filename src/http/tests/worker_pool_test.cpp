#include "worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>

namespace aqua::http {
namespace {

TEST(WorkerPoolTest, RunsWorkInOrder) {
  std::vector<int> order;
  std::promise<void> done;
  {
    WorkerPool pool(1, 100);
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(pool.TrySubmit([&order, i] { order.push_back(i); }));
    EXPECT_TRUE(pool.TrySubmit([&done] { done.set_value(); }));
    done.get_future().wait();
  }
  ASSERT_EQ(order.size(), 50U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(WorkerPoolTest, RefusesWorkWhenFullAndTakesContinuations) {
  WorkerPool pool(2, 1);
  std::promise<void> gate;
  const std::shared_future<void> open = gate.get_future().share();
  std::atomic<int> ran = 0;
  const auto work = [open, &ran] {
    open.wait();
    ++ran;
  };
  // Two run or are about to, two wait.
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(pool.TrySubmit(work)) << i;
  EXPECT_FALSE(pool.TrySubmit(work));
  std::promise<void> last;
  pool.Submit([&last] { last.set_value(); });
  gate.set_value();
  last.get_future().wait();
  pool.Join();
  EXPECT_EQ(ran, 4);
}

TEST(WorkerPoolTest, TakesWorkForIdleThreadsWithoutAQueue) {
  WorkerPool pool(1, 0);
  std::promise<void> done;
  EXPECT_TRUE(pool.TrySubmit([&done] { done.set_value(); }));
  done.get_future().wait();
}

TEST(WorkerPoolTest, DropsWhatWaitsWhenStopped) {
  WorkerPool pool(1, 10);
  std::promise<void> gate;
  std::promise<void> running;
  std::atomic<bool> late_ran = false;
  const auto token = std::make_shared<int>(0);
  EXPECT_TRUE(pool.TrySubmit([&] {
    running.set_value();
    gate.get_future().wait();
  }));
  running.get_future().wait();
  EXPECT_TRUE(pool.TrySubmit([token, &late_ran] { late_ran = true; }));
  EXPECT_EQ(pool.queued(), 1U);
  pool.Stop();
  EXPECT_EQ(token.use_count(), 1) << "the work was let go";
  EXPECT_FALSE(pool.TrySubmit([] {}));
  gate.set_value();
  pool.Join();
  EXPECT_FALSE(late_ran);
}

}  // namespace
}  // namespace aqua::http
