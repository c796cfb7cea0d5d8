#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "aqua/base/result.hpp"

namespace aqua::http {

/// An IP address. IPv4 that is written within IPv6 (::ffff:192.0.2.1) is IPv4.
class Address {
 public:
  /// "192.0.2.1", "2001:db8::1", "fe80::1%eth0" (the zone is left out). Nothing for any other text.
  static std::optional<Address> Parse(std::string_view text);

  [[nodiscard]] bool is_v4() const { return v4_; }
  /// In network order; IPv4 fills the first four.
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  /// The canonical text.
  [[nodiscard]] std::string ToString() const;

  friend bool operator==(const Address&, const Address&) = default;

 private:
  bool v4_ = true;
  std::array<std::uint8_t, 16> bytes_{};
};

/// All addresses of one prefix. IPv4 addresses are in IPv4 ranges only, whatever they were written as.
class AddressRange {
 public:
  /// "10.0.0.0/8", "2001:db8::/32", or one address. Errors: kInvalidArgument ("bad_address_range"), also for bits that are set
  /// behind the prefix.
  static Result<AddressRange> Parse(std::string_view text);

  [[nodiscard]] bool Contains(const Address& address) const;
  /// As above; text that is no address is in no range.
  [[nodiscard]] bool Contains(std::string_view address) const;
  /// "10.0.0.0/8"
  [[nodiscard]] std::string ToString() const;

 private:
  Address first_;
  unsigned prefix_ = 0;
};

}  // namespace aqua::http
