#include "reset_queue.hpp"

#include <utility>

namespace aqua::identity {

ResetQueue::~ResetQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

Status ResetQueue::Add(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= kMaxWaiting)
    return MakeError(ErrorCode::kResourceExhausted, "too many password resets wait; try again in a minute", "too_many_resets");
  waiting_.push_back(std::move(job));
  arrived_.notify_one();
  return {};
}

void ResetQueue::AwaitIdle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return waiting_.empty() && !busy_; });
}

void ResetQueue::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    arrived_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const std::function<void()> job = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    job();
    lock.lock();
    busy_ = false;
    idle_.notify_all();
  }
}

}  // namespace aqua::identity
