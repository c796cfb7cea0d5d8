#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "aqua/base/result.hpp"

namespace aqua::identity {

/// Does what was asked for later, one after another, on a thread of its own. Thread-safe.
class ResetQueue {
 public:
  static constexpr std::size_t kMaxWaiting = 256;

  ResetQueue() : thread_([this] { Run(); }) {}
  /// Does what waits, then ends.
  ~ResetQueue();
  ResetQueue(const ResetQueue&) = delete;
  ResetQueue& operator=(const ResetQueue&) = delete;

  /// job must not throw. Errors: kResourceExhausted ("too_many_resets").
  Status Add(std::function<void()> job);
  void AwaitIdle();

 private:
  void Run();

  std::mutex mutex_;  // guards waiting_, busy_ and stopping_
  std::condition_variable arrived_;
  std::condition_variable idle_;
  std::deque<std::function<void()>> waiting_;
  bool busy_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace aqua::identity
