#include "aqua/auth/secret.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>

#include <memory>

#include "aqua/base/assert.hpp"
#include "aqua/base/bytes.hpp"
#include "aqua/base/uuid.hpp"
#include "base64url.hpp"
#include "digest.hpp"

namespace aqua::auth {

std::string RandomToken(std::size_t bytes) {
  Bytes random(bytes);
  base::FillRandom(random);
  return EncodeBase64Url(random);
}

std::string Sha256Hex(std::string_view text) { return Hex(Sha256(text)); }

bool ConstantTimeEqual(std::string_view a, std::string_view b) { return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

std::string Fingerprint(std::string_view secret) {
  const Digest256 digest = Sha256(secret);
  return Hex(ByteView(digest).first(4));
}

std::string HmacSha256(std::span<const std::uint8_t> key, std::string_view message) {
  Digest256 digest{};
  unsigned int length = 0;
  const ByteView bytes = AsBytes(message);
  AQUA_ASSERT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(), digest.data(), &length) != nullptr);
  return EncodeBase64Url(digest);
}

Key256 DeriveKey(std::span<const std::uint8_t, 32> master, std::string_view purpose) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr), &EVP_PKEY_CTX_free);
  Key256 key{};
  std::size_t length = key.size();
  const ByteView info = AsBytes(purpose);
  AQUA_ASSERT(context != nullptr && EVP_PKEY_derive_init(context.get()) == 1);
  AQUA_ASSERT(EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) == 1);
  AQUA_ASSERT(EVP_PKEY_CTX_set1_hkdf_key(context.get(), master.data(), static_cast<int>(master.size())) == 1);
  AQUA_ASSERT(EVP_PKEY_CTX_add1_hkdf_info(context.get(), info.data(), static_cast<int>(info.size())) == 1);
  AQUA_ASSERT(EVP_PKEY_derive(context.get(), key.data(), &length) == 1 && length == key.size());
  return key;
}

}  // namespace aqua::auth
