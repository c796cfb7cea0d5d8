#include "worker_pool.hpp"

#include <algorithm>

namespace aqua::http {

WorkerPool::WorkerPool(std::size_t threads, std::size_t max_queued)
    : max_waiting_(std::max<std::size_t>(threads, 1) * max_queued), idle_(std::max<std::size_t>(threads, 1)) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) threads_.emplace_back([this] { Serve(); });
}

bool WorkerPool::TrySubmit(Work work) { return Push(std::move(work), false); }

void WorkerPool::Submit(Work work) { Push(std::move(work), true); }

bool WorkerPool::Push(Work work, bool whatever) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || (!whatever && queue_.size() >= max_waiting_ + idle_)) return false;
    queue_.push_back(std::move(work));
    wake = idle_ > 0;
  }
  if (wake) arrived_.notify_one();
  return true;
}

std::size_t WorkerPool::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkerPool::Serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    arrived_.wait(lock, [this] { return stopped_ || !queue_.empty(); });
    if (stopped_) return;
    --idle_;
    Work work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
    ++idle_;
  }
}

void WorkerPool::Stop() {
  std::deque<Work> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(queue_);
  }
  arrived_.notify_all();
}

void WorkerPool::Join() {
  Stop();
  threads_.clear();
}

}  // namespace aqua::http
