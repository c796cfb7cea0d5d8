#include "password_hash.hpp"

#include <argon2.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "aqua/base/assert.hpp"
#include "aqua/base/base64.hpp"
#include "aqua/base/text.hpp"

namespace aqua::auth {
namespace {

constexpr std::uint32_t kMaxMemoryKib = 1U << 20U;
constexpr std::uint32_t kMaxPasses = 16;
constexpr std::uint32_t kMaxLanes = 16;

/// Reads "m=19456": the name, and a number in its one spelling.
std::optional<std::uint32_t> ReadParameter(std::string_view text, std::string_view name) {
  if (!text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  std::uint32_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || fmt::format("{}", value) != text) return std::nullopt;
  return value;
}

std::optional<PasswordCost> ReadCost(std::string_view text) {
  const std::vector<std::string_view> parts = base::Split(text, ',');
  if (parts.size() != 3) return std::nullopt;
  const auto memory = ReadParameter(parts[0], "m=");
  const auto passes = ReadParameter(parts[1], "t=");
  const auto lanes = ReadParameter(parts[2], "p=");
  if (!memory || !passes || !lanes) return std::nullopt;
  const PasswordCost cost{*memory, *passes, *lanes};
  if (!IsAllowedCost(cost)) return std::nullopt;
  return cost;
}

std::optional<Bytes> ReadBytes(std::string_view text, std::size_t least) {
  if (text.size() > 86 || text.ends_with('=')) return std::nullopt;
  auto bytes = base::DecodeBase64(text);
  if (!bytes || bytes->size() < least || bytes->size() > 64) return std::nullopt;
  return *std::move(bytes);
}

std::string WriteBytes(ByteView bytes) {
  std::string text = base::EncodeBase64(bytes);
  text.erase(std::find(text.begin(), text.end(), '='), text.end());
  return text;
}

}  // namespace

bool IsAllowedCost(const PasswordCost& cost) {
  return cost.lanes >= 1 && cost.lanes <= kMaxLanes && cost.passes >= 1 && cost.passes <= kMaxPasses && cost.memory_kib >= 8 * cost.lanes &&
         cost.memory_kib <= kMaxMemoryKib;
}

std::optional<PasswordHash> ParsePasswordHash(std::string_view phc) {
  const std::vector<std::string_view> parts = base::Split(phc, '$');
  if (parts.size() != 6 || !parts[0].empty() || parts[1] != "argon2id" || parts[2] != "v=19") return std::nullopt;
  const auto cost = ReadCost(parts[3]);
  auto salt = ReadBytes(parts[4], 8);
  auto hash = ReadBytes(parts[5], 16);
  if (!cost || !salt || !hash) return std::nullopt;
  return PasswordHash{*cost, *std::move(salt), *std::move(hash)};
}

std::string WritePasswordHash(const PasswordHash& hash) {
  return fmt::format("$argon2id$v=19$m={},t={},p={}${}${}", hash.cost.memory_kib, hash.cost.passes, hash.cost.lanes, WriteBytes(hash.salt),
                     WriteBytes(hash.hash));
}

bool ComputeArgon2id(std::string_view password, PasswordHash& hash) {
  argon2_context context{};
  context.out = hash.hash.data();
  context.outlen = static_cast<std::uint32_t>(hash.hash.size());
  // The library only reads the password, since the flag to wipe it is not set.
  context.pwd = reinterpret_cast<std::uint8_t*>(const_cast<char*>(password.data()));
  context.pwdlen = static_cast<std::uint32_t>(password.size());
  context.salt = hash.salt.data();
  context.saltlen = static_cast<std::uint32_t>(hash.salt.size());
  context.t_cost = hash.cost.passes;
  context.m_cost = hash.cost.memory_kib;
  context.lanes = hash.cost.lanes;
  context.threads = 1;
  context.version = ARGON2_VERSION_13;
  const int code = argon2id_ctx(&context);
  AQUA_ASSERT(code == ARGON2_OK || code == ARGON2_MEMORY_ALLOCATION_ERROR);
  return code == ARGON2_OK;
}

}  // namespace aqua::auth
