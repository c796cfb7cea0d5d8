#include "aqua/base/sha256.hpp"

#include <openssl/evp.h>

#include <array>

#include "aqua/base/assert.hpp"

namespace aqua::base {

std::string Sha256Hex(ByteView content) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  AQUA_ASSERT(EVP_Digest(content.data(), content.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * length);
  for (unsigned int i = 0; i < length; ++i) {
    hex += kDigits[digest.at(i) >> 4];
    hex += kDigits[digest.at(i) & 15];
  }
  return hex;
}

}  // namespace aqua::base
