#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace aqua::auth {

/// Failures of one counter. One that is missing is all zero.
struct FailureCount {
  std::uint32_t failures = 0;
  std::chrono::system_clock::time_point counted_from;  ///< from when time that passes forgets failures
  std::chrono::system_clock::time_point last_failure;

  bool operator==(const FailureCount&) const = default;
};

/// Where counters and known sources are kept. Thread-safe. A store that is out of reach behaves as an empty one: sign-in goes on.
class LockoutStore {
 public:
  using Change = std::function<void(std::span<FailureCount> counts)>;

  virtual ~LockoutStore() = default;

  /// Reads the counters of these keys, lets `change` alter them, and stores them, atomically towards other calls. One that becomes all zero is
  /// removed. `change` is quick and may run again when there was a conflict.
  virtual void Update(std::span<const std::string> keys, const Change& change) = 0;

  /// Whether the source signed in to the user.
  [[nodiscard]] virtual bool Knows(std::string_view user, std::string_view source) = 0;
  virtual void Remember(std::string_view user, std::string_view source) = 0;
};

/// Keeps all in memory, bounded: of counters the smallest of the oldest few makes room, of a user's sources the one that was used longest
/// ago, of users as well. Names are kept as hashes, so that their length does not matter.
class MemoryLockoutStore final : public LockoutStore {
 public:
  explicit MemoryLockoutStore(std::size_t max_counters = 100'000, std::size_t max_users = 100'000, std::size_t max_sources_per_user = 16);
  ~MemoryLockoutStore() override;
  MemoryLockoutStore(const MemoryLockoutStore&) = delete;
  MemoryLockoutStore& operator=(const MemoryLockoutStore&) = delete;

  void Update(std::span<const std::string> keys, const Change& change) override;
  [[nodiscard]] bool Knows(std::string_view user, std::string_view source) override;
  void Remember(std::string_view user, std::string_view source) override;

  [[nodiscard]] std::size_t counters() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace aqua::auth
