#include "aqua/http/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aqua::http {
namespace {

using ::testing::HasSubstr;

std::string Canonical(std::string_view text) {
  const std::optional<Address> address = Address::Parse(text);
  return address ? address->ToString() : "none";
}

AddressRange Range(std::string_view text) {
  Result<AddressRange> range = AddressRange::Parse(text);
  EXPECT_TRUE(range) << text;
  return range.value_or(AddressRange());
}

TEST(AddressTest, ReadsBothFamilies) {
  EXPECT_EQ(Canonical("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(Canonical("2001:DB8:0:0::1"), "2001:db8::1");
  EXPECT_EQ(Canonical("::"), "::");
  EXPECT_EQ(Canonical("fe80::1%eth0"), "fe80::1");
  EXPECT_TRUE(Address::Parse("192.0.2.7")->is_v4());
  EXPECT_FALSE(Address::Parse("::1")->is_v4());
}

TEST(AddressTest, TakesMappedAddressesForIpv4) {
  EXPECT_EQ(Canonical("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(*Address::Parse("::FFFF:c000:207"), *Address::Parse("192.0.2.7"));
}

TEST(AddressTest, RefusesAllElse) {
  for (const std::string_view text : {"",
                                      " ",
                                      "localhost",
                                      "1.2.3",
                                      "1.2.3.4.5",
                                      "1.2.3.256",
                                      "01.2.3.4",
                                      "1.2.3.4 ",
                                      " 1.2.3.4",
                                      "1.2.3.4:80",
                                      "[::1]",
                                      "::1::",
                                      "12345::",
                                      "::1%",
                                      "1.2.3.4%eth0",
                                      "1.2.3.4/8",
                                      "0x1.2.3.4",
                                      "-1.2.3.4",
                                      "::ffff:1.2.3.4.5",
                                      "1111:2222:3333:4444:5555:6666:7777:8888:9999"})
    EXPECT_EQ(Canonical(text), "none") << text;
  EXPECT_EQ(Canonical(std::string_view("1.2.3.4\0x", 9)), "none");
  EXPECT_EQ(Canonical(std::string(100'000, '1')), "none");
}

TEST(AddressRangeTest, HoldsTheAddressesOfItsPrefix) {
  const AddressRange range = Range("10.32.0.0/11");
  for (const char* const inside : {"10.32.0.0", "10.63.255.255", "::ffff:10.40.1.2"}) EXPECT_TRUE(range.Contains(inside)) << inside;
  for (const char* const outside : {"10.31.255.255", "10.64.0.0", "11.32.0.0", "::", "nonsense", ""}) EXPECT_FALSE(range.Contains(outside)) << outside;
  EXPECT_EQ(range.ToString(), "10.32.0.0/11");
}

TEST(AddressRangeTest, HoldsIpv6) {
  const AddressRange range = Range("2001:db8:8000::/33");
  EXPECT_TRUE(range.Contains("2001:db8:ffff::1"));
  EXPECT_FALSE(range.Contains("2001:db8:7fff::1"));
  EXPECT_TRUE(Range("fe80::/10").Contains("fe80::1%2"));
}

TEST(AddressRangeTest, TakesOneAddress) {
  EXPECT_TRUE(Range("192.0.2.7").Contains("192.0.2.7"));
  EXPECT_FALSE(Range("192.0.2.7").Contains("192.0.2.6"));
  EXPECT_EQ(Range("192.0.2.7").ToString(), "192.0.2.7/32");
  EXPECT_EQ(Range("::1").ToString(), "::1/128");
}

TEST(AddressRangeTest, KeepsTheFamiliesApart) {
  EXPECT_TRUE(Range("0.0.0.0/0").Contains("255.255.255.255"));
  EXPECT_FALSE(Range("0.0.0.0/0").Contains("::1"));
  EXPECT_TRUE(Range("::/0").Contains("::1"));
  EXPECT_FALSE(Range("::/0").Contains("1.2.3.4"));
  EXPECT_EQ(Range("::ffff:10.0.0.0/104").ToString(), "10.0.0.0/8");
}

TEST(AddressRangeTest, SaysWhatIsWrong) {
  for (const std::string_view text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/8x", "10.0.0.0/8/8", "::/129", "10.0.0.1/8",
                                      "::1/127", "fe80::1%eth0", "10.0.0.0 /8", "::ffff:0.0.0.0/95", "10.0.0.0/4294967304", "example.com"}) {
    const Result<AddressRange> range = AddressRange::Parse(text);
    ASSERT_FALSE(range) << text;
    EXPECT_EQ(range.error().reason, "bad_address_range");
  }
  EXPECT_THAT(AddressRange::Parse("10.0.0.1/8").error().message, HasSubstr("bits behind the first 8"));
  EXPECT_THAT(AddressRange::Parse("10.0.0.0/33").error().message, HasSubstr("from 0 to 32"));
  EXPECT_THAT(AddressRange::Parse("bad\n").error().message, HasSubstr("'bad\\x0a' is not an address"));
}

}  // namespace
}  // namespace aqua::http
