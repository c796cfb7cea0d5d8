#include "aqua/auth/password_workers.hpp"

#include <exception>
#include <utility>

#include "aqua/base/assert.hpp"

namespace aqua::auth {

PasswordWorkers::PasswordWorkers(std::size_t threads, std::size_t max_queue, OnFailure on_failure)
    : max_queue_(max_queue), on_failure_(std::move(on_failure)), idle_(threads) {
  AQUA_ASSERT(threads > 0);
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

PasswordWorkers::~PasswordWorkers() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

Status PasswordWorkers::Submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() >= max_queue_ + idle_) return MakeError(ErrorCode::kResourceExhausted, "too many sign-ins at once; try again", "too_many_logins");
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return {};
}

std::size_t PasswordWorkers::waiting() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size() > idle_ ? jobs_.size() - idle_ : 0;
}

void PasswordWorkers::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    --idle_;
    lock.unlock();
    try {
      job();
    } catch (const std::exception& fault) {
      if (on_failure_) on_failure_(fault.what());
    }
    job = nullptr;  // what it holds ends before the thread counts as idle
    lock.lock();
    ++idle_;
  }
}

}  // namespace aqua::auth
