#include "cursor.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "aqua/base/bytes.hpp"
#include "aqua/base/time.hpp"
#include "aqua/base/uuid.hpp"

namespace aqua::api {
namespace {

/// Hexadecimal digits of the signature, 128 bits.
constexpr std::size_t kSignatureDigits = 32;

std::string Signature(std::string_view payload, std::string_view filter, const std::array<std::uint8_t, 32>& key) {
  const std::string text = fmt::format("{}\n{}", payload, filter);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), AsBytes(text).data(), text.size(), digest.data(), &length);
  std::string hex;
  for (std::size_t i = 0; i < kSignatureDigits / 2; ++i) hex += fmt::format("{:02x}", digest.at(i));
  return hex;
}

}  // namespace

std::string MakeCursor(const storage::Position& position, std::string_view filter, const std::array<std::uint8_t, 32>& key) {
  const std::string payload = base::FormatTime(position.created_at) + "~" + position.id;
  return payload + "~" + Signature(payload, filter, key);
}

Result<storage::Position> ReadCursor(std::string_view cursor, std::string_view filter, const std::array<std::uint8_t, 32>& key) {
  const Error invalid = MakeError(ErrorCode::kInvalidArgument, "the cursor is not one that this list gave; begin again without it", "cursor_invalid");
  const auto end = cursor.rfind('~');
  const auto middle = cursor.find('~');
  if (end == std::string_view::npos || middle == end) return invalid;
  const std::string_view payload = cursor.substr(0, end);
  const std::string_view given = cursor.substr(end + 1);
  const std::string expected = Signature(payload, filter, key);
  if (given.size() != expected.size() || CRYPTO_memcmp(given.data(), expected.data(), expected.size()) != 0) return invalid;
  const auto time = base::ParseTime(payload.substr(0, middle));
  const std::string id(payload.substr(middle + 1));
  if (!time || !base::IsUuid(id)) return invalid;
  return storage::Position{*time, id};
}

}  // namespace aqua::api
