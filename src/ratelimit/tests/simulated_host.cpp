#include "simulated_host.hpp"

#include <algorithm>
#include <utility>

namespace aqua::ratelimit {
namespace {

constexpr std::int64_t kToken = 60'000'000;

}  // namespace

Result<std::vector<std::int64_t>> SimulatedHost::RunScript(const cache::Script& /*script*/, std::span<const std::string_view> keys,
                                                           std::span<const std::string_view> arguments, std::chrono::milliseconds /*limit*/) {
  ++asks_;
  if (hook_) hook_();
  const std::int64_t rate = std::stoll(std::string(arguments[0]));
  const std::int64_t full = std::stoll(std::string(arguments[1])) * kToken;
  last_wanted_ = std::stoll(std::string(arguments[2]));
  last_returned_ = std::stoll(std::string(arguments[3]));
  const std::int64_t now = std::chrono::duration_cast<std::chrono::microseconds>(clock_().time_since_epoch()).count();
  const std::lock_guard lock(mutex_);
  if (!fault_.empty()) return MakeError(ErrorCode::kUnavailable, "away", fault_);
  Bucket& bucket = buckets_.try_emplace(std::string(keys[0]), Bucket{full, now}).first->second;
  bucket.level = std::min(full, bucket.level + (now - bucket.microseconds) * rate);
  bucket.level = std::min(full, bucket.level + last_returned_ * kToken);
  bucket.microseconds = now;
  const std::int64_t granted = std::min<std::int64_t>(last_wanted_, bucket.level / kToken);
  bucket.level -= granted * kToken;
  return std::vector<std::int64_t>{granted, bucket.level};
}

void SimulatedHost::Forget() {
  const std::lock_guard lock(mutex_);
  buckets_.clear();
}

std::vector<std::string> SimulatedHost::keys() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> keys;
  for (const auto& [key, bucket] : buckets_) keys.push_back(key);
  return keys;
}

void SimulatedHost::SetFault(std::string reason) {
  const std::lock_guard lock(mutex_);
  fault_ = std::move(reason);
}

}  // namespace aqua::ratelimit
