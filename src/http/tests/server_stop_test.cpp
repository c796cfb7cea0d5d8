// Listening, draining and stopping.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "server_fixture.hpp"

namespace aqua::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

class ServerStopTest : public ServerTest {
 protected:
  ServerStopTest() {
    AddRoute(
        Method::kGet, "/gated",
        [this](const std::shared_ptr<Exchange>& exchange) {
          ++begun_;
          gate_.Wait();
          Echo(exchange);
        },
        Execution::kBlocking);
  }

  void TearDown() override { server_.reset(); }

  void WaitForBegun(int count) const {
    while (begun_ < count) std::this_thread::yield();
  }

  Gate gate_;
  std::atomic<int> begun_ = 0;
};

TEST_F(ServerStopTest, SaysThatThePortIsInUse) {
  Start();
  ServerConfig second = config_;
  second.port = server_->port();
  const auto server = Server::Listen(second, logger_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(server.error().reason, "port_in_use");
  EXPECT_THAT(server.error().message, HasSubstr(fmt::format("127.0.0.1 port {} is in use by another program", second.port)));
  EXPECT_THAT(server.error().message, HasSubstr("choose another port"));
}

TEST_F(ServerStopTest, RefusesAddressesThatAreNotHere) {
  for (const char* const address : {"not an address", "localhost", "203.0.113.7"}) {
    config_.address = address;
    const auto server = Server::Listen(config_, logger_);
    ASSERT_FALSE(server) << address;
    EXPECT_EQ(server.error().reason, "address_not_available") << address;
  }
}

TEST_F(ServerStopTest, TakesAPortAgainAfterStopping) {
  Start();
  EXPECT_EQ(Get("/get").status, 200);
  config_.port = server_->port();
  server_.reset();
  Start();
  EXPECT_EQ(Get("/get").status, 200);
}

TEST_F(ServerStopTest, EndsWithoutHavingStarted) {
  EXPECT_TRUE(Server::Listen(config_, logger_).value()->Stop(milliseconds(0)));
  const auto never_stopped = Server::Listen(config_, logger_).value();
  EXPECT_GT(never_stopped->port(), 0);
}

TEST_F(ServerStopTest, ServesNewRequestsWhileDrainingAndCloses) {
  Start();
  testing::RawClient known = Connect();
  known.Send(kGet);
  EXPECT_EQ(known.Receive().Header("Connection"), "");
  server_->Drain();
  known.Send(kGet);
  const testing::RawResponse response = known.Receive();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("Connection"), "close");
  EXPECT_EQ(known.ReceiveAll(), "");
  EXPECT_EQ(Get("/get").status, 200) << "the listener is still open";
  EXPECT_TRUE(server_->Stop(kPatience));
}

TEST_F(ServerStopTest, ClosesIdleConnectionsWhenDraining) {
  config_.limits.drain_idle = milliseconds(20);
  Start();
  testing::RawClient idle = Connect();
  idle.Send(kGet);
  EXPECT_EQ(idle.Receive().status, 200);
  testing::RawClient silent = Connect();
  while (server_->load().connections < 2) std::this_thread::yield();
  server_->Drain();
  EXPECT_EQ(idle.ReceiveAll(), "");
  EXPECT_EQ(silent.ReceiveAll(), "");
  EXPECT_TRUE(server_->Stop(kPatience));
}

TEST_F(ServerStopTest, AnswersAHundredRequestsInFlight) {
  config_.blocking_threads = 8;
  Start();
  std::vector<testing::RawClient> clients;
  for (int i = 0; i < 100; ++i) {
    clients.push_back(Connect());
    clients.back().Send("GET /gated HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  WaitForBegun(8);
  server_->Drain();
  std::jthread stopper([this] { EXPECT_TRUE(server_->Stop(kPatience)); });
  gate_.Open();
  for (testing::RawClient& client : clients) {
    const testing::RawResponse response = client.Receive();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.Header("Connection"), "close");
  }
}

TEST_F(ServerStopTest, FailsNoRequestOfClientsThatGoOnDuringADrain) {
  Start();
  std::atomic<int> failed = 0;
  std::atomic<int> answered = 0;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 8; ++thread)
    threads.emplace_back([&] {
      testing::RawClient client = Connect();
      for (;;) {
        client.Send(kGet);
        const testing::RawResponse response = client.Receive();
        if (response.status != 200) ++failed;
        ++answered;
        if (response.status != 200 || response.Header("Connection") == "close") return;
      }
    });
  while (answered < 500) std::this_thread::yield();
  server_->Drain();
  threads.clear();
  EXPECT_TRUE(server_->Stop(kPatience));
  EXPECT_EQ(failed, 0);
}

TEST_F(ServerStopTest, CutsWhatIsNotDoneAtTheDeadline) {
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /gated HTTP/1.1\r\nHost: a\r\n\r\n");
  WaitForBegun(1);
  EXPECT_FALSE(server_->Stop(milliseconds(20)));
  EXPECT_EQ(client.Receive().status, 0);
  gate_.Open();
}

TEST_F(ServerStopTest, WaitsForARequestThatIsStillArriving) {
  Start();
  testing::RawClient client = Connect();
  const std::string request = Post("hello");
  client.Send(request.substr(0, 20));
  while (server_->load().requests_in_flight < 1) std::this_thread::yield();
  std::jthread stopper([this] { EXPECT_TRUE(server_->Stop(kPatience)); });
  client.Send(request.substr(20));
  EXPECT_EQ(client.Receive().body, "/post|hello");
}

TEST_F(ServerStopTest, StopsInTheMiddleOfEverything) {
  config_.io_threads = 2;
  AddRoute(Method::kGet, "/stream", [](const std::shared_ptr<Exchange>& exchange) {
    Response response;
    response.body = BodySource([]() -> Result<std::string> { return std::string(1 << 16, 'x'); });
    exchange->Respond(std::move(response));
  });
  Start();
  std::vector<testing::RawClient> clients;
  for (const std::string_view text : {"", "GET /ge", "POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", "GET /gated HTTP/1.1\r\nHost: a\r\n\r\n",
                                      "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n", "bad\r\n\r\n"})
    for (int i = 0; i < 4; ++i) {
      clients.push_back(Connect());
      clients.back().Send(text);
    }
  WaitForBegun(1);
  EXPECT_FALSE(server_->Stop(milliseconds(10)));
  gate_.Open();
}

TEST_F(ServerStopTest, DropsAnswersThatComeAfterItsEnd) {
  std::promise<std::shared_ptr<Exchange>> parked;
  AddRoute(Method::kGet, "/park", [&parked](const std::shared_ptr<Exchange>& exchange) { parked.set_value(exchange); });
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /park HTTP/1.1\r\nHost: a\r\n\r\n");
  std::shared_ptr<Exchange> exchange = parked.get_future().get();
  server_.reset();
  EXPECT_TRUE(exchange->cancelled());
  exchange->Respond(Text("too late"));
  exchange.reset();
  EXPECT_EQ(client.ReceiveAll(), "");
}

}  // namespace
}  // namespace aqua::http
