#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aqua/identity/accounts.hpp"
#include "reset_queue.hpp"
#include "table.hpp"

namespace aqua::identity {

/// Split over accounts.cpp (users, organisations) and account_passwords.cpp (what touches a password).
class Accounts::Implementation {
 public:
  Implementation(const Dependencies& dependencies, AccountsConfig accounts_config, Notifier* notifier, const auth::BreachedPasswords* breached)
      : parts(dependencies), config(std::move(accounts_config)), notifier_(notifier), breached_(breached) {}

  Result<User> Create(const NewUser& user, const Origin& origin, std::string_view action);
  Result<std::optional<User>> Find(const std::string& tenant, const std::string& id);
  Result<User> Update(const std::string& tenant, const std::string& id, const UserChange& change, const Origin& origin);
  Result<Organisation> CreateOrganisation(const std::string& name, const Origin& origin);

  Status ChangePassword(const std::string& tenant, const std::string& id, const std::string& old_password, const std::string& new_password,
                        const Origin& origin);
  Status RequestReset(const std::string& login, const Origin& origin);
  Status Reset(const std::string& token, const std::string& new_password, const Origin& origin);
  void AwaitResets() { resets_.AwaitIdle(); }

  const Dependencies parts;
  const AccountsConfig config;

 private:
  Result<std::string> Hash(const std::string& password);
  /// Status of a user's own change: the deed is done, others here must know, then it is told.
  Status Finish(bool revoked, const AuditEvent& event);
  void SendReset(const std::string& login, const Origin& origin);
  Status TrySendReset(const std::string& login, const Origin& origin);
  Status SetPassword(const std::string& tenant, const std::string& id, const std::string& old_hash, const std::string& new_hash);
  Result<bool> SetPasswordByToken(const std::string& token_hash, const std::string& tenant, const std::string& id, const std::string& new_hash);

  Notifier* const notifier_;
  const auth::BreachedPasswords* const breached_;
  ResetQueue resets_;  // last: its thread uses all above
};

}  // namespace aqua::identity
