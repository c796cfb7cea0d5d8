#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "aqua/auth/lockout_store.hpp"
#include "aqua/auth/secret.hpp"
#include "aqua/base/clock.hpp"
#include "aqua/observe/log.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::identity {

/// Keeps the counters of failures in memory and the known sources in the table, so that a start does not forget from where users sign
/// in. Sources lie there as keyed hashes. Thread-safe; Knows() and Remember() block for the database, and without it know nothing.
class KnownSources final : public auth::LockoutStore {
 public:
  static constexpr std::size_t kMaxSourcesPerUser = 32;

  /// master: keys the hashes; copied. All else must outlive this.
  KnownSources(sql::Database& database, const base::Clock& clock, observe::Logger& logger, std::span<const std::uint8_t, 32> master);

  void Update(std::span<const std::string> keys, const Change& change) override { counters_.Update(keys, change); }
  [[nodiscard]] bool Knows(std::string_view user, std::string_view source) override;
  void Remember(std::string_view user, std::string_view source) override;

 private:
  [[nodiscard]] std::string HashOf(std::string_view source) const;

  sql::Database& database_;
  const base::Clock& clock_;
  observe::Logger& logger_;
  const auth::Key256 key_;
  auth::MemoryLockoutStore counters_;
};

}  // namespace aqua::identity
