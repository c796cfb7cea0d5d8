#include "aqua/identity/api_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "aqua/auth/api_key.hpp"
#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"
#include "aqua/contract/json.hpp"
#include "naming.hpp"
#include "recent_map.hpp"
#include "revoking.hpp"
#include "table.hpp"
#include "telling.hpp"
#include "use_recorder.hpp"
#include "user_row.hpp"

namespace aqua::identity {
namespace {

using sql::TenantScope;
using PrincipalPointer = std::shared_ptr<const auth::Principal>;

constexpr std::size_t kMaxScopes = 32;
constexpr std::size_t kMaxScopeBytes = 64;

/// Two at the very same time may both find room for one: the bound is against heaps, not exact.
constexpr std::string_view kInsert =
    "INSERT INTO api_keys (id, tenant_id, user_id, key_hash, name, is_active, expires_at, created_at, prefix, scopes) "
    "SELECT $1, u.tenant_id, u.id, $2, $3, $4, $5, $6, $7, $8 FROM users u WHERE u.id = $9 AND u.is_active AND "
    "(SELECT count(*) FROM api_keys k WHERE k.user_id = $10 AND k.is_active AND (k.expires_at IS NULL OR k.expires_at > $11)) < $12 ON CONFLICT (id) DO "
    "NOTHING";
constexpr std::string_view kFindUser = "SELECT is_active FROM users WHERE tenant_id = $1 AND id = $2";
constexpr std::string_view kExists = "SELECT count(*) FROM api_keys WHERE id = $1";
constexpr std::string_view kListUser =
    "SELECT id, user_id, name, prefix, scopes, is_active, created_at, expires_at, last_used_at, revoked_at FROM api_keys "
    "WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at DESC, id DESC LIMIT 500";
constexpr std::string_view kListTenant =
    "SELECT id, user_id, name, prefix, scopes, is_active, created_at, expires_at, last_used_at, revoked_at FROM api_keys "
    "WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT 500";
constexpr std::string_view kFindOwner = "SELECT user_id, is_active FROM api_keys WHERE tenant_id = $1 AND id = $2";
constexpr std::string_view kRevoke = "UPDATE api_keys SET is_active = $1, revoked_at = $2 WHERE id = $3 AND is_active";
constexpr std::string_view kFind =
    "SELECT k.id, k.tenant_id, k.user_id, k.scopes, k.is_active, k.expires_at, u.role, u.is_active FROM api_keys k JOIN users u ON u.id = k.user_id "
    "WHERE k.key_hash = $1";
constexpr std::string_view kUsed = "UPDATE api_keys SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $3)";

Error InvalidKey() { return MakeError(ErrorCode::kUnauthenticated, "the API key is not valid", "api_key_invalid"); }

Error ExpiredKey() { return MakeError(ErrorCode::kUnauthenticated, "the API key is too old", "api_key_expired"); }

Error NoKey() { return MakeError(ErrorCode::kNotFound, "there is no such API key", "key_not_found"); }

bool IsScope(std::string_view scope) {
  return !scope.empty() && scope.size() <= kMaxScopeBytes && std::all_of(scope.begin(), scope.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == ':' || c == '.' || c == '-';
  });
}

std::string ScopesJson(const std::vector<std::string>& scopes) {
  contract::Json::Array array;
  for (const std::string& scope : scopes) array.push_back({scope});
  std::string text;
  contract::WriteJson({std::move(array)}, text);
  return text;
}

/// Nothing for what we did not write: such a key must not come to mean "all scopes".
std::optional<std::vector<std::string>> ScopesOf(const std::string& text) {
  const auto json = contract::ParseJson(text);
  const auto* array = json ? std::get_if<contract::Json::Array>(&json->value) : nullptr;
  if (array == nullptr) return std::nullopt;
  std::vector<std::string> scopes;
  for (const contract::Json& item : *array) {
    const auto* scope = std::get_if<std::string>(&item.value);
    if (scope == nullptr) return std::nullopt;
    scopes.push_back(*scope);
  }
  return scopes;
}

ApiKeyInfo ReadInfo(const sql::Row& row) {
  ApiKeyInfo info;
  info.id = row.Text(0);
  info.user_id = row.Text(1);
  info.name = row.Text(2);
  info.prefix = row.Text(3);
  info.scopes = ScopesOf(row.Text(4)).value_or(std::vector<std::string>());
  info.is_active = row.Boolean(5);
  info.created_at = TimeColumn(row, 6);
  info.expires_at = OptionalTime(row, 7);
  info.last_used_at = OptionalTime(row, 8);
  info.revoked_at = OptionalTime(row, 9);
  return info;
}

/// What is remembered of a key.
struct KnownKey {
  PrincipalPointer principal;
  std::optional<Time> expires_at;
  std::uint64_t sequence = 0;  ///< of the revocations when it was read
};

}  // namespace

class ApiKeys::Implementation {
 public:
  Implementation(const Dependencies& dependencies, ApiKeysConfig config)
      : parts(dependencies),
        config_(std::move(config)),
        known_(config_.max_remembered, config_.memory),
        unknown_(config_.max_remembered, config_.memory),
        uses_(parts.database, parts.logger, kUsed, {}, config_.use_interval) {}

  Result<CreatedApiKey> Create(const std::string& tenant, const std::string& user_id, const ApiKeyRequest& request, const Origin& origin);
  Status Revoke(const std::string& tenant, const std::string& user_id, const std::string& id, const Origin& origin);
  std::optional<Result<PrincipalPointer>> TryAuthenticate(const std::string& hash);
  Result<PrincipalPointer> Load(const std::string& hash);
  void Flush() { uses_.Flush(); }

  const Dependencies parts;

 private:
  Status Check(const ApiKeyRequest& request, Time now, Time expires_at) const;
  Status CheckOwner(const std::string& tenant, const std::string& user_id);
  Result<PrincipalPointer> Use(const KnownKey& key, Time now);

  const ApiKeysConfig config_;
  RecentMap<KnownKey> known_;
  RecentMap<bool> unknown_;  ///< hashes of texts that are no key; nobody can make a key for one later
  UseRecorder uses_;
};

Status ApiKeys::Implementation::Check(const ApiKeyRequest& request, Time now, Time expires_at) const {
  AQUA_TRY(CheckLabel(request.name, 1, 100, "name of the key", "bad_key_name"));
  if (request.scopes.size() > kMaxScopes) return MakeError(ErrorCode::kInvalidArgument, "a key has at most 32 scopes", "bad_scope");
  for (const std::string& scope : request.scopes) {
    const bool known = config_.known_scopes.empty() || std::find(config_.known_scopes.begin(), config_.known_scopes.end(), scope) != config_.known_scopes.end();
    if (!IsScope(scope) || !known) return MakeError(ErrorCode::kInvalidArgument, "there is no such scope", "bad_scope");
  }
  if (expires_at <= now || expires_at > now + config_.max_life)
    return MakeError(ErrorCode::kInvalidArgument, "a key ends in the future, within a year", "bad_expiry");
  return {};
}

Status ApiKeys::Implementation::CheckOwner(const std::string& tenant, const std::string& user_id) {
  const Error none = MakeError(ErrorCode::kNotFound, "there is no such user", "user_not_found");
  if (!base::IsUuid(tenant) || !base::IsUuid(user_id)) return none;
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts.database, TenantScope::Of(tenant), kFindUser, {tenant, user_id}));
  if (rows.empty()) return none;
  return rows.front().Boolean(0) ? Status() : Status(MakeError(ErrorCode::kFailedPrecondition, "the user is inactive", "user_inactive"));
}

Result<CreatedApiKey> ApiKeys::Implementation::Create(const std::string& tenant, const std::string& user_id, const ApiKeyRequest& request,
                                                      const Origin& origin) {
  const Time now = std::chrono::floor<std::chrono::microseconds>(parts.clock.Now());
  const Time expires_at = std::chrono::floor<std::chrono::microseconds>(request.expires_at.value_or(now + config_.default_life));
  AQUA_TRY(Check(request, now, expires_at));
  AQUA_TRY(CheckOwner(tenant, user_id));
  const auth::NewApiKey key = auth::MakeApiKey();
  CreatedApiKey created;
  created.text = key.text;
  created.info = {base::NewUuidV7(), user_id, request.name, key.prefix, request.scopes, true, now, expires_at, {}, {}};
  const std::string at = base::FormatTime(now);
  AQUA_TRY_ASSIGN(const Counts counts,
                  Commit(parts.database, TenantScope::Of(tenant),
                         {{.sql = kInsert,
                           .parameters = {created.info.id, key.hash, request.name, true, base::FormatTime(expires_at), at, key.prefix,
                                          ScopesJson(request.scopes), user_id, user_id, at, static_cast<std::int64_t>(config_.max_keys_per_user)}}}));
  if (counts[0] == 0) {
    // Also where the first try went through and its answer was lost.
    AQUA_TRY_ASSIGN(const Rows rows, Ask(parts.database, TenantScope::Of(tenant), kExists, {created.info.id}));
    if (rows.front().Integer(0) == 0) return MakeError(ErrorCode::kResourceExhausted, "the user has too many keys; revoke some", "too_many_keys");
  }
  AuditEvent event = EventOf("key.create", tenant, "api_key", created.info.id, origin, parts.clock);
  event.details = fmt::format(R"({{"owner":"{}","scopes":{},"expires_at":"{}"}})", user_id, ScopesJson(request.scopes), base::FormatTime(expires_at));
  AQUA_TRY(Tell(parts.events, event));
  return created;
}

Status ApiKeys::Implementation::Revoke(const std::string& tenant, const std::string& user_id, const std::string& id, const Origin& origin) {
  if (!base::IsUuid(tenant) || !base::IsUuid(id)) return NoKey();
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts.database, TenantScope::Of(tenant), kFindOwner, {tenant, id}));
  if (rows.empty() || (!user_id.empty() && rows.front().Text(0) != user_id)) return NoKey();
  if (!rows.front().Boolean(1)) return {};
  const Time now = parts.clock.Now();
  AQUA_TRY(Commit(parts.database, TenantScope::All(),
                  {LockRevocations(), {.sql = kRevoke, .parameters = {false, base::FormatTime(now), id}}, Revocation("key", tenant, id, now)}));
  static_cast<void>(parts.revocations.Poll());  // when it fails, the feed's next look tells
  return Tell(parts.events, EventOf("key.revoke", tenant, "api_key", id, origin, parts.clock));
}

std::optional<Result<PrincipalPointer>> ApiKeys::Implementation::TryAuthenticate(const std::string& hash) {
  const Time now = parts.clock.Now();
  const std::optional<KnownKey> key = known_.Find(hash, now);
  if (!key) return unknown_.Find(hash, now) ? std::optional<Result<PrincipalPointer>>(InvalidKey()) : std::nullopt;
  if (parts.revocations.IsKeyRevoked(key->principal->key_id)) return Result<PrincipalPointer>(InvalidKey());
  if (parts.revocations.UserSequence(key->principal->user_id) > key->sequence) return std::nullopt;
  return Use(*key, now);
}

Result<PrincipalPointer> ApiKeys::Implementation::Use(const KnownKey& key, Time now) {
  if (key.expires_at && *key.expires_at <= now) return ExpiredKey();
  uses_.Note(key.principal->key_id, now);
  return key.principal;
}

Result<PrincipalPointer> ApiKeys::Implementation::Load(const std::string& hash) {
  const std::uint64_t sequence = parts.revocations.sequence();
  const Time now = parts.clock.Now();
  AQUA_TRY_ASSIGN(const Rows rows, Ask(parts.database, TenantScope::All(), kFind, {hash}));
  if (rows.empty()) {
    unknown_.Put(hash, true, now);
    return InvalidKey();
  }
  const sql::Row& row = rows.front();
  auto scopes = ScopesOf(row.Text(3));
  if (!row.Boolean(4) || !row.Boolean(7) || !scopes) return InvalidKey();
  auto principal = std::make_shared<auth::Principal>();
  principal->kind = auth::Principal::Kind::kApiKey;
  principal->key_id = row.Text(0);
  principal->tenant_id = row.Text(1);
  principal->user_id = row.Text(2);
  principal->role = RoleColumn(row, 6);
  principal->scopes = *std::move(scopes);
  const KnownKey key{std::move(principal), OptionalTime(row, 5), sequence};
  known_.Put(hash, key, now);
  return Use(key, now);
}

ApiKeys::ApiKeys(const Dependencies& dependencies, ApiKeysConfig config) : implementation_(std::make_unique<Implementation>(dependencies, std::move(config))) {}

ApiKeys::~ApiKeys() = default;

Result<CreatedApiKey> ApiKeys::Create(const std::string& tenant, const std::string& user_id, const ApiKeyRequest& request, const Origin& origin) {
  return implementation_->Create(tenant, user_id, request, origin);
}

Result<std::vector<ApiKeyInfo>> ApiKeys::List(const std::string& tenant, const std::string& user_id) {
  std::vector<ApiKeyInfo> keys;
  if (!base::IsUuid(tenant) || (!user_id.empty() && !base::IsUuid(user_id))) return keys;
  std::vector<sql::Value> parameters = {tenant};
  if (!user_id.empty()) parameters.emplace_back(user_id);
  AQUA_TRY_ASSIGN(const Rows rows, Ask(implementation_->parts.database, TenantScope::Of(tenant), user_id.empty() ? kListTenant : kListUser, parameters));
  for (const sql::Row& row : rows) keys.push_back(ReadInfo(row));
  return keys;
}

Status ApiKeys::Revoke(const std::string& tenant, const std::string& user_id, const std::string& id, const Origin& origin) {
  return implementation_->Revoke(tenant, user_id, id, origin);
}

std::optional<Result<PrincipalPointer>> ApiKeys::TryAuthenticate(std::string_view text) {
  const auto hash = auth::HashOfApiKey(text);
  return hash ? implementation_->TryAuthenticate(*hash) : Result<PrincipalPointer>(InvalidKey());
}

Result<PrincipalPointer> ApiKeys::Authenticate(std::string_view text) {
  const auto hash = auth::HashOfApiKey(text);
  if (!hash) return InvalidKey();
  if (auto known = implementation_->TryAuthenticate(*hash)) return *std::move(known);
  return implementation_->Load(*hash);
}

void ApiKeys::Flush() { implementation_->Flush(); }

}  // namespace aqua::identity
