#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace aqua::http {

/// Runs work on a fixed number of threads, in the order it came. Thread-safe.
class WorkerPool {
 public:
  using Work = std::function<void()>;

  /// max_queued: work that may wait for each thread.
  WorkerPool(std::size_t threads, std::size_t max_queued);
  ~WorkerPool() { Join(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Takes work unless all threads are busy and the queue is full, or the pool was stopped. Work must not throw.
  bool TrySubmit(Work work);
  /// Takes work however long the queue is: for the continuation of what was admitted. Drops it when the pool was stopped.
  void Submit(Work work);
  [[nodiscard]] std::size_t queued() const;

  /// Drops what waits; what runs goes on. Further work is refused.
  void Stop();
  /// Stops and waits for what runs. Requires: not called by a thread of the pool.
  void Join();

 private:
  void Serve();
  bool Push(Work work, bool whatever);

  const std::size_t max_waiting_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Work> queue_;
  std::size_t idle_;  // threads without work
  bool stopped_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace aqua::http
