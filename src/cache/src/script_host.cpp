#include "aqua/cache/script_host.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <iterator>
#include <utility>

#include "aqua/base/assert.hpp"

namespace aqua::cache {

Script::Script(std::string text) : text_(std::move(text)) {
  std::array<unsigned char, 20> digest{};
  unsigned int size = 0;
  AQUA_ASSERT(EVP_Digest(text_.data(), text_.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1 && size == digest.size());
  for (const unsigned char byte : digest) fmt::format_to(std::back_inserter(digest_), "{:02x}", byte);
}

}  // namespace aqua::cache
