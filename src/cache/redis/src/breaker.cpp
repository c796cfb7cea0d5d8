#include "breaker.hpp"

#include <utility>

namespace aqua::cache {

Breaker::Breaker(std::chrono::milliseconds interval, MonotonicClock clock) : interval_(interval), clock_(std::move(clock)) {}

Breaker::Pass Breaker::Ask() {
  const std::uint64_t closings = closings_.load(std::memory_order_acquire);
  if (closed()) return {Pass::Kind::kNormal, closings};
  const auto now = clock_();
  const std::lock_guard lock(mutex_);
  if (closed()) return {Pass::Kind::kNormal, closings_.load()};
  if (now < retry_at_) return {};
  retry_at_ = now + interval_;
  return {Pass::Kind::kTry, closings_.load()};
}

void Breaker::Succeeded(const Pass& pass) {
  if (pass.kind != Pass::Kind::kTry) return;
  const std::lock_guard lock(mutex_);
  if (closed()) return;
  ++closings_;
  closed_.store(true, std::memory_order_release);
}

void Breaker::Failed(const Pass& pass) {
  const auto now = clock_();
  const std::lock_guard lock(mutex_);
  if (pass.closings != closings_.load()) return;
  retry_at_ = now + interval_;
  closed_.store(false, std::memory_order_release);
}

}  // namespace aqua::cache
