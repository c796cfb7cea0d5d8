#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aqua/base/result.hpp"

namespace aqua::observe {

struct CheckResult {
  std::string name;
  bool required = false;
  bool ok = false;
  std::string reason;  ///< stable word of the failure, fit for strangers; the message is not
};

struct HealthReport {
  bool ready = true;  ///< every required check is well
  std::vector<CheckResult> checks;
};

/// The checks of what a process uses. Thread-safe. Checks run in the thread that asks, at most once a second; they must come to
/// an end by themselves, as every call of ours with a deadline does. While one thread checks, others get the last report; only
/// those that ask before there is any wait for it.
class HealthRegistry {
 public:
  using Check = std::function<Status()>;
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  HealthRegistry() : HealthRegistry(&std::chrono::steady_clock::now) {}
  explicit HealthRegistry(Clock clock) : clock_(std::move(clock)) {}

  /// Adds a check; all are added before the first Report().
  void Add(std::string name, bool required, Check check);
  HealthReport Report();

 private:
  struct Entry {
    std::string name;
    bool required;
    Check check;
  };

  [[nodiscard]] HealthReport RunChecks() const;
  /// The last report unless it is older.
  [[nodiscard]] std::optional<HealthReport> Last(std::chrono::steady_clock::duration oldest) const;

  Clock clock_;
  std::vector<Entry> entries_;
  std::mutex checking_;       // held by the thread that runs the checks
  mutable std::mutex mutex_;  // guards the members below
  std::optional<HealthReport> last_;
  std::chrono::steady_clock::time_point checked_at_;
};

}  // namespace aqua::observe
