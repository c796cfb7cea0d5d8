#include "pointer.hpp"

#include "utf8.hpp"

namespace aqua::contract {

void AppendPointer(std::string& pointer, std::string_view member) {
  constexpr std::size_t kMaxBytes = 128;
  const std::string_view cut = CutUtf8(member, kMaxBytes);
  pointer += '/';
  for (const char c : cut) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  if (cut.size() < member.size()) pointer += "…";
}

}  // namespace aqua::contract
