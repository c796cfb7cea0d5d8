#include "aqua/auth/key_ring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "aqua/base/assert.hpp"
#include "aqua/base/uuid.hpp"
#include "base64url.hpp"

namespace aqua::auth {

struct KeyRing::Snapshot {
  std::vector<NamedKey> keys;
  NamedKey current;

  [[nodiscard]] const NamedKey* Find(std::string_view id) const {
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const NamedKey& named) { return named.id == id; });
    return found == keys.end() ? nullptr : &*found;
  }
};

namespace {

Error Malformed(std::string what) { return MakeError(ErrorCode::kInvalidArgument, std::move(what), "key_malformed"); }

Result<std::shared_ptr<const Ed25519Key>> Parse(const SigningKey& stored) {
  AQUA_TRY_ASSIGN(auto only_public, Ed25519Key::FromPublicKey(stored.public_key));
  if (stored.seed.empty()) return only_public;
  AQUA_TRY_ASSIGN(auto pair, Ed25519Key::FromSeed(stored.seed));
  if (pair->public_key() != stored.public_key) return Malformed("the public key is not the one of the seed");
  return pair;
}

}  // namespace

SigningKey MakeSigningKey(std::chrono::system_clock::time_point now) {
  SigningKey key;
  key.seed.resize(Ed25519Key::kKeyBytes);
  base::FillRandom(key.seed);
  const auto pair = Ed25519Key::FromSeed(key.seed);
  AQUA_ASSERT(pair.has_value());
  key.public_key = (*pair)->public_key();
  key.id = KeyThumbprint(key.public_key);
  key.created_at = now;
  return key;
}

bool IsKeyId(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

KeyRing::KeyRing() : snapshot_(std::make_shared<const Snapshot>()) {}
KeyRing::~KeyRing() = default;

Status KeyRing::Set(const std::vector<SigningKey>& keys, std::string_view current_id) {
  if (keys.size() > kMaxKeys) return Malformed(fmt::format("more than {} keys", kMaxKeys));
  auto next = std::make_shared<Snapshot>();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!IsKeyId(keys[i].id)) return Malformed(fmt::format("key {}: its id is not of the form [A-Za-z0-9_-]{{1,64}}", i + 1));
    if (next->Find(keys[i].id) != nullptr) return Malformed(fmt::format("key {}: its id is given twice", keys[i].id));
    auto key = Parse(keys[i]);
    if (!key) return key.error().WithContext("key " + keys[i].id);
    next->keys.push_back({keys[i].id, *std::move(key)});
  }
  if (!current_id.empty()) {
    const NamedKey* current = next->Find(current_id);
    if (current == nullptr || !current->key->can_sign()) return Malformed("the current key is not among the keys, or has no seed");
    next->current = *current;
  }
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(next);
  // After the swap: what is verified under the new generation has seen the new keys.
  generation_.fetch_add(1, std::memory_order_release);
  return {};
}

std::string KeyRing::Jwks() const {
  std::string rows;
  for (const NamedKey& named : snapshot()->keys)
    rows += fmt::format(R"({}{{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"{}","x":"{}"}})", rows.empty() ? "" : ",", named.id,
                        EncodeBase64Url(named.key->public_key()));
  return fmt::format(R"({{"keys":[{}]}})", rows);
}

std::shared_ptr<const Ed25519Key> KeyRing::Find(std::string_view id) const {
  const std::shared_ptr<const Snapshot> now = snapshot();
  const NamedKey* found = now->Find(id);
  return found == nullptr ? nullptr : found->key;
}

KeyRing::NamedKey KeyRing::Current() const { return snapshot()->current; }

std::shared_ptr<const KeyRing::Snapshot> KeyRing::snapshot() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

}  // namespace aqua::auth
