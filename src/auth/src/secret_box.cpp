#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "aqua/auth/secret.hpp"
#include "aqua/base/assert.hpp"
#include "aqua/base/bytes.hpp"
#include "aqua/base/uuid.hpp"
#include "base64url.hpp"

namespace aqua::auth {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kHeadBytes = 1 + kNonceBytes;

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

int Length(std::size_t size) {
  AQUA_ASSERT(size < std::size_t{1} << 30U);
  return static_cast<int>(size);
}

/// A context with key, nonce and, as additional data, the version and the context of the secret.
CipherContext Begin(const Key256& key, ByteView head, std::string_view context, bool encrypt) {
  CipherContext cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  AQUA_ASSERT(cipher != nullptr);
  AQUA_ASSERT(EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), head.subspan(1).data(), encrypt ? 1 : 0) == 1);
  int written = 0;
  AQUA_ASSERT(EVP_CipherUpdate(cipher.get(), nullptr, &written, head.data(), 1) == 1);
  const ByteView bytes = AsBytes(context);
  if (!bytes.empty()) AQUA_ASSERT(EVP_CipherUpdate(cipher.get(), nullptr, &written, bytes.data(), Length(bytes.size())) == 1);
  return cipher;
}

}  // namespace

SecretBox::SecretBox(std::span<const std::uint8_t, 32> master, std::string_view purpose) : key_(DeriveKey(master, purpose)) {}

SecretBox::~SecretBox() { OPENSSL_cleanse(key_.data(), key_.size()); }

std::string SecretBox::Seal(std::string_view plain, std::string_view context) const {
  Bytes sealed(kHeadBytes + plain.size() + kTagBytes);
  sealed[0] = kVersion;
  base::FillRandom(std::span(sealed).subspan(1, kNonceBytes));
  const CipherContext cipher = Begin(key_, ByteView(sealed).first(kHeadBytes), context, true);
  int written = 0;
  std::uint8_t* const text = sealed.data() + kHeadBytes;
  if (!plain.empty()) AQUA_ASSERT(EVP_CipherUpdate(cipher.get(), text, &written, AsBytes(plain).data(), Length(plain.size())) == 1);
  AQUA_ASSERT(EVP_CipherFinal_ex(cipher.get(), text + written, &written) == 1);
  AQUA_ASSERT(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(kTagBytes), text + plain.size()) == 1);
  return EncodeBase64Url(sealed);
}

Result<std::string> SecretBox::Open(std::string_view sealed, std::string_view context) const {
  const Error unreadable =
      MakeError(ErrorCode::kDataLoss, "the sealed secret is damaged, or was sealed with another key or for another place", "secret_unreadable");
  std::optional<Bytes> bytes = DecodeBase64Url(sealed);
  if (!bytes || bytes->size() < kHeadBytes + kTagBytes || bytes->front() != kVersion) return unreadable;
  const std::size_t size = bytes->size() - kHeadBytes - kTagBytes;
  const CipherContext cipher = Begin(key_, ByteView(*bytes).first(kHeadBytes), context, false);
  std::string plain(size, '\0');
  auto* const text = reinterpret_cast<std::uint8_t*>(plain.data());
  int written = 0;
  if (size > 0) AQUA_ASSERT(EVP_CipherUpdate(cipher.get(), text, &written, bytes->data() + kHeadBytes, Length(size)) == 1);
  AQUA_ASSERT(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(kTagBytes), bytes->data() + kHeadBytes + size) == 1);
  if (EVP_CipherFinal_ex(cipher.get(), text + written, &written) != 1) {
    OPENSSL_cleanse(plain.data(), plain.size());
    return unreadable;
  }
  return plain;
}

}  // namespace aqua::auth
