#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "aqua/base/result.hpp"

namespace aqua::auth {

/// The only threads that hash passwords, so that a storm of sign-ins takes neither all cores nor all memory: at most `threads` hashes
/// run at once and `max_queue` wait. Thread-safe.
class PasswordWorkers {
 public:
  using Job = std::function<void()>;
  /// Told what a job threw; called on the worker's thread.
  using OnFailure = std::function<void(std::string_view what)>;

  /// threads: at least 1; no more than cores.
  explicit PasswordWorkers(std::size_t threads, std::size_t max_queue = 16, OnFailure on_failure = {});
  /// Runs all jobs that were taken, then ends the threads.
  ~PasswordWorkers();
  PasswordWorkers(const PasswordWorkers&) = delete;
  PasswordWorkers& operator=(const PasswordWorkers&) = delete;

  /// Queues a job and returns at once; it runs once, on a thread of this. Jobs should not throw: whoever waits for them would not learn of it.
  /// Errors: kResourceExhausted ("too_many_logins") when max_queue jobs wait; retryable.
  Status Submit(Job job);

  /// Jobs that wait for a thread.
  [[nodiscard]] std::size_t waiting() const;

 private:
  void Work();

  const std::size_t max_queue_;
  const OnFailure on_failure_;
  mutable std::mutex mutex_;  // guards idle_, jobs_ and stopping_
  std::condition_variable wake_;
  std::size_t idle_ = 0;  // threads without a job
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace aqua::auth
