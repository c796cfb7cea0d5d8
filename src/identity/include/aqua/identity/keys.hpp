#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/auth/secret.hpp"
#include "aqua/auth/token.hpp"
#include "aqua/base/clock.hpp"
#include "aqua/identity/event.hpp"
#include "aqua/observe/log.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::identity {

struct KeysConfig {
  std::chrono::seconds rotate_every{std::chrono::hours(30 * 24)};  ///< at most 90 days
  /// How long a key is published before it may sign: longer than any instance takes to see it.
  std::chrono::seconds publish_ahead{300};
};

struct SigningKeyInfo {
  std::string id;  ///< kid
  Time created_at;
  Time activates_at;  ///< signs from here on, until a younger one does
  Time retires_at;    ///< verifies until here
  bool is_current = false;
};

/// The keys that sign access tokens: previous, current and next one, in the table, sealed by a key that is not in the database.
/// Loads them into a KeyRing and makes the next one when its time has come; instances over one database agree. Thread-safe; calls block.
/// Errors: those of sql::Connection; kDataLoss ("signing_key_unreadable": sealed by another master key).
class Keys {
 public:
  /// master: the key that seals; copied. All else must outlive this. The ring is empty until Refresh().
  Keys(sql::Database& database, const base::Clock& clock, observe::Logger& logger, auth::KeyRing& ring, std::span<const std::uint8_t, 32> master,
       const KeysConfig& config, Events events = {});

  /// Makes what is missing, then loads the ring. To be called at start, at least every 30 s, and when a key was removed.
  Status Refresh();
  /// Removes a key; nothing it signed is good from then on, elsewhere as soon as the others refresh. kNotFound ("key_not_found").
  Status Remove(const std::string& id, const Origin& origin);
  Result<std::vector<SigningKeyInfo>> List();

 private:
  struct Stored;
  using StoredKeys = std::vector<Stored>;

  Result<StoredKeys> Load(sql::Connection& connection) const;
  /// The statements that make what is missing; empty when nothing is.
  Result<std::string> Missing(const StoredKeys& known, std::string& made) const;
  Status MakeMissing();
  Status Publish(const StoredKeys& keys);
  Status Tell(std::string_view action, const std::string& id, const Origin& origin) const;

  sql::Database& database_;
  const base::Clock& clock_;
  observe::Logger& logger_;
  auth::KeyRing& ring_;
  const auth::SecretBox box_;
  const KeysConfig config_;
  const Events events_;
  std::mutex mutex_;       // held while refreshing
  std::string published_;  ///< ids in the ring, the current one first
};

}  // namespace aqua::identity
