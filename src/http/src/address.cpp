#include "aqua/http/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "aqua/base/text.hpp"

namespace aqua::http {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned kMappedBits = 96;

/// The two addresses agree in their first bits.
bool SamePrefix(const Address& a, const Address& b, unsigned bits) {
  const std::size_t whole = bits / 8;
  if (!std::equal(a.bytes().begin(), a.bytes().begin() + whole, b.bytes().begin())) return false;
  return bits % 8 == 0 || ((a.bytes().at(whole) ^ b.bytes().at(whole)) >> (8 - bits % 8)) == 0;
}

bool IsClearBehind(const Address& address, unsigned bits) {
  for (unsigned bit = bits; bit < (address.is_v4() ? 32U : 128U); ++bit)
    if (((address.bytes().at(bit / 8) >> (7 - bit % 8)) & 1) != 0) return false;
  return true;
}

std::optional<unsigned> ParsePrefix(std::string_view text) {
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), prefix);
  const bool canonical = text.size() == 1 || (text.size() <= 3 && !text.starts_with('0'));
  return error == std::errc() && end == text.data() + text.size() && canonical ? std::optional(prefix) : std::nullopt;
}

Error BadRange(std::string_view text, std::string_view why) {
  return MakeError(ErrorCode::kInvalidArgument, fmt::format("'{}' is not an address or a range like 10.0.0.0/8: {}", base::Printable(text), why),
                   "bad_address_range");
}

}  // namespace

std::optional<Address> Address::Parse(std::string_view text) {
  const bool v4 = text.find(':') == std::string_view::npos;
  if (const std::size_t zone = text.find('%'); !v4 && zone != std::string_view::npos) {
    if (zone + 1 == text.size()) return std::nullopt;
    text = text.substr(0, zone);
  }
  // inet_pton() reads to the first zero byte, and takes no address longer than this.
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());
  Address address;
  address.v4_ = v4;
  if (::inet_pton(v4 ? AF_INET : AF_INET6, terminated.data(), address.bytes_.data()) != 1) return std::nullopt;
  if (!v4 && std::equal(kMapped.begin(), kMapped.end(), address.bytes_.begin())) {
    std::copy(address.bytes_.begin() + kMapped.size(), address.bytes_.end(), address.bytes_.begin());
    std::fill(address.bytes_.begin() + 4, address.bytes_.end(), std::uint8_t{0});
    address.v4_ = true;
  }
  return address;
}

std::string Address::ToString() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), text.data(), text.size());
}

Result<AddressRange> AddressRange::Parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address_text = text.substr(0, slash);
  const std::optional<Address> address = Address::Parse(address_text);
  if (!address || address_text.find('%') != std::string_view::npos) return BadRange(text, "the address is malformed");
  AddressRange range;
  range.first_ = *address;
  const unsigned bits = address->is_v4() ? 32 : 128;
  range.prefix_ = bits;
  if (slash != std::string_view::npos) {
    std::optional<unsigned> prefix = ParsePrefix(text.substr(slash + 1));
    const bool mapped = address->is_v4() && address_text.find(':') != std::string_view::npos;
    if (prefix && mapped) prefix = *prefix < kMappedBits ? std::nullopt : std::optional(*prefix - kMappedBits);
    if (!prefix || *prefix > bits)
      return BadRange(text, fmt::format("the prefix must be a number from {} to {}", mapped ? kMappedBits : 0, mapped ? 128 : bits));
    range.prefix_ = *prefix;
  }
  if (!IsClearBehind(range.first_, range.prefix_)) return BadRange(text, fmt::format("the address has bits behind the first {}", range.prefix_));
  return range;
}

bool AddressRange::Contains(const Address& address) const { return address.is_v4() == first_.is_v4() && SamePrefix(first_, address, prefix_); }

bool AddressRange::Contains(std::string_view address) const {
  const std::optional<Address> parsed = Address::Parse(address);
  return parsed && Contains(*parsed);
}

std::string AddressRange::ToString() const { return fmt::format("{}/{}", first_.ToString(), prefix_); }

}  // namespace aqua::http
