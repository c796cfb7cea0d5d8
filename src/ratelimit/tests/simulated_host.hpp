#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "aqua/cache/monotonic_clock.hpp"
#include "aqua/cache/script_host.hpp"

namespace aqua::ratelimit {

/// Does what Redis does with the script of the leases, by a clock of the test: written from its description, without the buckets of
/// this module. Thread-safe.
class SimulatedHost final : public cache::ScriptHost {
 public:
  explicit SimulatedHost(cache::MonotonicClock clock) : clock_(std::move(clock)) {}

  Result<std::vector<std::int64_t>> RunScript(const cache::Script& script, std::span<const std::string_view> keys, std::span<const std::string_view> arguments,
                                              std::chrono::milliseconds limit) override;

  /// Forgets all, as a server that is started again.
  void Forget();
  void Fail(std::string reason) { SetFault(std::move(reason)); }
  void Recover() { SetFault({}); }
  /// Called before each answer, without a lock.
  void OnAsk(std::function<void()> hook) { hook_ = std::move(hook); }

  [[nodiscard]] int asks() const { return asks_; }
  /// Tokens asked for and given back with the last request.
  [[nodiscard]] std::int64_t last_wanted() const { return last_wanted_; }
  [[nodiscard]] std::int64_t last_returned() const { return last_returned_; }
  [[nodiscard]] std::vector<std::string> keys() const;

 private:
  struct Bucket {
    std::int64_t level;
    std::int64_t microseconds;
  };
  void SetFault(std::string reason);

  const cache::MonotonicClock clock_;
  std::function<void()> hook_;
  std::atomic<int> asks_{0};
  std::atomic<std::int64_t> last_wanted_{0};
  std::atomic<std::int64_t> last_returned_{0};
  mutable std::mutex mutex_;  // guards all below
  std::string fault_;
  std::map<std::string, Bucket, std::less<>> buckets_;
};

}  // namespace aqua::ratelimit
