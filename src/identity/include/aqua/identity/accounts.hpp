#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aqua/auth/password.hpp"
#include "aqua/auth/password_workers.hpp"
#include "aqua/base/clock.hpp"
#include "aqua/identity/event.hpp"
#include "aqua/identity/notifier.hpp"
#include "aqua/identity/revocation_feed.hpp"
#include "aqua/identity/user.hpp"
#include "aqua/observe/log.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::identity {

struct AccountsConfig {
  auth::PasswordCost password_cost = {};
  std::size_t min_password_length = 12;  ///< code points
  auth::Role registration_role = auth::Role::kViewer;
  std::chrono::seconds reset_lifetime{3'600};
  std::chrono::seconds reset_interval{60};  ///< at least so long between two messages to one user
  std::string reset_url = {};               ///< the token is put behind it: "https://farm.example/#/reset?token="
};

/// What the services of this module are made from. All must outlive them. Thread-safe.
struct Dependencies {
  sql::Database& database;
  const base::Clock& clock;
  observe::Logger& logger;
  RevocationFeed& revocations;
  auth::PasswordWorkers& workers;
  Events events = {};
};

/// Users and organisations. Thread-safe; calls block for the database, those that touch a password for a worker as well.
///
/// User names have 3–100 code points, printable and without '@' unless they are the user's own e-mail address; e-mail addresses at
/// most 254 bytes of ASCII; full names at most 200 code points. Names and addresses are compared without regard to case.
/// Errors: kInvalidArgument ("bad_username", "bad_email", "bad_full_name", "bad_organisation", and what auth::CheckPassword() says),
/// kAlreadyExists ("duplicate_user", "duplicate_organisation"), kNotFound ("user_not_found", "organisation_not_found"; also for
/// those of another tenant), kResourceExhausted ("too_many_logins"), and those of sql::Connection.
class Accounts {
 public:
  /// breached: passwords that are refused; may be null. notifier: may be null, then no reset can be asked for.
  Accounts(const Dependencies& dependencies, AccountsConfig config, Notifier* notifier, const auth::BreachedPasswords* breached);
  /// Sends what waits to be sent, then ends.
  ~Accounts();
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  /// Adds a user with any role: for administrators.
  Result<User> CreateUser(const NewUser& user, const Origin& origin);
  /// Adds a user to the default tenant with the role of the configuration.
  Result<User> Register(const Registration& registration, const Origin& origin);

  Result<std::optional<User>> FindUser(const std::string& tenant, const std::string& id);
  /// At most `limit` users (1–500) in the order of their ids, beginning after the id `after`.
  Result<std::vector<User>> ListUsers(const std::string& tenant, std::size_t limit, const std::optional<std::string>& after);
  /// Tells whether an active user of role admin exists in any tenant.
  Result<bool> HasAdministrator();

  /// Changes a user. A change of role, or to inactive, ends his sessions, access tokens and remembered API keys; a new e-mail
  /// address ends the password resets under way.
  /// Errors: as above; kFailedPrecondition ("last_administrator"): nobody would be left who may put it right.
  Result<User> UpdateUser(const std::string& tenant, const std::string& id, const UserChange& change, const Origin& origin);

  /// Changes a password and ends all sessions of the user, the one that asks included.
  /// Errors: as above; kUnauthenticated ("wrong_password").
  Status ChangePassword(const std::string& tenant, const std::string& id, const std::string& old_password, const std::string& new_password,
                        const Origin& origin);

  /// Has a message with a reset token sent, if there is such a user; neither the answer nor its time tells. The work is done later, on
  /// a thread of its own. Errors: kResourceExhausted ("too_many_resets"), kUnavailable ("resets_off": no notifier); for known and
  /// unknown users alike.
  Status RequestPasswordReset(const std::string& login, const Origin& origin);
  /// Waits until all that was requested is done. For tests and for stopping.
  void AwaitResets();
  /// Sets a password by a token, which is good for one time, and ends all sessions of the user.
  /// Errors: as above; kUnauthenticated ("reset_token_invalid": unknown, used or too old).
  Status ResetPassword(const std::string& token, const std::string& new_password, const Origin& origin);

  Result<Organisation> CreateOrganisation(const std::string& name, const Origin& origin);
  Result<std::vector<Organisation>> ListOrganisations(std::size_t limit, const std::optional<std::string>& after);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace aqua::identity
