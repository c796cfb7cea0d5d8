#include "aqua/cache/keys.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "aqua/base/assert.hpp"
#include "aqua/base/bytes.hpp"
#include "aqua/base/sha256.hpp"

namespace aqua::cache {
namespace {

bool IsPlain(char character) { return character > ' ' && character < '\x7f' && std::string_view(":%{}").find(character) == std::string_view::npos; }

void AppendPart(std::string_view part, std::string& key) {
  if (part.size() > kMaxKeyPartBytes) {
    key += "%sha256-" + base::Sha256Hex(AsBytes(part));
    return;
  }
  for (const char character : part) {
    if (IsPlain(character)) {
      key += character;
    } else {
      fmt::format_to(std::back_inserter(key), "%{:02X}", static_cast<unsigned char>(character));
    }
  }
}

}  // namespace

std::string KeyOf(std::string_view prefix, std::initializer_list<std::string_view> parts) {
  AQUA_ASSERT(prefix.size() > 1 && prefix.ends_with(':'));
  std::string key(prefix);
  std::string_view separator;
  for (const std::string_view part : parts) {
    key += std::exchange(separator, ":");
    AppendPart(part, key);
  }
  return key;
}

}  // namespace aqua::cache
