// What a server makes of request heads: framing, methods, identity, pipelining.
#include <gmock/gmock.h>

#include "server_fixture.hpp"

namespace aqua::http {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

class ServerHeadTest : public ServerTest {};

TEST_F(ServerHeadTest, AnswersRequestsOnOneConnection) {
  Start();
  testing::RawClient client = Connect();
  for (int i = 0; i < 3; ++i) {
    client.Send(kGet);
    const testing::RawResponse response = client.Receive();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "/get|");
    EXPECT_EQ(response.Header("Connection"), "");
  }
}

TEST_F(ServerHeadTest, TakesARequestByteByByte) {
  Start();
  testing::RawClient client = Connect();
  client.SendByteByByte(Post("hello"));
  EXPECT_EQ(client.Receive().body, "/post|hello");
  client.SendByteByByte(PostChunked("5\r\nhello\r\n0\r\n\r\n"));
  EXPECT_EQ(client.Receive().body, "/post|hello");
}

TEST_F(ServerHeadTest, ServesPipelinedRequestsInOrder) {
  AddRoute(Method::kGet, "/slow/{id}", Echo, Execution::kCompute);
  Start();
  testing::RawClient client = Connect();
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += fmt::format("GET /slow/{} HTTP/1.1\r\nHost: a\r\n\r\n{}", i, Post(std::to_string(i)));
  client.Send(requests);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(client.Receive().body, fmt::format("/slow/{}|", i));
    EXPECT_EQ(client.Receive().body, fmt::format("/post|{}", i));
  }
}

TEST_F(ServerHeadTest, TakesAnotherRequestThatArrivesWhileAHandlerWorks) {
  Gate gate;
  AddRoute(
      Method::kGet, "/gated",
      [&gate](const std::shared_ptr<Exchange>& exchange) {
        gate.Wait();
        Echo(exchange);
      },
      Execution::kCompute);
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /gated HTTP/1.1\r\nHost: a\r\n\r\n");
  client.SendByteByByte(Post(std::string(20'000, 'x')).substr(0, 200));
  gate.Open();
  EXPECT_EQ(client.Receive().body, "/gated|");
  client.Send(Post(std::string(20'000, 'x')).substr(200));
  EXPECT_EQ(client.Receive().body.size(), 20'006U);
}

TEST_F(ServerHeadTest, RefusesMalformedHeadsAndCloses) {
  Start();
  for (const std::string_view text :
       {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00\x01", "GET /get HTTP/1.1\r\n\r\n", "GET /get HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /get HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a/../get HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"}) {
    const testing::RawResponse response = Ask(text);
    EXPECT_EQ(response.status, 400) << text;
    EXPECT_TRUE(response.complete);
  }
  EXPECT_EQ(log_.WaitFor(9).at(0).status, 400);
}

TEST_F(ServerHeadTest, ClosesAfterAMalformedHead) {
  Start();
  testing::RawClient client = Connect();
  client.Send("bad\r\n\r\n");
  const testing::RawResponse response = client.Receive();
  EXPECT_EQ(response.Header("Connection"), "close");
  EXPECT_EQ(response.body.substr(0, 12), "bad_request:");
  client.FinishSending();
  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(ServerHeadTest, RefusesAHeadThatEndsEarly) {
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /get HTTP/1.1\r\nHost:");
  client.FinishSending();
  EXPECT_EQ(client.Receive().status, 400);
}

TEST_F(ServerHeadTest, AnswersUnknownPathsAndMethodsAndGoesOn) {
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 404);
  client.Send("DELETE /get HTTP/1.1\r\nHost: a\r\n\r\n");
  const testing::RawResponse response = client.Receive();
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.Header("Allow"), "GET, HEAD");
  client.Send(kGet);
  EXPECT_EQ(client.Receive().status, 200);
  const auto entries = log_.WaitFor(3);
  EXPECT_EQ(entries[0].route, "");
  EXPECT_EQ(entries[0].path, "/nothing");
  EXPECT_EQ(entries[2].route, "/get");
}

TEST_F(ServerHeadTest, AnswersHeadWithoutTheBody) {
  Start();
  testing::RawClient client = Connect();
  client.Send("HEAD /get HTTP/1.1\r\nHost: a\r\n\r\n");
  const testing::RawResponse head = client.Receive(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Header("Content-Length"), "5");
  client.Send("HEAD /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.Receive(true).status, 404);
  client.Send(kGet);
  EXPECT_EQ(client.Receive().body, "/get|") << "nothing was left over from HEAD";
}

TEST_F(ServerHeadTest, ServesHttp10AndCloses) {
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /get HTTP/1.0\r\n\r\n");
  const std::string answer = client.ReceiveAll();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\n/get|"));
}

TEST_F(ServerHeadTest, ClosesWhenTheClientAsksForIt) {
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /get HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.Receive().Header("Connection"), "close");
  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(ServerHeadTest, TakesTheAbsoluteForm) {
  Start();
  EXPECT_EQ(Ask("GET http://host/get HTTP/1.1\r\nHost: other\r\n\r\n").body, "/get|");
}

TEST_F(ServerHeadTest, KeepsAWellFormedRequestIdAndReplacesOthers) {
  Start();
  EXPECT_EQ(Get("/get", {{"X-Request-ID", "order-17.a_B"}}).Header("X-Request-ID"), "order-17.a_B");
  const std::string uuid = "0[0-9a-f]+-[0-9a-f]+-7[0-9a-f]+-[89ab][0-9a-f]+-[0-9a-f]+";
  EXPECT_THAT(Get("/get", {{"X-Request-ID", "a b"}}).Header("X-Request-ID"), MatchesRegex(uuid));
  EXPECT_THAT(Get("/get", {{"X-Request-ID", std::string(129, 'a')}}).Header("X-Request-ID"), MatchesRegex(uuid));
  const testing::RawResponse response = Get("/get");
  EXPECT_THAT(response.Header("X-Request-ID"), MatchesRegex(uuid));
  EXPECT_EQ(log_.WaitFor(4).at(3).request_id, response.Header("X-Request-ID"));
  EXPECT_EQ(log_.WaitFor(4).at(3).peer, "127.0.0.1");
}

TEST_F(ServerHeadTest, GoesOnWithTheTraceOfTheClient) {
  std::optional<observe::TraceContext> parent;
  AddRoute(Method::kGet, "/trace", [&parent](const std::shared_ptr<Exchange>& exchange) {
    parent = exchange->request().remote_parent;
    exchange->Respond(Text(observe::FormatTraceparent(exchange->request().trace)));
  });
  Start();
  const std::string traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const testing::RawResponse child = Get("/trace", {{"traceparent", traceparent}});
  EXPECT_THAT(child.body, MatchesRegex("00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]+-01"));
  EXPECT_NE(child.body, traceparent);
  EXPECT_EQ(child.Header("traceparent"), child.body);
  ASSERT_TRUE(parent);
  EXPECT_EQ(observe::FormatTraceparent(*parent), traceparent);
  EXPECT_THAT(Get("/trace").body, MatchesRegex("00-[0-9a-f]+-[0-9a-f]+-01"));
  EXPECT_FALSE(parent);
}

TEST_F(ServerHeadTest, LetsTheGuardRefuse) {
  config_.guard = [](Request& request) {
    if (request.headers.Find("Host") == "localhost") return Verdict::Continue();
    if (request.headers.Find("Host") == "broken") throw std::runtime_error("guard broke");
    return Verdict::Refuse(Text("who are you?", 401));
  };
  Start();
  EXPECT_EQ(Get("/get").status, 200);
  testing::RawClient client = Connect();
  client.Send(Post("hello"));
  const testing::RawResponse refused = client.Receive();
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.body, "who are you?");
  client.Send(kGet);
  EXPECT_EQ(client.Receive().status, 401) << "a small body is thrown away and the connection goes on";
  EXPECT_EQ(Ask("GET /get HTTP/1.1\r\nHost: broken\r\n\r\n").status, 500);
  EXPECT_EQ(logger_.Count(observe::LogLevel::kError, "guard"), 1U);
}

}  // namespace
}  // namespace aqua::http
