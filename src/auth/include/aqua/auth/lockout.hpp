#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "aqua/auth/lockout_store.hpp"
#include "aqua/base/clock.hpp"

namespace aqua::auth {

/// How failures of one counter grow into a delay: `free` of them cost nothing, the next one first_delay, each further one twice as much, up
/// to max_delay. One failure is forgotten every forget_every.
struct LockoutRule {
  std::uint32_t free = 5;
  std::chrono::seconds first_delay{1};
  std::chrono::seconds max_delay{900};
  std::chrono::seconds forget_every{900};
};

struct LockoutPolicy {
  LockoutRule pair{};                                                                                     ///< one source that guesses at one user
  LockoutRule source{30, std::chrono::seconds(1), std::chrono::seconds(900), std::chrono::seconds(300)};  ///< one source, whatever user
  LockoutRule user{20, std::chrono::seconds(1), std::chrono::seconds(60), std::chrono::seconds(60)};      ///< one user, all unknown sources together
};

/// Slows guessing down without a lock that others could close. Three counters of failures: per user and source, per source, and per user
/// over all sources that never signed in to it. A source that did sign in to a user is known to it, and waits only for its own
/// failures at that user: neither failures from elsewhere nor those at other users delay it. Every delay ends, and an attempt that is
/// refused does not lengthen it. Users that do not exist are counted like others. Thread-safe as the store is.
///
/// user: as the sign-in looks it up (lower case). source: SourceOfAddress() of the peer.
class Lockout {
 public:
  /// Whether an attempt may go on, and what Succeeded() and Withdraw() need of it.
  struct Attempt {
    bool allowed = false;
    std::chrono::seconds retry_after{0};  ///< when not allowed: at least 1 s
    bool known = false;                   ///< the source is known to the user
    std::chrono::system_clock::time_point at;
  };

  /// store and clock must outlive this.
  Lockout(const LockoutPolicy& policy, LockoutStore& store, const base::Clock& clock) : policy_(policy), store_(store), clock_(clock) {}

  /// Asks before the password is looked at. An attempt that is allowed counts as failed at once, so that many at the same time are not all
  /// let through; a failure therefore needs no further call.
  [[nodiscard]] Attempt Begin(std::string_view user, std::string_view source);

  /// The password was right: takes the count back, forgets the source's failures at the user, and makes it known.
  void Succeeded(std::string_view user, std::string_view source, const Attempt& attempt);

  /// The attempt came to no decision (too many sign-ins, database away): takes the count back.
  void Withdraw(std::string_view user, std::string_view source, const Attempt& attempt);

 private:
  const LockoutPolicy policy_;
  LockoutStore& store_;
  const base::Clock& clock_;
};

/// What counts as one source: an IPv4 address, the /64 of an IPv6 address, the IPv4 address within a mapped one; any other text as it is.
std::string SourceOfAddress(std::string_view address);

}  // namespace aqua::auth
