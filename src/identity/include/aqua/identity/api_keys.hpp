#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/auth/principal.hpp"
#include "aqua/identity/accounts.hpp"

namespace aqua::identity {

struct ApiKeysConfig {
  std::chrono::seconds default_life{std::chrono::hours(90 * 24)};
  std::chrono::seconds max_life{std::chrono::hours(365 * 24)};
  std::chrono::seconds memory{60};             ///< how long a key is known without the table; at most 60 s
  std::size_t max_remembered = 16'384;         ///< keys in memory, and as many texts known to be no key
  std::size_t max_keys_per_user = 100;         ///< that are valid at a time
  std::chrono::seconds use_interval{60};       ///< last_used_at is written at most so often for a key
  std::vector<std::string> known_scopes = {};  ///< what a key may be limited to; empty: any word
};

struct ApiKeyRequest {
  std::string name;                      ///< 1–100 code points
  std::vector<std::string> scopes = {};  ///< at most 32; empty: all that the user's role may
  std::optional<Time> expires_at = {};   ///< default: in 90 days; at most a year ahead
};

struct ApiKeyInfo {
  std::string id;
  std::string user_id;
  std::string name;
  std::string prefix;  ///< tells keys apart for people
  std::vector<std::string> scopes;
  bool is_active = true;
  Time created_at;
  std::optional<Time> expires_at;
  std::optional<Time> last_used_at;
  std::optional<Time> revoked_at;
};

struct CreatedApiKey {
  ApiKeyInfo info;
  std::string text;  ///< the key: told this once, kept nowhere
};

/// Keys of programs. Each acts for a user, with his role at that time and no more. Thread-safe.
/// Errors of all: those of sql::Connection, of Dependencies::events.
class ApiKeys {
 public:
  ApiKeys(const Dependencies& dependencies, ApiKeysConfig config);
  /// Writes down which keys were used.
  ~ApiKeys();
  ApiKeys(const ApiKeys&) = delete;
  ApiKeys& operator=(const ApiKeys&) = delete;

  /// Errors: kInvalidArgument ("bad_key_name", "bad_scope", "bad_expiry"), kNotFound ("user_not_found"), kFailedPrecondition
  /// ("user_inactive"), kResourceExhausted ("too_many_keys").
  Result<CreatedApiKey> Create(const std::string& tenant, const std::string& user_id, const ApiKeyRequest& request, const Origin& origin);
  /// Keys of a user, newest first, revoked ones included; at most 500. user_id empty: of the tenant.
  Result<std::vector<ApiKeyInfo>> List(const std::string& tenant, const std::string& user_id);
  /// Ends a key: of `user_id`, or of anybody in the tenant where that is empty. Done already: success. kNotFound ("key_not_found").
  Status Revoke(const std::string& tenant, const std::string& user_id, const std::string& id, const Origin& origin);

  /// Looks a key up in memory alone; nothing when the table must be asked. Does not block.
  std::optional<Result<std::shared_ptr<const auth::Principal>>> TryAuthenticate(std::string_view text);
  /// Looks it up in memory, then in the table.
  /// Errors: kUnauthenticated ("api_key_invalid": unknown, revoked, malformed, its user inactive; "api_key_expired").
  Result<std::shared_ptr<const auth::Principal>> Authenticate(std::string_view text);

  /// Writes down at once which keys were used.
  void Flush();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace aqua::identity
