// Bodies of requests: lengths, chunks, lies, compression.
#include <gmock/gmock.h>

#include "gzip.hpp"
#include "server_fixture.hpp"

namespace aqua::http {
namespace {

class ServerBodyTest : public ServerTest {
 protected:
  ServerBodyTest() {
    AddRoute(Method::kPost, "/size", [](const std::shared_ptr<Exchange>& exchange) {
      std::uint64_t sum = 0;
      for (const std::uint8_t byte : exchange->request().body) sum += byte;
      exchange->Respond(Text(fmt::format("{} {}", exchange->request().body.size(), sum)));
    }).max_body_bytes = 3 << 20;
  }

  static std::string PostTo(std::string_view path, std::string_view fields, std::string_view rest) {
    return fmt::format("POST {} HTTP/1.1\r\nHost: a\r\n{}\r\n{}", path, fields, rest);
  }
};

TEST_F(ServerBodyTest, ReadsBodiesOfAllSizes) {
  Start();
  testing::RawClient client = Connect();
  for (const std::size_t size : {1U, 4'000U, 70'000U, 262'144U, 262'145U, 3U << 20}) {
    const std::string body(size, '\x01');
    client.Send(PostTo("/size", fmt::format("Content-Length: {}\r\n", size), body));
    EXPECT_EQ(client.Receive().body, fmt::format("{} {}", size, size));
  }
}

TEST_F(ServerBodyTest, ReadsChunkedBodiesOfAllSizes) {
  Start();
  testing::RawClient client = Connect();
  for (const std::size_t size : {1U, 5'000U, 200'000U, 3U << 20}) {
    std::string chunks = fmt::format("{:X}\r\n{}\r\n1\r\n\x01\r\n0\r\nTrailer: dropped\r\n\r\n", size - 1, std::string(size - 1, '\x01'));
    if (size == 1) chunks = "1\r\n\x01\r\n0\r\n\r\n";
    client.Send(PostTo("/size", "Transfer-Encoding: chunked\r\n", chunks));
    EXPECT_EQ(client.Receive().body, fmt::format("{} {}", size, size));
  }
}

TEST_F(ServerBodyTest, AnswersTooLargeByTheLengthAlone) {
  Start();
  testing::RawClient client = Connect();
  client.Send("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n");
  const testing::RawResponse response = client.Receive();
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.Header("Connection"), "close");
}

TEST_F(ServerBodyTest, LetsAClientThatSendsAllTheSameSeeTheRefusal) {
  Start();
  testing::RawClient client = Connect();
  client.Send(PostTo("/post", "Content-Length: 8000000\r\n", std::string(8'000'000, 'x')));
  EXPECT_EQ(client.Receive().status, 413);
  client.FinishSending();
  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(ServerBodyTest, StopsThrowingAwayAtItsLimit) {
  config_.limits.max_linger_bytes = 100'000;
  Start();
  testing::RawClient client = Connect();
  client.Send(PostTo("/post", "Content-Length: 1000000000\r\n", {}));
  EXPECT_EQ(client.Receive().status, 413);
  const std::string block(1 << 20, 'x');
  for (int i = 0; i < 64; ++i) client.Send(block);
  EXPECT_EQ(client.ReceiveAll(), "") << "the server closed though more would come";
}

TEST_F(ServerBodyTest, RefusesChunksAboveTheLimit) {
  Start();
  EXPECT_EQ(Ask(PostChunked("100001\r\n")).status, 413);
  EXPECT_EQ(Ask(PostChunked("ffffffffffffffff\r\n")).status, 413);
  EXPECT_EQ(Ask(PostChunked(fmt::format("100000\r\n{}\r\n1\r\n", std::string(1 << 20, 'x')))).status, 413);
}

TEST_F(ServerBodyTest, RefusesLyingChunks) {
  Start();
  for (const std::string_view chunks :
       {"-1\r\na", "2\r\na\r\n0\r\n\r\n", "1\r\nab\r\n0\r\n\r\n", "10000000000000000\r\n", "1;a=b\r\na\r\n0\r\n\r\n", "zz\r\n", "\r\n"})
    EXPECT_EQ(Ask(PostChunked(chunks)).status, 400) << chunks;
}

TEST_F(ServerBodyTest, AnswersABodyThatEndsEarly) {
  Start();
  for (const std::string& request : {PostTo("/post", "Content-Length: 10\r\n", "abc"), PostChunked("5\r\nabc")}) {
    testing::RawClient client = Connect();
    client.Send(request);
    client.FinishSending();
    const testing::RawResponse response = client.Receive();
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body, "incomplete_body: the body ends early");
  }
}

TEST_F(ServerBodyTest, RecordsAClientThatResetsWhileItSends) {
  Start();
  testing::RawClient client = Connect();
  client.Send(PostTo("/post", "Expect: 100-continue\r\nContent-Length: 10\r\n", {}));
  EXPECT_EQ(client.Receive().status, 100) << "the head was read";
  client.Send("abc");
  client.Reset();
  EXPECT_EQ(log_.WaitFor(1).at(0).status, 499);
}

TEST_F(ServerBodyTest, AnswersExpectationsBeforeTheBody) {
  Start();
  testing::RawClient client = Connect();
  client.Send(PostTo("/post", "Expect: 100-continue\r\nContent-Length: 5\r\n", {}));
  EXPECT_EQ(client.Receive().status, 100);
  client.Send("hello");
  EXPECT_EQ(client.Receive().body, "/post|hello");
  client.Send(PostTo("/post", "Expect: 100-continue\r\nContent-Length: 5\r\n", "hello"));
  EXPECT_EQ(client.Receive().status, 200) << "nothing to wait for when the body came along";
}

TEST_F(ServerBodyTest, RefusesInPlaceOfAContinuation) {
  Start();
  EXPECT_EQ(Ask(PostTo("/post", "Expect: 100-continue\r\nContent-Length: 1048577\r\n", {})).status, 413);
  EXPECT_EQ(Ask(PostTo("/nothing", "Expect: 100-continue\r\nContent-Length: 5\r\n", {})).status, 404);
}

TEST_F(ServerBodyTest, ChecksTheMediaType) {
  config_.routes.back().content_types = {"application/json"};
  config_.routes.back().requires_body = true;
  Start();
  EXPECT_EQ(testing::Request(server_->port(), "POST", "/size", "{}", {{"Content-Type", "application/json; charset=utf-8"}}).status, 200);
  EXPECT_EQ(testing::Request(server_->port(), "POST", "/size", "{}", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(testing::Request(server_->port(), "POST", "/size").status, 415);
}

TEST_F(ServerBodyTest, DecompressesGzipBodies) {
  AddRoute(Method::kPost, "/compute", Echo, Execution::kCompute);
  Start();
  std::string text;
  for (int i = 0; i < 3'000; ++i) text += fmt::format("{} ", i * 7919);
  const std::string zipped = Deflate(text).value();
  for (const std::string_view path : {"/post", "/compute"}) {
    const testing::RawResponse response = testing::Request(server_->port(), "POST", path, zipped, {{"Content-Encoding", "gzip"}});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, fmt::format("{}|{}", path, text));
  }
  EXPECT_EQ(log_.WaitFor(1).at(0).status, 200);
}

TEST_F(ServerBodyTest, RefusesBombsAndDamage) {
  Start();
  const std::string bomb = Deflate(std::string(30 << 20, 'a')).value();
  const auto post = [&](std::string_view body, std::string_view coding) {
    return testing::Request(server_->port(), "POST", "/post", body, {{"Content-Encoding", std::string(coding)}});
  };
  EXPECT_EQ(post(bomb, "gzip").status, 413) << "above the route's limit";
  EXPECT_EQ(post(Deflate(std::string(500'000, 'a')).value(), "gzip").body, "gzip_ratio: the body is compressed too well to be sound");
  EXPECT_EQ(post("{}", "gzip").status, 400);
  EXPECT_EQ(post("{}", "br").status, 415);
  EXPECT_EQ(post("{}", "identity").status, 200);
}

TEST_F(ServerBodyTest, LetsAHandlerTakeTheBodyOver) {
  AddRoute(Method::kPost, "/take", [](const std::shared_ptr<Exchange>& exchange) {
    const Bytes body = std::move(exchange->mutable_request().body);
    exchange->Respond(Text(std::string(AsText(body))));
  });
  Start();
  EXPECT_EQ(testing::Request(server_->port(), "POST", "/take", "hello").body, "hello");
  const auto entry = log_.WaitFor(1).at(0);
  EXPECT_GT(entry.request_bytes, 50U);
  EXPECT_GT(entry.response_bytes, 200U);
  EXPECT_GT(entry.duration.count(), 0);
}

}  // namespace
}  // namespace aqua::http
