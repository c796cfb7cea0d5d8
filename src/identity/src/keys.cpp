#include "aqua/identity/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "aqua/base/assert.hpp"
#include "aqua/base/time.hpp"
#include "aqua/identity/user.hpp"
#include "revoking.hpp"
#include "table.hpp"
#include "telling.hpp"

namespace aqua::identity {

struct Keys::Stored {
  std::string id;
  std::string sealed_seed;
  std::string public_key;
  Time created_at;
  Time activates_at;
  Time retires_at;
};

namespace {

using sql::TenantScope;

constexpr std::string_view kSelect =
    "SELECT kid, sealed_seed, public_key, created_at, activates_at, retires_at FROM signing_keys WHERE retires_at > $1 ORDER BY activates_at, kid";
/// A key verifies for this long beyond the time of the two after it: tokens and clocks.
constexpr std::chrono::hours kSlack{1};

std::string SealContext(const std::string& id) { return "signing_key/" + id; }

std::string Hex(ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

std::optional<Bytes> Unhex(std::string_view text) {
  Bytes bytes(text.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char* first = text.data() + 2 * i;
    if (std::from_chars(first, first + 2, bytes[i], 16).ptr != first + 2) return std::nullopt;
  }
  return text.size() % 2 == 0 ? std::optional(bytes) : std::nullopt;
}

/// What goes into a script without parameters: base64url, hexadecimal and times of our own.
std::string Quoted(const std::string& text) {
  AQUA_ASSERT(std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == ':' || c == '.';
  }));
  return "'" + text + "'";
}

std::string Quoted(Time time) { return Quoted(base::FormatTime(time)); }

/// The youngest key that is active; none when the list has none.
template <typename List>
auto CurrentOf(const List& keys, Time now) {
  return std::find_if(keys.rbegin(), keys.rend(), [&](const auto& key) { return key.activates_at <= now; });
}

}  // namespace

Keys::Keys(sql::Database& database, const base::Clock& clock, observe::Logger& logger, auth::KeyRing& ring, std::span<const std::uint8_t, 32> master,
           const KeysConfig& config, Events events)
    : database_(database),
      clock_(clock),
      logger_(logger),
      ring_(ring),
      box_(master, "aqua/identity/signing_keys"),
      config_(config),
      events_(std::move(events)) {}

Result<Keys::StoredKeys> Keys::Load(sql::Connection& connection) const {
  AQUA_TRY_ASSIGN(const Rows rows, connection.Query(kSelect, {base::FormatTime(clock_.Now())}));
  StoredKeys keys;
  for (const sql::Row& row : rows) keys.push_back({row.Text(0), row.Text(1), row.Text(2), TimeColumn(row, 3), TimeColumn(row, 4), TimeColumn(row, 5)});
  return keys;
}

Result<std::string> Keys::Missing(const StoredKeys& known, std::string& made) const {
  const Time now = clock_.Now();
  std::string script;
  const auto add = [&](Time activates_at) {
    const auth::SigningKey key = auth::MakeSigningKey(now);
    script += fmt::format(
        "INSERT INTO signing_keys (kid, tenant_id, sealed_seed, public_key, created_at, activates_at, retires_at) VALUES ({}, {}, {}, {}, {}, {}, {});\n",
        Quoted(key.id), Quoted(std::string(kDefaultTenant)), Quoted(box_.Seal(AsText(key.seed), SealContext(key.id))), Quoted(Hex(key.public_key)), Quoted(now),
        Quoted(activates_at), Quoted(activates_at + 2 * config_.rotate_every + kSlack));
    made = key.id;
  };
  if (known.empty()) {
    add(now);
    add(now + config_.rotate_every);
    return script;
  }
  Time newest = known.back().activates_at;
  if (CurrentOf(known, now) == known.rend()) {
    // The current one was removed, or the clock was set back: the next one signs at once.
    script += fmt::format("UPDATE signing_keys SET activates_at = {} WHERE kid = {};\n", Quoted(now), Quoted(known.front().id));
    if (known.size() == 1) newest = now;
  }
  if (newest <= now) add(std::max(newest + config_.rotate_every, now + config_.publish_ahead));
  return script;
}

Status Keys::MakeMissing() {
  AQUA_TRY_ASSIGN(const auto connection, database_.Acquire(TenantScope::All()));
  AQUA_TRY_ASSIGN(const StoredKeys seen, Load(*connection));
  // Looked at first without the lock: nearly always nothing is missing.
  std::string made;
  AQUA_TRY_ASSIGN(const std::string first, Missing(seen, made));
  if (first.empty()) return {};
  made.clear();
  AQUA_TRY(connection->RunExclusive([&](sql::Connection& exclusive) -> Result<std::string> {
    made.clear();
    AQUA_TRY_ASSIGN(const StoredKeys known, Load(exclusive));
    return Missing(known, made);
  }));
  return made.empty() ? Status() : Tell("signing_key.rotate", made, Origin{});
}

Status Keys::Publish(const StoredKeys& keys) {
  const auto current = CurrentOf(keys, clock_.Now());
  if (current == keys.rend()) return MakeError(ErrorCode::kUnavailable, "there is no signing key yet; try again", "database_busy");
  std::string published = current->id;
  for (const Stored& key : keys) published += " " + key.id;
  if (published == published_) return {};  // the ring forgets what it verified when it is set
  std::vector<auth::SigningKey> ring;
  for (const Stored& key : keys) {
    const auto seed = box_.Open(key.sealed_seed, SealContext(key.id));
    const auto public_key = Unhex(key.public_key);
    if (!seed || !public_key)
      return MakeError(ErrorCode::kDataLoss, fmt::format("signing key {} cannot be opened: the master key is another one than it was sealed with", key.id),
                       "signing_key_unreadable");
    ring.push_back({key.id, Bytes(seed->begin(), seed->end()), *public_key, key.created_at});
  }
  AQUA_TRY(ring_.Set(ring, current->id));
  published_ = std::move(published);
  logger_.Log(observe::LogLevel::kDebug, "signing keys loaded", {{"current", std::string_view(current->id)}, {"keys", keys.size()}});
  return {};
}

Status Keys::Refresh() {
  const std::lock_guard lock(mutex_);
  AQUA_TRY(MakeMissing());
  AQUA_TRY_ASSIGN(const auto connection, database_.Acquire(TenantScope::All()));
  AQUA_TRY_ASSIGN(const StoredKeys keys, Load(*connection));
  return Publish(keys);
}

Status Keys::Remove(const std::string& id, const Origin& origin) {
  if (!auth::IsKeyId(id)) return MakeError(ErrorCode::kNotFound, "there is no such signing key", "key_not_found");
  constexpr std::string_view kExists = "SELECT count(*) FROM signing_keys WHERE kid = $1";
  AQUA_TRY_ASSIGN(const Rows rows, Ask(database_, TenantScope::All(), kExists, {id}));
  if (rows.front().Integer(0) == 0) return MakeError(ErrorCode::kNotFound, "there is no such signing key", "key_not_found");
  AQUA_TRY(Commit(database_, TenantScope::All(),
                  {LockRevocations(),
                   {.sql = "DELETE FROM signing_keys WHERE kid = $1", .parameters = {id}},
                   Revocation("signing_key", std::string(kDefaultTenant), id, clock_.Now())}));
  AQUA_TRY(Refresh());
  return Tell("signing_key.remove", id, origin);
}

Result<std::vector<SigningKeyInfo>> Keys::List() {
  AQUA_TRY_ASSIGN(const auto connection, database_.Acquire(TenantScope::All()));
  AQUA_TRY_ASSIGN(const StoredKeys keys, Load(*connection));
  const auto current = CurrentOf(keys, clock_.Now());
  std::vector<SigningKeyInfo> infos;
  for (const Stored& key : keys) infos.push_back({key.id, key.created_at, key.activates_at, key.retires_at, current != keys.rend() && current->id == key.id});
  return infos;
}

Status Keys::Tell(std::string_view action, const std::string& id, const Origin& origin) const {
  return identity::Tell(events_, EventOf(action, std::string(kDefaultTenant), "signing_key", id, origin, clock_));
}

}  // namespace aqua::identity
