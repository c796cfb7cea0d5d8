// Guards, quick and slow.
#include <gmock/gmock.h>

#include <atomic>

#include "server_fixture.hpp"

namespace aqua::http {
namespace {

using ::testing::HasSubstr;

struct Caller : Attachment {
  explicit Caller(std::string caller) : name(std::move(caller)) {}
  std::string name;
};

class ServerGuardTest : public ServerTest {
 protected:
  ServerGuardTest() {
    AddRoute(Method::kGet, "/caller", [](const std::shared_ptr<Exchange>& exchange) {
      const auto* const caller = dynamic_cast<const Caller*>(exchange->request().attachment.get());
      exchange->Respond(Text(caller == nullptr ? "nobody" : caller->name));
    });
  }
  void TearDown() override { server_.reset(); }

  /// The guard asks; the slow guard refuses requests with "X-Refuse", and knows the caller of all others.
  void AskAlways() {
    config_.guard = [](Request&) { return Verdict::Ask(); };
    config_.slow_guard = [this](Request& request) {
      ++asked_;
      if (request.headers.Find("X-Refuse")) return Verdict::Refuse(Text("go away", 401));
      request.attachment = std::make_shared<Caller>("ada");
      return Verdict::Continue();
    };
  }
  void AskAndWait() {
    config_.guard = [](Request& request) { return request.route == "/get" ? Verdict::Continue() : Verdict::Ask(); };
    config_.slow_guard = [this](Request&) {
      ++asked_;
      gate_.Wait();
      return Verdict::Continue();
    };
  }
  void WaitForAsked(int count) const {
    while (asked_ < count) std::this_thread::yield();
  }

  Gate gate_;
  std::atomic<int> asked_ = 0;
};

TEST_F(ServerGuardTest, GivesTheHandlerWhatTheGuardFoundOut) {
  config_.guard = [](Request& request) {
    request.attachment = std::make_shared<Caller>("grace");
    return Verdict::Continue();
  };
  Start();
  EXPECT_EQ(Get("/caller").body, "grace");
}

TEST_F(ServerGuardTest, KeepsNothingForTheNextRequest) {
  config_.guard = [](Request& request) {
    if (request.headers.Find("X-Known")) request.attachment = std::make_shared<Caller>("grace");
    return Verdict::Continue();
  };
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /caller HTTP/1.1\r\nHost: a\r\nX-Known: 1\r\n\r\nGET /caller HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.Receive().body, "grace");
  EXPECT_EQ(client.Receive().body, "nobody");
}

TEST_F(ServerGuardTest, TellsTheGuardWhichRouteMatched) {
  std::vector<std::pair<std::string, std::size_t>> seen;
  AddRoute(Method::kGet, "/items/{id}", Echo);
  config_.guard = [&seen](Request& request) {
    seen.emplace_back(request.route, request.route_index);
    return Verdict::Continue();
  };
  Start();
  EXPECT_EQ(Get("/items/7").status, 200);
  EXPECT_EQ(Get("/nothing").status, 404);
  EXPECT_EQ(testing::Request(server_->port(), "DELETE", "/items/7").status, 405);
  server_.reset();
  EXPECT_THAT(seen, ::testing::ElementsAre(::testing::Pair("/items/{id}", config_.routes.size() - 1)));
}

TEST_F(ServerGuardTest, AsksTheSlowGuardOnlyWhenTold) {
  AskAlways();
  config_.guard = [](Request& request) { return request.route == "/caller" ? Verdict::Ask() : Verdict::Continue(); };
  Start();
  EXPECT_EQ(Get("/get").status, 200);
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(Get("/caller").body, "ada");
  EXPECT_EQ(asked_, 1);
}

TEST_F(ServerGuardTest, RefusesWithTheAnswerOfTheSlowGuard) {
  AskAlways();
  Start();
  const testing::RawResponse response = Get("/caller", {{"X-Refuse", "1"}});
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.body, "go away");
  EXPECT_EQ(log_.WaitFor(1).at(0).status, 401);
}

TEST_F(ServerGuardTest, GoesOnAfterARefusalWithoutABody) {
  AskAlways();
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /caller HTTP/1.1\r\nHost: a\r\nX-Refuse: 1\r\n\r\nGET /caller HTTP/1.1\r\nHost: a\r\n\r\n");
  const testing::RawResponse refused = client.Receive();
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.Header("Connection"), "");
  EXPECT_EQ(client.Receive().body, "ada");
}

TEST_F(ServerGuardTest, ReadsTheBodyAfterTheSlowGuard) {
  AskAlways();
  Start();
  testing::RawClient client = Connect();
  client.Send(Post("hello") + PostChunked("5\r\nhello\r\n0\r\n\r\n"));
  EXPECT_EQ(client.Receive().body, "/post|hello");
  EXPECT_EQ(client.Receive().body, "/post|hello");
  client.SendByteByByte(Post("hello"));
  EXPECT_EQ(client.Receive().body, "/post|hello");
  const std::string large(1 << 20, 'x');
  client.Send(Post(large));
  EXPECT_EQ(client.Receive().body, "/post|" + large);
}

TEST_F(ServerGuardTest, DoesNotInviteABodyBeforeTheVerdict) {
  AskAndWait();
  Start();
  testing::RawClient client = Connect();
  client.Send("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  WaitForAsked(1);
  // A whole exchange goes by while the question is open.
  EXPECT_EQ(Get("/get").status, 200);
  EXPECT_EQ(client.ReceivedNow(), "");
  gate_.Open();
  EXPECT_EQ(client.Receive().status, 100);
  client.Send("hello");
  EXPECT_EQ(client.Receive().body, "/post|hello");
}

TEST_F(ServerGuardTest, DoesNotInviteABodyThatIsRefused) {
  AskAlways();
  Start();
  testing::RawClient client = Connect();
  client.Send("POST /post HTTP/1.1\r\nHost: a\r\nX-Refuse: 1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  const testing::RawResponse response = client.Receive();
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.Header("Connection"), "close");
}

TEST_F(ServerGuardTest, LetsAClientTakeARefusalWhileItSends) {
  AskAlways();
  Start();
  testing::RawClient client = Connect();
  client.Send("POST /post HTTP/1.1\r\nHost: a\r\nX-Refuse: 1\r\nContent-Length: 1000000\r\n\r\n" + std::string(500'000, 'x'));
  EXPECT_EQ(client.Receive().status, 401);
}

TEST_F(ServerGuardTest, JudgesSizeAndTypeAfterTheSlowGuard) {
  AskAlways();
  AddRoute(Method::kPost, "/json", Echo).content_types = {"application/json"};
  Start();
  EXPECT_EQ(Ask("POST /json HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Type: text/plain\r\n\r\nx").status, 415);
  EXPECT_EQ(Ask("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n").status, 413);
  EXPECT_EQ(Ask("POST /post HTTP/1.1\r\nHost: a\r\nX-Refuse: 1\r\nContent-Length: 9999999\r\n\r\n").status, 401);
  EXPECT_EQ(asked_, 3);
}

TEST_F(ServerGuardTest, RefusesWhenTooManyWaitForTheSlowGuard) {
  AskAndWait();
  config_.blocking_threads = 1;
  config_.limits.max_queued = 1;
  Start();
  testing::RawClient running = Connect();
  running.Send(Post("1"));
  WaitForAsked(1);
  testing::RawClient waiting = Connect();
  waiting.Send(Post("2"));
  while (server_->load().queued < 1) std::this_thread::yield();
  const testing::RawResponse refused = Ask("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.Header("Retry-After"), "1");
  EXPECT_THAT(refused.body, HasSubstr("overloaded"));
  EXPECT_EQ(Get("/get").status, 200) << "others are served";
  gate_.Open();
  EXPECT_EQ(running.Receive().status, 200);
  EXPECT_EQ(waiting.Receive().status, 200);
}

TEST_F(ServerGuardTest, FailsClosed) {
  config_.guard = [](Request&) { return Verdict::Ask(); };
  Start();
  EXPECT_EQ(Get("/get").status, 500) << "there is no slow guard";
  server_.reset();
  config_.slow_guard = [](Request&) { return Verdict::Ask(); };
  Start();
  EXPECT_EQ(Get("/get").status, 500) << "the slow guard asks";
  server_.reset();
  config_.slow_guard = [](Request&) -> Verdict { throw std::runtime_error("no database"); };
  Start();
  EXPECT_EQ(Get("/get").status, 500);
  server_.reset();
  config_.guard = [](Request&) -> Verdict { throw std::runtime_error("no memory"); };
  Start();
  EXPECT_EQ(Get("/get").status, 500);
  EXPECT_EQ(logger_.Count(observe::LogLevel::kError, "the request guard failed"), 4U);
}

TEST_F(ServerGuardTest, StopsWhileAQuestionIsOpen) {
  AskAndWait();
  config_.blocking_threads = 1;
  Start();
  testing::RawClient running = Connect();
  running.Send(Post("1"));
  WaitForAsked(1);
  testing::RawClient waiting = Connect();
  waiting.Send(Post("2"));
  while (server_->load().queued < 1) std::this_thread::yield();
  EXPECT_FALSE(server_->Stop(std::chrono::milliseconds(10)));
  EXPECT_EQ(running.ReceiveAll(), "");
  EXPECT_EQ(waiting.ReceiveAll(), "");
  gate_.Open();
}

TEST_F(ServerGuardTest, AnswersAQuestionThatIsOpenWhileDraining) {
  AskAndWait();
  Start();
  testing::RawClient client = Connect();
  client.Send(Post("1"));
  WaitForAsked(1);
  server_->Drain();
  std::jthread stopper([this] { EXPECT_TRUE(server_->Stop(kPatience)); });
  gate_.Open();
  EXPECT_EQ(client.Receive().body, "/post|1");
}

TEST_F(ServerGuardTest, SurvivesClientsThatGoAwayMeanwhile) {
  AskAndWait();
  Start();
  testing::RawClient client = Connect();
  client.Send(Post("1"));
  WaitForAsked(1);
  client.Reset();
  gate_.Open();
  EXPECT_EQ(Get("/get").status, 200);
  while (server_->load().connections > 0) std::this_thread::yield();
}

TEST_F(ServerGuardTest, AsksTheSlowGuardAboutOptions) {
  AskAlways();
  Start();
  EXPECT_EQ(testing::Request(server_->port(), "OPTIONS", "/get").Header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(testing::Request(server_->port(), "OPTIONS", "/nothing").status, 404);
  EXPECT_EQ(testing::Request(server_->port(), "OPTIONS", "/get", {}, {{"X-Refuse", "1"}}).status, 401);
  EXPECT_EQ(asked_, 3);
}

}  // namespace
}  // namespace aqua::http
