#include "identity_messages.hpp"

#include <utility>

namespace aqua::api {
namespace {

using contract::FieldRules;
using contract::Object;

constexpr std::size_t kMaxPassword = 128;
constexpr std::size_t kMaxSecret = 512;

FieldRules Says(std::string description) { return {.description = std::move(description)}; }
FieldRules Uuid(std::string description) { return {.description = std::move(description), .pattern = &contract::kUuid}; }
FieldRules Time(std::string description) { return {.description = std::move(description), .pattern = &contract::kDateTime}; }
FieldRules NewPassword() {
  return {.description = "The fewest characters are a setting; see /api/v1/auth/mode.", .min_length = 8, .max_length = kMaxPassword, .format = "password"};
}
FieldRules Password(std::string description) {
  return {.description = std::move(description), .min_length = 1, .max_length = kMaxPassword, .format = "password"};
}
FieldRules Secret(std::string description) { return {.description = std::move(description), .min_length = 1, .max_length = kMaxSecret, .format = "password"}; }
FieldRules Username(std::string description) { return {.description = std::move(description), .min_length = 3, .max_length = 100}; }
FieldRules Login() { return {.description = "User name or e-mail address.", .min_length = 1, .max_length = 254}; }
FieldRules Email() { return {.description = "Address for mails of this server.", .min_length = 3, .max_length = 254, .format = "email"}; }
FieldRules FullName() { return {.max_length = 200}; }

template <typename T>
Object<T>& AddNewUser(Object<T>& object) {
  return object.Field("email", &T::email, Email())
      .Field("username", &T::username, Username("3-100 printable characters; compared without regard to case."))
      .Field("password", &T::password, NewPassword())
      .Field("full_name", &T::full_name, FullName());
}

}  // namespace

const Object<RegisterRequest>& RegisterRequest::Description() {
  static const auto description = [] {
    Object<RegisterRequest> object("RegisterRequest", "An account that somebody makes for himself.");
    return AddNewUser(object);
  }();
  return description;
}

const Object<LoginRequest>& LoginRequest::Description() {
  static const auto description = Object<LoginRequest>("LoginRequest", "What proves who signs in.")
                                      .Field("username", &LoginRequest::username, Login())
                                      .Field("password", &LoginRequest::password, Password(""));
  return description;
}

const Object<TokenAnswer>& TokenAnswer::Description() {
  static const auto description = Object<TokenAnswer>("Tokens", "What a client sends from now on.")
                                      .Field("access_token", &TokenAnswer::access_token, Says("For the header Authorization: Bearer."))
                                      .Field("token_type", &TokenAnswer::token_type)
                                      .Field("expires_in", &TokenAnswer::expires_in, Says("Seconds until the access token is no longer taken."))
                                      .Field("refresh_token", &TokenAnswer::refresh_token, Says("For one call of /api/v1/auth/refresh; it is spent then."));
  return description;
}

const Object<RefreshRequest>& RefreshRequest::Description() {
  static const auto description =
      Object<RefreshRequest>("RefreshRequest", "A refresh token.").Field("refresh_token", &RefreshRequest::refresh_token, Secret(""));
  return description;
}

const Object<UserAnswer>& UserAnswer::Description() {
  static const auto description = Object<UserAnswer>("User", "An account.")
                                      .Field("id", &UserAnswer::id, Uuid(""))
                                      .Field("email", &UserAnswer::email)
                                      .Field("username", &UserAnswer::username)
                                      .Field("full_name", &UserAnswer::full_name)
                                      .Field("is_active", &UserAnswer::is_active)
                                      .Field("created_at", &UserAnswer::created_at, Time("UTC."))
                                      .Field("role", &UserAnswer::role)
                                      .Field("roles", &UserAnswer::roles, Says("The role again, as a list."))
                                      .Field("last_login_at", &UserAnswer::last_login_at, Time("UTC."));
  return description;
}

const Object<MeAnswer>& MeAnswer::Description() {
  static const auto description =
      Object<MeAnswer>("Me", "Who the caller is.")
          .Field("id", &MeAnswer::id, Uuid("null for the user of the local mode."))
          .Field("email", &MeAnswer::email)
          .Field("username", &MeAnswer::username)
          .Field("full_name", &MeAnswer::full_name)
          .Field("is_active", &MeAnswer::is_active)
          .Field("created_at", &MeAnswer::created_at, Time("UTC."))
          .Field("role", &MeAnswer::role)
          .Field("roles", &MeAnswer::roles, Says("The role again, as a list."))
          .Field("organisation_id", &MeAnswer::organisation_id, Uuid(""))
          .Field("signed_in_by", &MeAnswer::signed_in_by, {.description = "What proved it.", .enum_values = {"local", "session", "api_key"}})
          .Field("session_id", &MeAnswer::session_id, Uuid(""))
          .Field("csrf_token", &MeAnswer::csrf_token, Says("For a browser's session: what its page sends with every write as X-CSRF-Token."))
          .Field("scopes", &MeAnswer::scopes, Says("What the key is limited to; empty: all that the role may."));
  return description;
}

const Object<SignInAnswer>& SignInAnswer::Description() {
  static const auto description = Object<SignInAnswer>("SignIn", "A browser's session; the cookie is in the header.")
                                      .Field("user", &SignInAnswer::user)
                                      .Field("csrf_token", &SignInAnswer::csrf_token, Says("What the page sends with every write as X-CSRF-Token."))
                                      .Field("expires_at", &SignInAnswer::expires_at, Time("UTC; earlier when it is not used."));
  return description;
}

const Object<AuthModeAnswer>& AuthModeAnswer::Description() {
  static const auto description =
      Object<AuthModeAnswer>("AuthMode", "What a page must know before anybody signed in.")
          .Field("sign_in_required", &AuthModeAnswer::sign_in_required, Says("false: the local mode, every request acts as the user of this machine."))
          .Field("registration_open", &AuthModeAnswer::registration_open, Says("Whether anybody may register an account."))
          .Field("password_min_length", &AuthModeAnswer::password_min_length, Says("Fewest characters of a new password."));
  return description;
}

const Object<PasswordChangeRequest>& PasswordChangeRequest::Description() {
  static const auto description = Object<PasswordChangeRequest>("PasswordChange", "A new password for oneself.")
                                      .Field("old_password", &PasswordChangeRequest::old_password, Password(""))
                                      .Field("new_password", &PasswordChangeRequest::new_password, NewPassword());
  return description;
}

const Object<PasswordResetRequest>& PasswordResetRequest::Description() {
  static const auto description =
      Object<PasswordResetRequest>("PasswordResetRequest", "Whose password is forgotten.").Field("username", &PasswordResetRequest::username, Login());
  return description;
}

const Object<PasswordSetRequest>& PasswordSetRequest::Description() {
  static const auto description = Object<PasswordSetRequest>("PasswordSet", "A new password by the token of a mail.")
                                      .Field("token", &PasswordSetRequest::token, Secret(""))
                                      .Field("new_password", &PasswordSetRequest::new_password, NewPassword());
  return description;
}

const Object<SessionAnswer>& SessionAnswer::Description() {
  static const auto description = Object<SessionAnswer>("Session", "A place where the caller is signed in.")
                                      .Field("id", &SessionAnswer::id, Uuid(""))
                                      .Field("kind", &SessionAnswer::kind, {.enum_values = {"token", "browser"}})
                                      .Field("created_at", &SessionAnswer::created_at, Time("UTC."))
                                      .Field("last_used_at", &SessionAnswer::last_used_at, Time("UTC."))
                                      .Field("expires_at", &SessionAnswer::expires_at, Time("UTC."))
                                      .Field("user_agent", &SessionAnswer::user_agent)
                                      .Field("ip_address", &SessionAnswer::ip_address)
                                      .Field("is_current", &SessionAnswer::is_current, Says("Whether this request belongs to it."));
  return description;
}

const Object<KeyRequest>& KeyRequest::Description() {
  static const auto description = Object<KeyRequest>("ApiKeyRequest", "A key for a program.")
                                      .Field("name", &KeyRequest::name, {.description = "What it is for.", .min_length = 1, .max_length = 100})
                                      .Field("scopes", &KeyRequest::scopes,
                                             {.description = "What it may do, by the x-scope of operations; empty: all that the role of its owner may.",
                                              .min_length = 1,
                                              .max_length = 64,
                                              .max_items = 32,
                                              .unique = true,
                                              .has_default = true})
                                      .Field("expires_at", &KeyRequest::expires_at, Time("At most a year ahead; in 90 days when absent."));
  return description;
}

const Object<KeyAnswer>& KeyAnswer::Description() {
  static const auto description = Object<KeyAnswer>("ApiKey", "A key of a program; it acts for its owner.")
                                      .Field("id", &KeyAnswer::id, Uuid(""))
                                      .Field("user_id", &KeyAnswer::user_id, Uuid("Its owner."))
                                      .Field("name", &KeyAnswer::name)
                                      .Field("prefix", &KeyAnswer::prefix, Says("Its beginning, to tell keys apart."))
                                      .Field("scopes", &KeyAnswer::scopes)
                                      .Field("is_active", &KeyAnswer::is_active)
                                      .Field("created_at", &KeyAnswer::created_at, Time("UTC."))
                                      .Field("expires_at", &KeyAnswer::expires_at, Time("UTC."))
                                      .Field("last_used_at", &KeyAnswer::last_used_at, Time("UTC, to the minute."))
                                      .Field("revoked_at", &KeyAnswer::revoked_at, Time("UTC."));
  return description;
}

const Object<CreatedKeyAnswer>& CreatedKeyAnswer::Description() {
  static const auto description = Object<CreatedKeyAnswer>("CreatedApiKey", "A new key, with what nobody is told again.")
                                      .Field("key", &CreatedKeyAnswer::key)
                                      .Field("secret", &CreatedKeyAnswer::secret, Says("The key itself, for X-API-Key; kept nowhere."));
  return description;
}

const Object<KeysQuery>& KeysQuery::Description() {
  static const auto description =
      Object<KeysQuery>("KeysQuery", "Which keys.")
          .Field("all", &KeysQuery::all, {.description = "Those of everybody in the organisation; for administrators.", .has_default = true});
  return description;
}

const Object<UsersQuery>& UsersQuery::Description() {
  static const auto description =
      Object<UsersQuery>("UsersQuery", "Which page.")
          .Field("limit", &UsersQuery::limit, {.description = "Accounts on the page.", .minimum = 1, .maximum = 500, .has_default = true})
          .Field("after", &UsersQuery::after, Uuid("The id that the page before ended with."));
  return description;
}

const Object<UserRequest>& UserRequest::Description() {
  static const auto description = [] {
    Object<UserRequest> object("UserRequest", "An account for somebody.");
    return AddNewUser(object).Field("role", &UserRequest::role, {.description = "What he may do.", .has_default = true});
  }();
  return description;
}

const Object<UserChangeRequest>& UserChangeRequest::Description() {
  static const auto description = Object<UserChangeRequest>("UserChange", "What is to change; absent members stay.")
                                      .Field("role", &UserChangeRequest::role)
                                      .Field("is_active", &UserChangeRequest::is_active, Says("false ends all his sessions."))
                                      .Field("full_name", &UserChangeRequest::full_name, {.description = "Empty removes it.", .max_length = 200})
                                      .Field("email", &UserChangeRequest::email, Email());
  return description;
}

const Object<AuditQuery>& AuditQuery::Description() {
  static const auto description =
      Object<AuditQuery>("AuditQuery", "Which entries.")
          .Field("limit", &AuditQuery::limit, {.description = "Entries on the page.", .minimum = 1, .maximum = 500, .has_default = true})
          .Field("before", &AuditQuery::before, {.description = "Only entries before this sequence: the last one of the page before.", .minimum = 1})
          .Field("action", &AuditQuery::action, {.description = "Only actions that begin with it, like auth.", .min_length = 1, .max_length = 64})
          .Field("user_id", &AuditQuery::user_id, Uuid("Only what this user did."))
          .Field("from", &AuditQuery::from, Time("Only from this time on."))
          .Field("to", &AuditQuery::to, Time("Only before this time."));
  return description;
}

const Object<AuditEntryAnswer>& AuditEntryAnswer::Description() {
  static const auto description = Object<AuditEntryAnswer>("AuditEntry", "Something that happened.")
                                      .Field("sequence", &AuditEntryAnswer::sequence, Says("Without gaps over all organisations of the server."))
                                      .Field("created_at", &AuditEntryAnswer::created_at, Time("UTC."))
                                      .Field("user_id", &AuditEntryAnswer::user_id, Says("Who did it; null: nobody who was signed in, or the command line."))
                                      .Field("action", &AuditEntryAnswer::action)
                                      .Field("resource_type", &AuditEntryAnswer::resource_type)
                                      .Field("resource_id", &AuditEntryAnswer::resource_id)
                                      .Field("outcome", &AuditEntryAnswer::outcome, Says("ok, failed, delayed or refused."))
                                      .Field("details", &AuditEntryAnswer::details)
                                      .Field("ip_address", &AuditEntryAnswer::ip_address)
                                      .Field("user_agent", &AuditEntryAnswer::user_agent)
                                      .Field("request_id", &AuditEntryAnswer::request_id)
                                      .Field("hash", &AuditEntryAnswer::hash, Says("SHA-256 of the entry and of the hash before it."));
  return description;
}

}  // namespace aqua::api
