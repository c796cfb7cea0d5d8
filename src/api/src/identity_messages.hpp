#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "aqua/auth/role.hpp"
#include "aqua/contract/description.hpp"
#include "aqua/contract/json.hpp"

/// Bodies of the operations on accounts, sessions, keys and the audit log; as messages.hpp.
namespace aqua::api {

struct RegisterRequest {
  std::string email, username, password;
  std::optional<std::string> full_name;
  static const contract::Object<RegisterRequest>& Description();
};

struct LoginRequest {
  std::string username, password;
  static const contract::Object<LoginRequest>& Description();
};

struct TokenAnswer {
  std::string access_token, token_type;
  std::int64_t expires_in = 0;
  std::string refresh_token;
  static const contract::Object<TokenAnswer>& Description();
};

struct RefreshRequest {
  std::string refresh_token;
  static const contract::Object<RefreshRequest>& Description();
};

struct UserAnswer {
  std::string id, email, username;
  std::optional<std::string> full_name;
  bool is_active = true;
  std::string created_at;
  auth::Role role = auth::Role::kViewer;
  std::vector<auth::Role> roles;
  std::optional<std::string> last_login_at;
  static const contract::Object<UserAnswer>& Description();
};

/// Who the caller is; in the local mode without id and address.
struct MeAnswer {
  std::optional<std::string> id, email;
  std::string username;
  std::optional<std::string> full_name;
  bool is_active = true;
  std::optional<std::string> created_at;
  std::string role;
  std::vector<std::string> roles;
  std::string organisation_id, signed_in_by;
  std::optional<std::string> session_id, csrf_token;
  std::vector<std::string> scopes;
  static const contract::Object<MeAnswer>& Description();
};

struct SignInAnswer {
  UserAnswer user;
  std::string csrf_token, expires_at;
  static const contract::Object<SignInAnswer>& Description();
};

/// How callers prove who they are here; for pages, before anybody signed in.
struct AuthModeAnswer {
  bool sign_in_required = false, registration_open = false;
  std::int64_t password_min_length = 0;
  static const contract::Object<AuthModeAnswer>& Description();
};

struct PasswordChangeRequest {
  std::string old_password, new_password;
  static const contract::Object<PasswordChangeRequest>& Description();
};

struct PasswordResetRequest {
  std::string username;
  static const contract::Object<PasswordResetRequest>& Description();
};

struct PasswordSetRequest {
  std::string token, new_password;
  static const contract::Object<PasswordSetRequest>& Description();
};

struct SessionAnswer {
  std::string id, kind, created_at, last_used_at, expires_at, user_agent, ip_address;
  bool is_current = false;
  static const contract::Object<SessionAnswer>& Description();
};

struct KeyRequest {
  std::string name;
  std::vector<std::string> scopes;
  std::optional<std::string> expires_at;
  static const contract::Object<KeyRequest>& Description();
};

struct KeyAnswer {
  std::string id, user_id, name, prefix;
  std::vector<std::string> scopes;
  bool is_active = true;
  std::string created_at;
  std::optional<std::string> expires_at, last_used_at, revoked_at;
  static const contract::Object<KeyAnswer>& Description();
};

struct CreatedKeyAnswer {
  KeyAnswer key;
  std::string secret;
  static const contract::Object<CreatedKeyAnswer>& Description();
};

struct KeysQuery {
  bool all = false;
  static const contract::Object<KeysQuery>& Description();
};

struct UsersQuery {
  std::int64_t limit = 50;
  std::optional<std::string> after;
  static const contract::Object<UsersQuery>& Description();
};

struct UserRequest {
  std::string email, username, password;
  std::optional<std::string> full_name;
  auth::Role role = auth::Role::kViewer;
  static const contract::Object<UserRequest>& Description();
};

struct UserChangeRequest {
  std::optional<auth::Role> role;
  std::optional<bool> is_active;
  std::optional<std::string> full_name, email;
  static const contract::Object<UserChangeRequest>& Description();
};

struct AuditQuery {
  std::int64_t limit = 50;
  std::optional<std::int64_t> before;
  std::optional<std::string> action, user_id, from, to;
  static const contract::Object<AuditQuery>& Description();
};

struct AuditEntryAnswer {
  std::int64_t sequence = 0;
  std::string created_at;
  std::optional<std::string> user_id;
  std::string action, resource_type;
  std::optional<std::string> resource_id;
  std::string outcome;
  contract::Json details;
  std::optional<std::string> ip_address, user_agent, request_id;
  std::string hash;
  static const contract::Object<AuditEntryAnswer>& Description();
};

}  // namespace aqua::api

template <>
struct aqua::contract::EnumNames<aqua::auth::Role> {
  static constexpr std::array<std::pair<aqua::auth::Role, std::string_view>, 5> kValues = {{{aqua::auth::Role::kViewer, "viewer"},
                                                                                            {aqua::auth::Role::kOperator, "operator"},
                                                                                            {aqua::auth::Role::kScientist, "scientist"},
                                                                                            {aqua::auth::Role::kAdmin, "admin"},
                                                                                            {aqua::auth::Role::kService, "service"}}};
};
