#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace aqua::base {

/// Runs work(worker, index) for every index below `count` on `workers` threads and hands each result, in index order,
/// to deliver(index, result) on the calling thread. At most `window` results wait, so memory does not grow with count.
/// deliver returns false to stop: no further work is begun, and what is under way is finished and dropped.
/// Returns the number of results delivered. work must not throw; it is called by `workers` threads at once. What deliver
/// throws is passed on, after the same ending.
/// Requires: workers >= 1, window >= workers.
template <typename Value, typename Work, typename Deliver>
std::size_t RunOrdered(std::size_t count, std::size_t workers, std::size_t window, Work work, Deliver deliver) {
  std::mutex mutex;
  std::condition_variable room;      // a slot of the window was freed, or the run was stopped
  std::condition_variable finished;  // a result arrived
  std::vector<std::optional<Value>> slots(window);
  std::size_t next = 0;
  std::size_t delivered = 0;
  bool stopped = false;

  const auto serve = [&](std::size_t worker) {
    std::unique_lock lock(mutex);
    for (;;) {
      room.wait(lock, [&] { return stopped || next >= count || next < delivered + window; });
      if (stopped || next >= count) return;
      const std::size_t index = next++;
      lock.unlock();
      Value value = work(worker, index);
      lock.lock();
      slots[index % window].emplace(std::move(value));
      if (index == delivered) finished.notify_one();
    }
  };
  /// Ends the threads however this function is left.
  struct Ending {
    std::mutex& mutex;
    std::condition_variable& room;
    bool& stopped;
    std::vector<std::jthread> threads = {};
    ~Ending() {
      {
        const std::lock_guard lock(mutex);
        stopped = true;
      }
      room.notify_all();
    }
  };
  Ending ending{mutex, room, stopped};
  for (std::size_t worker = 0; worker < std::min(workers, std::max<std::size_t>(count, 1)); ++worker) ending.threads.emplace_back(serve, worker);

  std::unique_lock lock(mutex);
  while (delivered < count) {
    std::optional<Value>& slot = slots[delivered % window];
    finished.wait(lock, [&] { return slot.has_value(); });
    Value value = std::move(*slot);
    slot.reset();
    lock.unlock();
    const bool proceed = deliver(delivered, std::move(value));
    lock.lock();
    if (!proceed) break;
    ++delivered;
    room.notify_one();
  }
  return delivered;
}

}  // namespace aqua::base
