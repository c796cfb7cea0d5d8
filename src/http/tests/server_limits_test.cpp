// Limits of connections, times and sizes.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include "server_fixture.hpp"

namespace aqua::http {
namespace {

using std::chrono::milliseconds;

class ServerLimitsTest : public ServerTest {};

TEST_F(ServerLimitsTest, RefusesAHugeHead) {
  Start();
  const testing::RawResponse fields = Ask("GET /get HTTP/1.1\r\nHost: a\r\nX: " + std::string(64 << 10, 'x') + "\r\n\r\n");
  EXPECT_EQ(fields.status, 431);
  EXPECT_EQ(fields.Header("Connection"), "close");
  EXPECT_EQ(Ask("GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n").status, 431);
  std::string many = "GET /get HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 64; ++i) many += "A: b\r\n";
  EXPECT_EQ(Ask(many + "\r\n").status, 431);
}

TEST_F(ServerLimitsTest, TakesAHeadOfTheFullSize) {
  Start();
  const std::string line = "GET /get?" + std::string((8 << 10) - 18, 'x') + " HTTP/1.1\r\n";
  const std::string fields = "Host: a\r\nX: " + std::string((16 << 10) - 14, 'x') + "\r\n";
  EXPECT_EQ(Ask(line + fields + "\r\n").status, 200);
}

TEST_F(ServerLimitsTest, GivesUpOnHalfAHead) {
  config_.limits.header_timeout = milliseconds(50);
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /get HTTP/1.1\r\nHost:");
  const testing::RawResponse response = client.Receive();
  EXPECT_EQ(response.status, 408);
  EXPECT_EQ(response.Header("Connection"), "close");
  EXPECT_EQ(log_.WaitFor(1).at(0).status, 408);
}

TEST_F(ServerLimitsTest, GivesUpOnAHeadThatTrickles) {
  config_.limits.header_timeout = milliseconds(50);
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /get HTTP/1.1\r\nHost: a\r\nX: ");
  // Each byte comes long before the limit, the head never ends.
  std::jthread trickle([&client](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      client.Send("x");
      std::this_thread::yield();
    }
  });
  const auto entries = log_.WaitFor(1);
  trickle.request_stop();
  trickle.join();
  EXPECT_THAT(entries.at(0).status, ::testing::AnyOf(408, 431));
}

TEST_F(ServerLimitsTest, ClosesSilentConnectionsWithoutAWord) {
  config_.limits.header_timeout = milliseconds(50);
  config_.limits.idle_timeout = milliseconds(50);
  Start();
  EXPECT_EQ(Connect().ReceiveAll(), "") << "nothing was ever sent";
  testing::RawClient client = Connect();
  client.Send(kGet);
  EXPECT_EQ(client.Receive().status, 200);
  EXPECT_EQ(client.ReceiveAll(), "") << "idle between requests";
  EXPECT_EQ(log_.WaitFor(1).size(), 1U);
}

TEST_F(ServerLimitsTest, GivesUpOnABodyThatStops) {
  config_.limits.body_timeout = milliseconds(60);
  config_.limits.body_grace = milliseconds(60);
  Start();
  for (const std::string& request : {std::string("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"), PostChunked("5\r\nabc")})
    EXPECT_EQ(Ask(request).status, 408);
  EXPECT_EQ(log_.WaitFor(2).at(1).status, 408);
}

TEST_F(ServerLimitsTest, GivesUpOnABodyBelowTheRate) {
  config_.limits.body_grace = milliseconds(50);
  config_.limits.min_body_bytes_per_second = 1 << 30;
  Start();
  EXPECT_EQ(Ask("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + std::string(50'000, 'x')).status, 408);
}

TEST_F(ServerLimitsTest, LetsABodyAboveTheRateGoOnAfterTheGrace) {
  config_.limits.body_grace = milliseconds(1);
  config_.limits.min_body_bytes_per_second = 1;
  Start();
  testing::RawClient client = Connect();
  const std::string body(100, 'x');
  client.Send("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n" + body.substr(0, 90));
  // A hundred answered requests take longer than the grace.
  testing::RawClient other = Connect();
  for (int i = 0; i < 100; ++i) {
    other.Send(kGet);
    EXPECT_EQ(other.Receive().status, 200);
  }
  client.Send(body.substr(90));
  EXPECT_EQ(client.Receive().body, "/post|" + body);
}

TEST_F(ServerLimitsTest, EndsAConnectionAfterItsShareOfRequests) {
  config_.limits.max_requests_per_connection = 3;
  Start();
  testing::RawClient client = Connect();
  for (int i = 0; i < 3; ++i) {
    client.Send(kGet);
    EXPECT_EQ(client.Receive().Header("Connection"), i == 2 ? "close" : "");
  }
  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(ServerLimitsTest, TellsConnectionsAboveTheLimit) {
  config_.limits.max_connections = 2;
  Start();
  testing::RawClient first = Connect();
  testing::RawClient second = Connect();
  first.Send(kGet);
  second.Send(kGet);
  EXPECT_EQ(first.Receive().status, 200);
  EXPECT_EQ(second.Receive().status, 200);
  testing::RawClient third = Connect();
  third.Send(kGet);
  const testing::RawResponse response = third.Receive();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.Header("Retry-After"), "1");
  EXPECT_EQ(response.Header("Connection"), "close");
  EXPECT_EQ(server_->load().connections, 2U);
  EXPECT_EQ(log_.WaitFor(3).at(2).status, 503);
  first.Close();
  while (server_->load().connections > 1) std::this_thread::yield();
  testing::RawClient fourth = Connect();
  fourth.Send(kGet);
  EXPECT_EQ(fourth.Receive().status, 200);
}

TEST_F(ServerLimitsTest, LimitsConnectionsOfOneAddress) {
  config_.limits.max_connections_per_address = 1;
  config_.limits.loopback_limited = true;
  Start();
  testing::RawClient first = Connect();
  first.Send(kGet);
  EXPECT_EQ(first.Receive().status, 200);
  EXPECT_EQ(Get("/get").status, 503);
}

TEST_F(ServerLimitsTest, ServesOneClientAmongAThousandSlowOnes) {
  config_.limits.header_timeout = std::chrono::minutes(1);
  config_.limits.max_connections = 1'100;
  Start();
  std::vector<testing::RawClient> slow;
  for (int i = 0; i < 1'000; ++i) {
    slow.push_back(Connect());
    slow.back().Send(i % 2 == 0 ? "GET /get HTTP/1.1\r\n" : "POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
  }
  testing::RawClient client = Connect();
  for (int i = 0; i < 100; ++i) {
    client.Send(kGet);
    EXPECT_EQ(client.Receive().status, 200);
  }
  EXPECT_EQ(server_->load().connections, 1'001U);
}

TEST_F(ServerLimitsTest, EndsAConnectionThatIsHeldOpenAfterARefusal) {
  config_.limits.linger_timeout = milliseconds(50);
  Start();
  testing::RawClient client = Connect();
  client.Send("bad\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 400);
  while (server_->load().connections > 0) std::this_thread::yield();
}

TEST_F(ServerLimitsTest, AcceptsAgainAfterTheProcessHadNoDescriptorLeft) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer opens descriptors of its own to look at memory";
#endif
  Start();
  EXPECT_EQ(Get("/get").status, 200);
  while (server_->load().connections > 0) std::this_thread::yield();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = ::dup(STDERR_FILENO);
  ::close(next);
  // One descriptor for the client, none for the server.
  const rlimit tight{.rlim_cur = static_cast<rlim_t>(next) + 1, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  testing::RawClient client = Connect();
  client.Send(kGet);
  while (logger_.Count(observe::LogLevel::kError, "cannot accept") == 0) std::this_thread::yield();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(client.Receive().status, 200);
  EXPECT_EQ(logger_.Count(observe::LogLevel::kError, "cannot accept"), 1U);
}

TEST_F(ServerLimitsTest, TakesManyConnectionsOneAfterTheOther) {
  Start();
  for (int i = 0; i < 500; ++i) EXPECT_EQ(Get("/get").status, 200);
  while (server_->load().connections > 0) std::this_thread::yield();
}

}  // namespace
}  // namespace aqua::http
