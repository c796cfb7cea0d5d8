#include "digest.hpp"

#include <openssl/evp.h>

#include <memory>

#include "aqua/base/assert.hpp"

namespace aqua::auth {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

std::string HexOf(ByteView bytes, std::string_view digits) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 0xFU];
  }
  return text;
}

}  // namespace

Digest256 Sha256(std::string_view text) {
  // Looking the algorithm up costs more than hashing a token, hence once for the process.
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  Digest256 digest;
  AQUA_ASSERT(EVP_DigestInit_ex(context.get(), kAlgorithm, nullptr) == 1);
  AQUA_ASSERT(EVP_DigestUpdate(context.get(), text.data(), text.size()) == 1);
  AQUA_ASSERT(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

std::string Sha1Hex(std::string_view text) {
  std::array<std::uint8_t, 20> digest{};
  AQUA_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr) == 1);
  return HexOf(digest, "0123456789ABCDEF");
}

std::string Hex(ByteView bytes) { return HexOf(bytes, "0123456789abcdef"); }

}  // namespace aqua::auth
