#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>

#include "aqua/auth/lockout.hpp"

namespace aqua::auth {

std::string SourceOfAddress(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));
  in6_addr parsed{};
  if (::inet_pton(AF_INET6, text.c_str(), &parsed) != 1) return std::string(address);
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (IN6_IS_ADDR_V4MAPPED(&parsed)) return ::inet_ntop(AF_INET, &parsed.s6_addr[12], out.data(), out.size());
  // One customer is given a /64 at least, and can take any address of it.
  std::fill(std::begin(parsed.s6_addr) + 8, std::end(parsed.s6_addr), std::uint8_t{0});
  return std::string(::inet_ntop(AF_INET6, &parsed, out.data(), out.size())) + "/64";
}

}  // namespace aqua::auth
