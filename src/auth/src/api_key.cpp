#include "aqua/auth/api_key.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "aqua/auth/secret.hpp"
#include "aqua/base/uuid.hpp"
#include "base64url.hpp"

namespace aqua::auth {
namespace {

constexpr std::string_view kStart = "aqua_";
constexpr std::size_t kPrefixLength = 8;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kSecretAt = kStart.size() + kPrefixLength + 1;
constexpr std::size_t kKeyLength = kSecretAt + 43;

/// 32 signs, so that each random byte gives one without a bias; 0, 1, l and o are left out since people read them aloud.
constexpr std::string_view kPrefixAlphabet = "abcdefghijkmnpqrstuvwxyz23456789";
static_assert(kPrefixAlphabet.size() == 32);

bool IsPrefixCharacter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

NewApiKey MakeApiKey() {
  std::array<std::uint8_t, kPrefixLength> random{};
  base::FillRandom(random);
  NewApiKey key;
  for (const std::uint8_t byte : random) key.prefix += kPrefixAlphabet[byte % kPrefixAlphabet.size()];
  key.text.append(kStart).append(key.prefix).append("_").append(RandomToken(kSecretBytes));
  key.hash = Sha256Hex(key.text);
  return key;
}

std::optional<std::string> PrefixOfApiKey(std::string_view text) {
  if (text.size() != kKeyLength || !text.starts_with(kStart) || text[kSecretAt - 1] != '_') return std::nullopt;
  const std::string_view prefix = text.substr(kStart.size(), kPrefixLength);
  if (!std::all_of(prefix.begin(), prefix.end(), IsPrefixCharacter) || !DecodeBase64Url(text.substr(kSecretAt))) return std::nullopt;
  return std::string(prefix);
}

std::optional<std::string> HashOfApiKey(std::string_view text) {
  if (!PrefixOfApiKey(text)) return std::nullopt;
  return Sha256Hex(text);
}

}  // namespace aqua::auth
