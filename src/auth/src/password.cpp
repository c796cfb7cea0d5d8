#include "aqua/auth/password.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <utility>

#include "aqua/base/text.hpp"
#include "aqua/base/uuid.hpp"
#include "password_hash.hpp"

namespace aqua::auth {
namespace {

constexpr std::size_t kMaxPasswordBytes = 4 * kMaxPasswordLength;
constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;

Error Refused(std::string message, std::string reason) { return MakeError(ErrorCode::kInvalidArgument, std::move(message), std::move(reason)); }

Error TooLong() { return Refused(fmt::format("the password is longer than {} characters", kMaxPasswordLength), "password_too_long"); }

PasswordHash FreshHash(const PasswordCost& cost) {
  PasswordHash hash{cost, Bytes(kSaltBytes), Bytes(kHashBytes)};
  base::FillRandom(hash.salt);
  return hash;
}

std::size_t CodePoints(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

Result<std::string> HashPassword(std::string_view password, const PasswordCost& cost) {
  if (password.size() > kMaxPasswordBytes) return TooLong();
  if (!IsAllowedCost(cost)) return Refused("the cost of password hashes is out of bounds", "password_cost");
  PasswordHash hash = FreshHash(cost);
  if (!ComputeArgon2id(password, hash)) return MakeError(ErrorCode::kResourceExhausted, "there is no memory to hash a password", "password_memory");
  return WritePasswordHash(hash);
}

bool VerifyPassword(std::string_view password, std::string_view phc) {
  const auto stored = ParsePasswordHash(phc);
  if (!stored || password.size() > kMaxPasswordBytes) return false;
  PasswordHash computed{stored->cost, stored->salt, Bytes(stored->hash.size())};
  if (!ComputeArgon2id(password, computed)) return false;
  return CRYPTO_memcmp(computed.hash.data(), stored->hash.data(), stored->hash.size()) == 0;
}

bool NeedsRehash(std::string_view phc, const PasswordCost& cost) {
  const auto stored = ParsePasswordHash(phc);
  return !stored || stored->cost.memory_kib < cost.memory_kib || stored->cost.passes < cost.passes || stored->cost.lanes < cost.lanes ||
         stored->salt.size() < kSaltBytes || stored->hash.size() < kHashBytes;
}

const std::string& DummyHash(const PasswordCost& cost) {
  static std::mutex mutex;
  static std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::string> hashes;
  const std::lock_guard lock(mutex);
  std::string& text = hashes[{cost.memory_kib, cost.passes, cost.lanes}];
  if (text.empty()) {
    PasswordHash hash = FreshHash(cost);
    base::FillRandom(hash.hash);
    text = WritePasswordHash(hash);
  }
  return text;
}

Status CheckPassword(std::string_view password, std::size_t min_length, const BreachedPasswords* breached) {
  if (password.size() > kMaxPasswordBytes) return TooLong();
  if (password.find('\0') != std::string_view::npos || base::ValidUtf8(password) != password)
    return Refused("the password is not UTF-8 text", "password_not_utf8");
  const std::size_t length = CodePoints(password);
  if (length < min_length) return Refused(fmt::format("the password is shorter than {} characters", min_length), "password_too_short");
  if (length > kMaxPasswordLength) return TooLong();
  if (breached != nullptr && breached->Contains(password)) return Refused("the password is in a list of breached passwords", "password_breached");
  return {};
}

}  // namespace aqua::auth
