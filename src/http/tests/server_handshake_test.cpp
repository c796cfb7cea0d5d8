// Handshakes of all kinds, those that fail above all.
#include <gmock/gmock.h>

#include "tls_fixture.hpp"

namespace aqua::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

class ServerHandshakeTest : public TlsServerTest {};

TEST_F(ServerHandshakeTest, ServesBothVersions) {
  Start();
  for (const auto& [version, name] : std::map<int, std::string>{{12, "TLSv1.2"}, {13, "TLSv1.3"}}) {
    testing::RawClient client = Secure({.version = version, .protocol = "http/1.1", .session = {}});
    EXPECT_EQ(client.tls().version(), name);
    EXPECT_EQ(client.tls().protocol(), "http/1.1");
    EXPECT_EQ(client.tls().certificate_name(), "first.example");
    client.Send("GET /scheme HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(client.Receive().body, "https");
    client.Send(Post("hello"));
    EXPECT_EQ(client.Receive().body, "/post|hello");
  }
}

TEST_F(ServerHandshakeTest, RefusesOldVersions) {
  Start();
  for (const int version : {10, 11}) {
    testing::RawClient client = Connect();
    EXPECT_FALSE(client.StartTls({.version = version, .protocol = {}, .session = {}})) << version;
    EXPECT_THAT(client.tls().failure(), HasSubstr("protocol version")) << "the client is told why";
  }
}

TEST_F(ServerHandshakeTest, RefusesClientsThatSpeakOtherProtocolsOnly) {
  Start();
  testing::RawClient client = Connect();
  EXPECT_FALSE(client.StartTls({.version = 0, .protocol = "h2", .session = {}}));
  EXPECT_EQ(Secure().tls().protocol(), "") << "none was offered";
}

TEST_F(ServerHandshakeTest, TellsClientsOfPlainHttp) {
  Start();
  for (const std::string_view text : {kGet, std::string_view("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")}) {
    testing::RawClient client = Connect();
    client.Send(text);
    const testing::RawResponse response = client.Receive();
    EXPECT_EQ(response.status, 400);
    EXPECT_TRUE(response.complete);
    EXPECT_EQ(response.body, "this port speaks HTTPS: ask with https://");
    EXPECT_EQ(client.ReceiveAll(), "");
  }
}

TEST_F(ServerHandshakeTest, ClosesOnGarbage) {
  Start();
  for (const std::string& text : {std::string("DELETE /get HTTP/1.1\r\n\r\n"), std::string(100'000, 'x'), std::string(1'000, '\0'),
                                  std::string("\x16\x03\x01\xff\xff", 5) + std::string(70'000, 'x')}) {
    testing::RawClient client = Connect();
    client.Send(text);
    client.FinishSending();
    EXPECT_LT(client.ReceiveAll().size(), 100U);
  }
  EXPECT_EQ(SecureGet().status, 200);
  EXPECT_EQ(log_.WaitFor(1).size(), 1U) << "these were no requests";
}

TEST_F(ServerHandshakeTest, RefusesRenegotiation) {
  Start();
  testing::RawClient client = Secure({.version = 12, .protocol = {}, .session = {}});
  client.Send(kGet);
  EXPECT_EQ(client.Receive().status, 200);
  EXPECT_FALSE(client.Renegotiate());
  EXPECT_THAT(client.tls().failure(), HasSubstr("no renegotiation"));
  EXPECT_EQ(SecureGet().status, 200);
}

TEST_F(ServerHandshakeTest, TakesSessionsUpAgain) {
  Start();
  for (const int version : {12, 13}) {
    testing::RawClient first = Secure({.version = version, .protocol = {}, .session = {}});
    first.Send(kGet);
    EXPECT_EQ(first.Receive().status, 200);
    EXPECT_FALSE(first.tls().resumed());
    testing::RawClient second = Secure({.version = version, .protocol = {}, .session = first.tls().session()});
    EXPECT_TRUE(second.tls().resumed()) << version;
    second.Send(kGet);
    EXPECT_EQ(second.Receive().status, 200);
  }
}

TEST_F(ServerHandshakeTest, TakesAHandshakeByteByByte) {
  Start();
  for (const int version : {12, 13}) {
    testing::RawClient client = Secure({.version = version, .protocol = {}, .session = {}, .byte_by_byte = true});
    client.SendByteByByte(Post("hello"));
    EXPECT_EQ(client.Receive().body, "/post|hello");
  }
}

TEST_F(ServerHandshakeTest, SurvivesHandshakesThatBreakOff) {
  Start();
  const std::string hello = ClientHello();
  for (std::size_t length = 0; length <= hello.size(); length += 7) {
    testing::RawClient client = Connect();
    client.Send(std::string_view(hello).substr(0, length));
    if (length % 2 == 0)
      client.Reset();
    else
      client.FinishSending();
    if (length % 2 == 1) client.ReceiveAll();
  }
  EXPECT_EQ(SecureGet().status, 200);
  WaitForConnections(0);
  EXPECT_EQ(log_.WaitFor(1).size(), 1U);
}

TEST_F(ServerHandshakeTest, GivesUpOnSlowHandshakes) {
  config_.limits.header_timeout = milliseconds(50);
  Start();
  const std::string hello = ClientHello();
  EXPECT_EQ(Connect().ReceiveAll(), "") << "nothing was sent";
  testing::RawClient half = Connect();
  half.Send(hello.substr(0, hello.size() / 2));
  EXPECT_EQ(half.ReceiveAll(), "");
  testing::RawClient answered = Connect();
  answered.Send(hello);
  EXPECT_THAT(answered.ReceiveAll().substr(0, 1), "\x16") << "the server's part came, then the client's did not";
  WaitForConnections(0);
}

TEST_F(ServerHandshakeTest, ServesOneClientAmongAHundredHalfHandshakes) {
  config_.limits.header_timeout = std::chrono::minutes(1);
  Start();
  const std::string hello = ClientHello();
  std::vector<testing::RawClient> half;
  for (std::size_t i = 0; i < 100; ++i) {
    half.push_back(Connect());
    half.back().Send(hello.substr(0, i % 2 == 0 ? hello.size() / 2 : hello.size()));
  }
  WaitForConnections(100);
  testing::RawClient client = Secure();
  for (int i = 0; i < 20; ++i) {
    client.Send(kGet);
    EXPECT_EQ(client.Receive().status, 200);
  }
  EXPECT_EQ(server_->load().connections, 101U);
  EXPECT_TRUE(server_->Stop(milliseconds(0))) << "a handshake is no request";
}

TEST_F(ServerHandshakeTest, CountsConnectionsFromTheirHandshakeOn) {
  config_.limits.max_connections = 1;
  Start();
  testing::RawClient half = Connect();
  WaitForConnections(1);
  const testing::RawResponse refused = SecureGet();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Header("Retry-After"), "1");
}

}  // namespace
}  // namespace aqua::http
