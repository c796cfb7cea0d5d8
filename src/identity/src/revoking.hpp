#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "aqua/identity/event.hpp"
#include "aqua/sql/database.hpp"

namespace aqua::identity {

/// How long a revocation is told: longer than any access token or remembered credential lives, clocks an hour apart included.
inline constexpr std::chrono::hours kRevocationLife{2};

/// First command of every transaction that revokes: takes the next number, and holds back the other such transactions of all instances
/// until the commit. Rows are then locked in the order users, sessions, refresh tokens.
sql::Command LockRevocations();

/// Tells that one thing is revoked ("session", "token", "key", "signing_key"), under the number taken last.
sql::Command Revocation(const std::string& kind, const std::string& tenant, const std::string& subject, Time now);

/// From when on tokens of a user are good that is revoked now: tokens know whole seconds only.
Time NotBefore(Time now);

/// Ends all sessions of a user and voids his tokens, if users.not_before is NotBefore(now) by a command before. Comes after LockRevocations().
void RevokeUser(std::vector<sql::Command>& commands, const std::string& tenant, const std::string& user_id, Time now);

}  // namespace aqua::identity
