#include "aqua/identity/accounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "accounts_implementation.hpp"
#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"
#include "naming.hpp"
#include "password_job.hpp"
#include "revoking.hpp"
#include "telling.hpp"
#include "user_row.hpp"

namespace aqua::identity {
namespace {

using sql::TenantScope;

constexpr std::size_t kMaxPage = 500;

constexpr std::string_view kInsertUser =
    "INSERT INTO users (id, tenant_id, email, username, hashed_password, full_name, is_active, is_superuser, created_at, updated_at, role, email_folded, "
    "username_folded, password_changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (id) DO NOTHING";
/// A user name may be its owner's e-mail address, so nobody else's address may be it.
constexpr std::string_view kTaken = "SELECT count(*) FROM users WHERE id <> $1 AND (email_folded IN ($2, $3) OR username_folded IN ($4, $5))";
constexpr std::string_view kOrganisationExists = "SELECT count(*) FROM organisations WHERE id = $1";
constexpr std::string_view kAdministrators = "SELECT count(*) FROM users WHERE role = 'admin' AND is_active";
/// Nothing is changed where the last administrator of the organisation would go.
constexpr std::string_view kUpdateUser =
    "UPDATE users SET role = $3, is_superuser = $4, is_active = $5, full_name = $6, email = $7, email_folded = $8, updated_at = $9, "
    "not_before = CASE WHEN $10 = 1 THEN $11 ELSE not_before END WHERE id = $1 AND tenant_id = $2 AND ($12 = 0 OR "
    "EXISTS (SELECT 1 FROM users o WHERE o.tenant_id = $13 AND o.role = 'admin' AND o.is_active AND o.id <> $14))";
constexpr std::string_view kEndResets = "UPDATE password_resets SET used_at = $1 WHERE user_id = $2 AND used_at IS NULL";
constexpr std::string_view kInsertOrganisation =
    "INSERT INTO organisations (id, tenant_id, name, name_folded, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING";

const std::string& SelectUser() {
  static const std::string sql = fmt::format("SELECT {} FROM users u WHERE u.tenant_id = $1 AND u.id = $2", kUserColumns);
  return sql;
}

const std::string& SelectUsers(bool after) {
  static const std::string first = fmt::format("SELECT {} FROM users u WHERE u.tenant_id = $1 ORDER BY u.id LIMIT $2", kUserColumns);
  static const std::string next = fmt::format("SELECT {} FROM users u WHERE u.tenant_id = $1 AND u.id > $3 ORDER BY u.id LIMIT $2", kUserColumns);
  return after ? next : first;
}

Error DuplicateUser() { return MakeError(ErrorCode::kAlreadyExists, "a user of this name or e-mail address exists", "duplicate_user"); }

Error NoUser() { return MakeError(ErrorCode::kNotFound, "there is no such user", "user_not_found"); }

Error NoOrganisation() { return MakeError(ErrorCode::kNotFound, "there is no such organisation", "organisation_not_found"); }

/// In place of the database's word for a unique key.
Error Duplicate(const Error& error, const Error& duplicate) { return error.code == ErrorCode::kAlreadyExists ? duplicate : error; }

Status CheckNewUser(const NewUser& user) {
  AQUA_TRY(CheckEmail(user.email));
  AQUA_TRY(CheckUsername(user.username, user.email));
  if (user.full_name) AQUA_TRY(CheckLabel(*user.full_name, 0, 200, "full name", "bad_full_name"));
  return {};
}

Status CheckNotTaken(sql::Database& database, const std::string& id, const std::string& email, const std::string& username) {
  AQUA_TRY_ASSIGN(const Rows taken, Ask(database, TenantScope::All(), kTaken, {id, email, username, email, username}));
  return taken.front().Integer(0) == 0 ? Status() : Status(DuplicateUser());
}

/// What a user is after a change, checked.
Result<User> Changed(User user, const UserChange& change, Time now) {
  if (change.email) {
    AQUA_TRY(CheckEmail(*change.email));
    // Else the name would be an address that is no longer his.
    if (user.username.find('@') != std::string::npos) AQUA_TRY(CheckUsername(user.username, *change.email));
  }
  if (change.full_name) AQUA_TRY(CheckLabel(*change.full_name, 0, 200, "full name", "bad_full_name"));
  user.email = change.email.value_or(user.email);
  if (change.full_name) user.full_name = change.full_name->empty() ? std::nullopt : change.full_name;
  user.role = change.role.value_or(user.role);
  user.is_active = change.is_active.value_or(user.is_active);
  user.updated_at = now;
  return user;
}

std::string DetailsOf(const User& before, const User& after) {
  return fmt::format(R"({{"role":"{}","role_before":"{}","is_active":{},"email_changed":{}}})", Name(after.role), Name(before.role), after.is_active,
                     before.email != after.email);
}

bool IsAdministrator(const User& user) { return user.role == auth::Role::kAdmin && user.is_active; }

}  // namespace

Result<User> Accounts::Implementation::Create(const NewUser& wanted, const Origin& origin, std::string_view action) {
  AQUA_TRY(CheckNewUser(wanted));
  AQUA_TRY(auth::CheckPassword(wanted.password, config.min_password_length, breached_));
  if (!base::IsUuid(wanted.tenant)) return NoOrganisation();
  AQUA_TRY_ASSIGN(const Rows tenants, Ask(parts.database, TenantScope::All(), kOrganisationExists, {wanted.tenant}));
  if (tenants.front().Integer(0) == 0) return NoOrganisation();

  User user;
  user.id = base::NewUuidV7();
  user.tenant = wanted.tenant;
  user.email = wanted.email;
  user.username = wanted.username;
  user.full_name = wanted.full_name && !wanted.full_name->empty() ? wanted.full_name : std::nullopt;
  user.role = wanted.role;
  user.created_at = user.updated_at = std::chrono::floor<std::chrono::microseconds>(parts.clock.Now());
  const std::string email = Fold(user.email);
  const std::string username = Fold(user.username);
  AQUA_TRY(CheckNotTaken(parts.database, user.id, email, username));
  AQUA_TRY_ASSIGN(const std::string hash, Hash(wanted.password));

  const std::string now = base::FormatTime(user.created_at);
  const auto added = Commit(parts.database, TenantScope::Of(user.tenant),
                            {{.sql = kInsertUser,
                              .parameters = {user.id, user.tenant, user.email, user.username, hash, Nullable(user.full_name), true,
                                             user.role == auth::Role::kAdmin, now, now, std::string(Name(user.role)), email, username, now}}});
  if (!added) return Duplicate(added.error(), DuplicateUser());
  AuditEvent event = EventOf(action, user.tenant, "user", user.id, origin, parts.clock);
  event.details = fmt::format(R"({{"role":"{}"}})", Name(user.role));
  AQUA_TRY(Tell(parts.events, event));
  return user;
}

Result<std::optional<User>> Accounts::Implementation::Find(const std::string& tenant, const std::string& id) {
  if (!base::IsUuid(id) || !base::IsUuid(tenant)) return std::optional<User>();
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts.database, TenantScope::Of(tenant), SelectUser(), {tenant, id}));
  return rows.empty() ? std::optional<User>() : ReadUser(rows.front());
}

Result<User> Accounts::Implementation::Update(const std::string& tenant, const std::string& id, const UserChange& change, const Origin& origin) {
  AQUA_TRY_ASSIGN(const std::optional<User> before, Find(tenant, id));
  if (!before) return NoUser();
  const Time now = std::chrono::floor<std::chrono::microseconds>(parts.clock.Now());
  AQUA_TRY_ASSIGN(const User after, Changed(*before, change, now));
  const std::string email = Fold(after.email);
  if (after.email != before->email) AQUA_TRY(CheckNotTaken(parts.database, id, email, email));
  const bool revokes = after.role != before->role || (before->is_active && !after.is_active);
  const bool loses_administrator = IsAdministrator(*before) && !IsAdministrator(after);

  std::vector<sql::Command> commands = {LockRevocations()};
  commands.push_back({.sql = kUpdateUser,
                      .parameters = {id, tenant, std::string(Name(after.role)), after.role == auth::Role::kAdmin, after.is_active, Nullable(after.full_name),
                                     after.email, email, base::FormatTime(now), std::int64_t{revokes ? 1 : 0}, base::FormatTime(NotBefore(now)),
                                     std::int64_t{loses_administrator ? 1 : 0}, tenant, id}});
  if (revokes) RevokeUser(commands, tenant, id, now);
  if (after.email != before->email) commands.push_back({.sql = kEndResets, .parameters = {base::FormatTime(now), id}});
  const auto counts = Commit(parts.database, TenantScope::All(), commands);
  if (!counts) return Duplicate(counts.error(), DuplicateUser());
  if ((*counts)[1] == 0)
    return MakeError(ErrorCode::kFailedPrecondition, "this is the last administrator of the organisation; make somebody else one first", "last_administrator");

  AuditEvent event = EventOf("user.update", tenant, "user", id, origin, parts.clock);
  event.details = DetailsOf(*before, after);
  AQUA_TRY(Finish(revokes, event));
  return after;
}

Result<Organisation> Accounts::Implementation::CreateOrganisation(const std::string& name, const Origin& origin) {
  AQUA_TRY(CheckLabel(name, 1, 100, "name of the organisation", "bad_organisation"));
  const Organisation organisation{base::NewUuidV7(), name, std::chrono::floor<std::chrono::microseconds>(parts.clock.Now())};
  const auto added =
      Commit(parts.database, TenantScope::Of(organisation.id),
             {{.sql = kInsertOrganisation, .parameters = {organisation.id, organisation.id, name, Fold(name), base::FormatTime(organisation.created_at)}}});
  if (!added) return Duplicate(added.error(), MakeError(ErrorCode::kAlreadyExists, "an organisation of this name exists", "duplicate_organisation"));
  AQUA_TRY(Tell(parts.events, EventOf("organisation.create", organisation.id, "organisation", organisation.id, origin, parts.clock)));
  return organisation;
}

Status Accounts::Implementation::Finish(bool revoked, const AuditEvent& event) {
  // The deed is done: when this look fails, the feed's own next one tells.
  if (revoked) static_cast<void>(parts.revocations.Poll());
  return Tell(parts.events, event);
}

Accounts::Accounts(const Dependencies& dependencies, AccountsConfig config, Notifier* notifier, const auth::BreachedPasswords* breached)
    : implementation_(std::make_unique<Implementation>(dependencies, std::move(config), notifier, breached)) {}

Accounts::~Accounts() = default;

Result<User> Accounts::CreateUser(const NewUser& user, const Origin& origin) { return implementation_->Create(user, origin, "user.create"); }

Result<User> Accounts::Register(const Registration& registration, const Origin& origin) {
  NewUser user;
  user.email = registration.email;
  user.username = registration.username;
  user.password = registration.password;
  user.full_name = registration.full_name;
  user.role = implementation_->config.registration_role;
  return implementation_->Create(user, origin, "user.register");
}

Result<std::optional<User>> Accounts::FindUser(const std::string& tenant, const std::string& id) { return implementation_->Find(tenant, id); }

Result<std::vector<User>> Accounts::ListUsers(const std::string& tenant, std::size_t limit, const std::optional<std::string>& after) {
  std::vector<User> users;
  if (!base::IsUuid(tenant) || (after && !base::IsUuid(*after))) return users;
  std::vector<sql::Value> parameters = {tenant, static_cast<std::int64_t>(std::clamp<std::size_t>(limit, 1, kMaxPage))};
  if (after) parameters.emplace_back(*after);
  AQUA_TRY_ASSIGN(const Rows rows, Ask(implementation_->parts.database, TenantScope::Of(tenant), SelectUsers(after.has_value()), parameters));
  for (const sql::Row& row : rows) users.push_back(ReadUser(row));
  return users;
}

Result<bool> Accounts::HasAdministrator() {
  AQUA_TRY_ASSIGN(const Rows rows, Ask(implementation_->parts.database, TenantScope::All(), kAdministrators, {}));
  return rows.front().Integer(0) > 0;
}

Result<User> Accounts::UpdateUser(const std::string& tenant, const std::string& id, const UserChange& change, const Origin& origin) {
  return implementation_->Update(tenant, id, change, origin);
}

Status Accounts::ChangePassword(const std::string& tenant, const std::string& id, const std::string& old_password, const std::string& new_password,
                                const Origin& origin) {
  return implementation_->ChangePassword(tenant, id, old_password, new_password, origin);
}

Status Accounts::RequestPasswordReset(const std::string& login, const Origin& origin) { return implementation_->RequestReset(login, origin); }

void Accounts::AwaitResets() { implementation_->AwaitResets(); }

Status Accounts::ResetPassword(const std::string& token, const std::string& new_password, const Origin& origin) {
  return implementation_->Reset(token, new_password, origin);
}

Result<Organisation> Accounts::CreateOrganisation(const std::string& name, const Origin& origin) { return implementation_->CreateOrganisation(name, origin); }

Result<std::vector<Organisation>> Accounts::ListOrganisations(std::size_t limit, const std::optional<std::string>& after) {
  std::vector<Organisation> organisations;
  if (after && !base::IsUuid(*after)) return organisations;
  constexpr std::string_view kFirst = "SELECT id, name, created_at FROM organisations ORDER BY id LIMIT $1";
  constexpr std::string_view kNext = "SELECT id, name, created_at FROM organisations WHERE id > $2 ORDER BY id LIMIT $1";
  std::vector<sql::Value> parameters = {static_cast<std::int64_t>(std::clamp<std::size_t>(limit, 1, kMaxPage))};
  if (after) parameters.emplace_back(*after);
  AQUA_TRY_ASSIGN(const Rows rows, Ask(implementation_->parts.database, TenantScope::All(), after ? kNext : kFirst, parameters));
  for (const sql::Row& row : rows) organisations.push_back({row.Text(0), row.Text(1), TimeColumn(row, 2)});
  return organisations;
}

}  // namespace aqua::identity
