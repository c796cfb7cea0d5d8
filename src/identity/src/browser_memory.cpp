#include "browser_memory.hpp"

#include <utility>
#include <variant>

#include "aqua/base/time.hpp"
#include "aqua/cache/keys.hpp"
#include "aqua/contract/json.hpp"

namespace aqua::identity {
namespace {

std::string KeyFor(const std::string& hash) { return cache::KeyOf(cache::kSessionPrefix, {hash}); }

std::string ToText(const KnownSession& session) {
  contract::Json::Object object;
  object.emplace_back("user", contract::Json{session.principal->user_id});
  object.emplace_back("tenant", contract::Json{session.principal->tenant_id});
  object.emplace_back("role", contract::Json{std::string(Name(session.principal->role))});
  object.emplace_back("session", contract::Json{session.principal->session_id});
  object.emplace_back("expires_at", contract::Json{base::FormatTime(session.expires_at)});
  object.emplace_back("last_used_at", contract::Json{base::FormatTime(session.last_used_at)});
  object.emplace_back("read_at", contract::Json{base::FormatTime(session.read_at)});
  object.emplace_back("sequence", contract::Json{std::to_string(session.sequence)});
  std::string text;
  contract::WriteJson({std::move(object)}, text);
  return text;
}

std::string TextOf(const contract::Json& json, std::string_view name) {
  const contract::Json* member = json.Find(name);
  const auto* text = member == nullptr ? nullptr : std::get_if<std::string>(&member->value);
  return text == nullptr ? std::string() : *text;
}

std::optional<KnownSession> FromText(const std::string& text) {
  const auto json = contract::ParseJson(text);
  if (!json) return std::nullopt;
  const auto role = auth::ParseRole(TextOf(*json, "role"));
  const auto expires_at = base::ParseTime(TextOf(*json, "expires_at"));
  const auto last_used_at = base::ParseTime(TextOf(*json, "last_used_at"));
  const auto read_at = base::ParseTime(TextOf(*json, "read_at"));
  const std::string sequence = TextOf(*json, "sequence");
  if (!role || !expires_at || !last_used_at || !read_at || sequence.empty()) return std::nullopt;
  auto principal = std::make_shared<auth::Principal>();
  principal->kind = auth::Principal::Kind::kUser;
  principal->user_id = TextOf(*json, "user");
  principal->tenant_id = TextOf(*json, "tenant");
  principal->role = *role;
  principal->session_id = TextOf(*json, "session");
  return KnownSession{std::move(principal), *expires_at, *last_used_at, std::strtoull(sequence.c_str(), nullptr, 10), *read_at};
}

}  // namespace

BrowserMemory::BrowserMemory(cache::Store& cache, std::span<const std::uint8_t, 32> master, std::chrono::seconds life)
    : cache_(cache), box_(master, "aqua/identity/browser_sessions"), life_(life), recent_(kMaxRemembered, life) {}

std::optional<KnownSession> BrowserMemory::Fetch(const std::string& hash, Time now) {
  const auto value = cache_.Get(KeyFor(hash));
  if (!value || !*value) return std::nullopt;
  const auto text = box_.Open(**value, hash);
  if (!text) return std::nullopt;
  auto session = FromText(*text);
  if (!session || now < session->read_at || now - session->read_at >= life_) return std::nullopt;
  recent_.Put(hash, *session, session->read_at);
  return session;
}

void BrowserMemory::Put(const std::string& hash, const KnownSession& session) {
  recent_.Put(hash, session, session.read_at);
  // A cache that is out of reach makes this slower, not wrong.
  static_cast<void>(cache_.Set(KeyFor(hash), box_.Seal(ToText(session), hash), life_));
}

void BrowserMemory::Remove(const std::string& hash) {
  recent_.Remove(hash);
  static_cast<void>(cache_.Remove(KeyFor(hash)));
}

}  // namespace aqua::identity
