// Who a request comes from and how, behind proxies and not.
#include "server_fixture.hpp"

namespace aqua::http {
namespace {

class ServerProxyTest : public ServerTest {
 protected:
  ServerProxyTest() {
    AddRoute(Method::kGet, "/who", [](const std::shared_ptr<Exchange>& exchange) {
      const Request& request = exchange->request();
      exchange->Respond(Text(request.scheme + " " + request.peer));
    });
  }

  void Trust(std::string_view range) { config_.trusted_proxies.push_back(AddressRange::Parse(range).value()); }

  [[nodiscard]] std::string Who() const { return Get("/who", {{"X-Forwarded-For", "198.51.100.1, 203.0.113.5"}, {"X-Forwarded-Proto", "https"}}).body; }
};

TEST_F(ServerProxyTest, BelievesNobodyByDefault) {
  Start();
  EXPECT_EQ(Who(), "http 127.0.0.1");
}

TEST_F(ServerProxyTest, BelievesTrustedProxies) {
  Trust("192.0.2.0/24");
  Trust("127.0.0.0/8");
  Start();
  EXPECT_EQ(Who(), "https 203.0.113.5");
  EXPECT_EQ(Get("/who").body, "http 127.0.0.1");
  EXPECT_EQ(log_.WaitFor(1).at(0).peer, "203.0.113.5");
}

TEST_F(ServerProxyTest, DoesNotLookAtTheFieldsOfOthers) {
  Trust("192.0.2.0/24");
  Trust("::1");
  Trust("203.0.113.5");
  Start();
  EXPECT_EQ(Who(), "http 127.0.0.1");
}

TEST_F(ServerProxyTest, TellsTheGuard) {
  Trust("127.0.0.1");
  std::string seen;
  config_.guard = [&seen](Request& request) {
    seen = request.scheme + " " + request.peer;
    return Verdict::Continue();
  };
  Start();
  EXPECT_EQ(Who(), "https 203.0.113.5");
  server_.reset();
  EXPECT_EQ(seen, "https 203.0.113.5");
}

TEST_F(ServerProxyTest, JudgesEachRequestOfAConnection) {
  Trust("127.0.0.1");
  Start();
  testing::RawClient client = Connect();
  for (const char* const address : {"203.0.113.5", "203.0.113.6"}) {
    client.Send(fmt::format("GET /who HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {}\r\n\r\n", address));
    EXPECT_EQ(client.Receive().body, fmt::format("http {}", address));
  }
  client.Send("GET /who HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.Receive().body, "http 127.0.0.1");
}

TEST_F(ServerProxyTest, LimitsConnectionsBySocket) {
  Trust("127.0.0.1");
  config_.limits.max_connections_per_address = 1;
  config_.limits.loopback_limited = true;
  Start();
  testing::RawClient first = Connect();
  first.Send("GET /who HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.5\r\n\r\n");
  EXPECT_EQ(first.Receive().status, 200);
  EXPECT_EQ(Who().substr(0, 20), "too_many_connections");
}

}  // namespace
}  // namespace aqua::http
