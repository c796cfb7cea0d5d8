#include "connection_count.hpp"

namespace aqua::http {
namespace {

/// Connections over the limit that are answered at one time; beyond that they are closed without a word.
constexpr std::size_t kMaxRefused = 64;

}  // namespace

ConnectionCount::Verdict ConnectionCount::Add(const std::string& address, bool loopback) {
  const std::lock_guard lock(mutex_);
  const bool limited = !loopback || limits_.loopback_limited;
  const auto known = by_address_.find(address);
  const std::size_t same = known == by_address_.end() ? 0 : known->second;
  if (admitted_ >= limits_.max_connections || (limited && same >= limits_.max_connections_per_address)) {
    if (refused_ >= kMaxRefused) return Verdict::kDropped;
    ++refused_;
    return Verdict::kRefused;
  }
  ++admitted_;
  ++by_address_[address];
  return Verdict::kAdmitted;
}

void ConnectionCount::Remove(const std::string& address, Verdict verdict) {
  {
    const std::lock_guard lock(mutex_);
    if (verdict == Verdict::kRefused) --refused_;
    if (verdict == Verdict::kAdmitted) {
      --admitted_;
      const auto known = by_address_.find(address);
      if (--known->second == 0) by_address_.erase(known);
    }
  }
  removed_.notify_all();
}

std::size_t ConnectionCount::admitted() const {
  const std::lock_guard lock(mutex_);
  return admitted_;
}

bool ConnectionCount::WaitForNone(std::chrono::milliseconds limit) {
  std::unique_lock lock(mutex_);
  return removed_.wait_for(lock, limit, [this] { return admitted_ + refused_ == 0; });
}

}  // namespace aqua::http
