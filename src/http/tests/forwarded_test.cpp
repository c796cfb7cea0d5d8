#include "forwarded.hpp"

#include <gtest/gtest.h>

namespace aqua::http {
namespace {

class ForwardedTest : public ::testing::Test {
 protected:
  /// What a request from the proxy 10.0.0.1 becomes, as "<scheme> <peer>".
  [[nodiscard]] std::string Apply(const std::vector<std::pair<std::string, std::string>>& fields) const {
    Request request;
    request.peer = "10.0.0.1";
    for (const auto& [name, value] : fields) request.headers.Add(name, value);
    ApplyForwarded(trusted_, request.headers, request);
    return request.scheme + " " + request.peer;
  }
  [[nodiscard]] std::string PeerOf(const std::string& value) const { return Apply({{"X-Forwarded-For", value}}).substr(5); }
  [[nodiscard]] std::string SchemeOf(const std::string& value) const { return Apply({{"X-Forwarded-Proto", value}}).substr(0, 5); }

  std::vector<AddressRange> trusted_ = {AddressRange::Parse("10.0.0.0/8").value(), AddressRange::Parse("fd00::/8").value()};
};

TEST_F(ForwardedTest, TakesTheRightmostUntrustedAddress) {
  EXPECT_EQ(PeerOf("203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(PeerOf("203.0.113.5, 10.0.0.2"), "203.0.113.5");
  EXPECT_EQ(PeerOf("1.1.1.1, 203.0.113.5,10.0.0.2 , fd00::2"), "203.0.113.5") << "the client made up what is left of it";
  EXPECT_EQ(PeerOf("2001:DB8::0:5, 10.0.0.2"), "2001:db8::5");
}

TEST_F(ForwardedTest, ReadsAllFieldsAsOneList) {
  EXPECT_EQ(Apply({{"X-Forwarded-For", "1.1.1.1"}, {"X-Other", "9.9.9.9"}, {"x-forwarded-for", "203.0.113.5"}, {"X-FORWARDED-FOR", "10.0.0.2"}}),
            "http 203.0.113.5");
}

TEST_F(ForwardedTest, TakesTheFirstWhenAllAreTrusted) { EXPECT_EQ(PeerOf("10.0.0.9, 10.0.0.2"), "10.0.0.9"); }

TEST_F(ForwardedTest, LeavesPortsOut) {
  EXPECT_EQ(PeerOf("203.0.113.5:4711"), "203.0.113.5");
  EXPECT_EQ(PeerOf("[2001:db8::5]:4711"), "2001:db8::5");
  EXPECT_EQ(PeerOf("[2001:db8::5]"), "2001:db8::5");
}

TEST_F(ForwardedTest, StopsAtWhatIsMalformed) {
  for (const char* const text : {"", ",", "unknown", "_hidden", "203.0.113.5:", "203.0.113.5:x", "203.0.113.5:123456", "[203.0.113.5]", "[2001:db8::5",
                                 "[2001:db8::5]x", "2001:db8::5%eth0", "1.2.3.4.5", "203.0.113.5 10.0.0.2", "\"203.0.113.5\""})
    EXPECT_EQ(PeerOf(text), "10.0.0.1") << text;
  EXPECT_EQ(PeerOf("203.0.113.5, unknown"), "10.0.0.1") << "nobody vouched for what is left of it";
  EXPECT_EQ(PeerOf("203.0.113.5, unknown, 10.0.0.2"), "10.0.0.2");
  EXPECT_EQ(PeerOf("unknown, 203.0.113.5"), "203.0.113.5");
}

TEST_F(ForwardedTest, TakesTheSchemeOfTheNearestProxy) {
  EXPECT_EQ(SchemeOf("https"), "https");
  EXPECT_EQ(SchemeOf("HTTPS"), "https");
  EXPECT_EQ(SchemeOf("http, https"), "https");
  EXPECT_EQ(SchemeOf("https, http"), "http ");
  for (const char* const text : {"", "wss", "https,", "https://", "https;", "httpss"}) EXPECT_EQ(SchemeOf(text), "http ") << text;
}

TEST_F(ForwardedTest, LeavesRequestsWithoutTheFieldsAlone) { EXPECT_EQ(Apply({{"Forwarded", "for=203.0.113.5;proto=https"}}), "http 10.0.0.1"); }

}  // namespace
}  // namespace aqua::http
