// What answers look like on the wire: fields, compression, shared bodies, streams.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "gzip.hpp"
#include "server_fixture.hpp"

namespace aqua::http {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class ServerAnswerTest : public ServerTest {
 protected:
  /// A route that answers with a fixed response.
  void AddAnswer(std::string path, Response response) {
    AddRoute(Method::kGet, std::move(path), [response](const std::shared_ptr<Exchange>& exchange) { exchange->Respond(response); });
  }

  static Response WithBody(std::string content_type, decltype(Response::body) body) {
    Response response;
    response.content_type = std::move(content_type);
    response.body = std::move(body);
    return response;
  }

  /// Streams the pieces; ends with an error when `fails`.
  static BodySource Pieces(std::vector<std::string> pieces, bool fails = false) {
    return [pieces, fails, next = std::size_t{0}]() mutable -> Result<std::string> {
      if (next < pieces.size()) return pieces[next++];
      if (fails) return MakeError(ErrorCode::kUnavailable, "the disk is gone");
      return std::string();
    };
  }
};

TEST_F(ServerAnswerTest, CarriesTheStandardFields) {
  Start();
  const testing::RawResponse response = Get("/get");
  EXPECT_EQ(response.Header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.Header("Content-Length"), "5");
  EXPECT_THAT(response.Header("Date"), MatchesRegex("..., .. ... 20.. ..:..:.. GMT"));
  EXPECT_THAT(response.Header("X-Process-Time"), MatchesRegex("0\\.[0-9]+"));
  EXPECT_EQ(response.Header("X-Process-Time").size(), 8U);
  EXPECT_EQ(response.Header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(response.Header("Cache-Control"), "no-store");
  EXPECT_EQ(response.Header("Server"), "");
  EXPECT_THAT(response.Header("traceparent"), MatchesRegex("00-[0-9a-f]+-[0-9a-f]+-01"));
  EXPECT_EQ(Get("/nothing").Header("X-Content-Type-Options"), "nosniff");
}

TEST_F(ServerAnswerTest, SendsSharedBytes) {
  const auto bytes = std::make_shared<const Bytes>(300'000, std::uint8_t{'j'});
  AddAnswer("/shared", WithBody("image/jpeg", bytes));
  AddAnswer("/empty", WithBody("image/jpeg", std::shared_ptr<const Bytes>()));
  Start();
  EXPECT_EQ(Get("/shared").body, std::string(300'000, 'j'));
  const testing::RawResponse empty = Get("/empty");
  EXPECT_EQ(empty.status, 200);
  EXPECT_EQ(empty.Header("Content-Length"), "0");
}

TEST_F(ServerAnswerTest, LeavesTheBodyOutWhereTheStatusHasNone) {
  Response response = Text("not sent", 204);
  AddAnswer("/none", response);
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
  const testing::RawResponse answer = client.Receive();
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.Header("Content-Length"), "");
  client.Send(kGet);
  EXPECT_EQ(client.Receive().body, "/get|");
}

TEST_F(ServerAnswerTest, CompressesTextForClientsThatTakeIt) {
  std::string json = "[";
  while (json.size() < 5'000) json += "{\"species\":\"sea bream\"},";
  AddAnswer("/json", WithBody("application/json", json));
  AddAnswer("/shared", WithBody("text/csv", std::make_shared<const Bytes>(json.begin(), json.end())));
  Start();
  for (const std::string_view path : {"/json", "/shared"}) {
    const testing::RawResponse zipped = Get(path, {{"Accept-Encoding", "br;q=0.5, gzip"}});
    EXPECT_EQ(zipped.Header("Content-Encoding"), "gzip");
    EXPECT_EQ(zipped.Header("Vary"), "Accept-Encoding");
    EXPECT_LT(zipped.body.size(), 1'000U);
    EXPECT_EQ(AsText(Inflate(AsBytes(zipped.body), {.max_bytes = 10'000, .max_ratio = 1'000}).value()), json);
    const testing::RawResponse plain = Get(path, {{"Accept-Encoding", "gzip;q=0"}});
    EXPECT_EQ(plain.body, json);
    EXPECT_EQ(plain.Header("Content-Encoding"), "");
    EXPECT_EQ(plain.Header("Vary"), "Accept-Encoding");
  }
}

TEST_F(ServerAnswerTest, LeavesSmallAndPackedBodiesAlone) {
  Response packed = WithBody("text/plain", std::string(5'000, 'a'));
  packed.headers.Add("Content-Encoding", "br");
  AddAnswer("/small", WithBody("text/plain", std::string(1'000, 'a')));
  AddAnswer("/image", WithBody("image/jpeg", std::string(5'000, 'a')));
  AddAnswer("/packed", packed);
  Start();
  for (const std::string_view path : {"/small", "/image", "/packed"}) {
    const testing::RawResponse response = Get(path, {{"Accept-Encoding", "gzip"}});
    EXPECT_NE(response.Header("Content-Encoding"), "gzip") << path;
    EXPECT_EQ(response.Header("Vary"), "") << path;
    EXPECT_GE(response.body.size(), 1'000U) << path;
  }
}

TEST_F(ServerAnswerTest, StreamsInChunks) {
  AddAnswer("/stream", WithBody("text/csv", Pieces({"a,b\n", std::string(100'000, 'x'), "\n"})));
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  const testing::RawResponse response = client.Receive();
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.Header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(response.Header("Content-Length"), "");
  EXPECT_EQ(response.body, "a,b\n" + std::string(100'000, 'x') + "\n");
  client.Send(kGet);
  EXPECT_EQ(client.Receive().body, "/get|") << "the connection goes on";
  EXPECT_GT(log_.WaitFor(1).at(0).response_bytes, 100'000U);
}

TEST_F(ServerAnswerTest, StreamsToHttp10UntilItCloses) {
  AddAnswer("/stream", WithBody("text/csv", Pieces({"a,", "b"})));
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /stream HTTP/1.0\r\n\r\n");
  const std::string answer = client.ReceiveAll();
  EXPECT_THAT(answer, HasSubstr("\r\n\r\na,b"));
  EXPECT_EQ(answer.find("chunked"), std::string::npos);
}

TEST_F(ServerAnswerTest, DoesNotStreamToHead) {
  std::atomic<int> pulls = 0;
  AddAnswer("/stream", WithBody("text/csv", BodySource([&pulls]() -> Result<std::string> {
                                  ++pulls;
                                  return std::string();
                                })));
  Start();
  EXPECT_EQ(testing::Request(server_->port(), "HEAD", "/stream").status, 200);
  EXPECT_EQ(log_.WaitFor(1).at(0).status, 200);
  EXPECT_EQ(pulls, 0);
}

TEST_F(ServerAnswerTest, CutsTheConnectionWhenAStreamFails) {
  AddAnswer("/error", WithBody("text/csv", Pieces({"a,b\n"}, true)));
  AddAnswer("/throw", WithBody("text/csv", BodySource([]() -> Result<std::string> { throw std::runtime_error("source broke"); })));
  Start();
  const testing::RawResponse response = Get("/error");
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(response.complete);
  EXPECT_FALSE(Get("/throw").complete);
  EXPECT_EQ(log_.WaitFor(2).at(0).status, 500);
  EXPECT_EQ(logger_.Count(observe::LogLevel::kError, "broke off"), 2U);
}

TEST_F(ServerAnswerTest, PullsNoFasterThanTheClientReads) {
  constexpr std::size_t kPiece = 256 << 10;
  constexpr int kPieces = 400;
  std::atomic<int> pulls = 0;
  AddAnswer("/stream",
            WithBody("text/csv", BodySource([&pulls]() -> Result<std::string> { return ++pulls > kPieces ? std::string() : std::string(kPiece, 'x'); })));
  Start();
  testing::RawClient client(server_->port(), 64 << 10);
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  client.ReceiveAtLeast(1'000);
  // The system's buffers hold some megabytes; the stream has 100.
  int before = -1;
  while (before != pulls) {
    before = pulls;
    EXPECT_EQ(Get("/get").status, 200);
  }
  EXPECT_LT(pulls, kPieces / 2);
  EXPECT_EQ(client.Receive().body.size(), kPiece * kPieces);
}

TEST_F(ServerAnswerTest, StopsAStreamWhenTheClientGoesAway) {
  AddAnswer("/stream", WithBody("text/csv", BodySource([]() -> Result<std::string> { return std::string(1 << 16, 'x'); })));
  Start();
  testing::RawClient client = Connect();
  client.Send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  client.ReceiveAtLeast(100'000);
  client.Close();
  EXPECT_EQ(log_.WaitFor(1).at(0).status, 499);
}

TEST_F(ServerAnswerTest, DropsAClientThatDoesNotReadItsAnswer) {
  config_.limits.write_timeout = std::chrono::milliseconds(50);
  AddAnswer("/big", WithBody("image/jpeg", std::make_shared<const Bytes>(64 << 20)));
  Start();
  testing::RawClient client(server_->port(), 64 << 10);
  client.Send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(log_.WaitFor(1).at(0).status, 499);
  EXPECT_FALSE(client.Receive().complete);
}

TEST_F(ServerAnswerTest, SurvivesAClientThatLeavesDuringItsAnswer) {
  AddAnswer("/big", WithBody("image/jpeg", std::make_shared<const Bytes>(64 << 20)));
  Start();
  testing::RawClient client(server_->port(), 64 << 10);
  client.Send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
  client.ReceiveAtLeast(1'000);
  client.Reset();
  EXPECT_EQ(log_.WaitFor(1).at(0).status, 499);
  EXPECT_EQ(Get("/get").status, 200);
}

TEST_F(ServerAnswerTest, AnswersPlainlyWhenTheErrorWriterFails) {
  config_.error_response = [](const Request&, const TransportError&) -> Response { throw std::runtime_error("writer broke"); };
  config_.on_access = [](const AccessRecord&) { throw std::runtime_error("recorder broke"); };
  Start();
  const testing::RawResponse response = Get("/nothing");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "there is nothing at this path");
  EXPECT_EQ(logger_.Count(observe::LogLevel::kError, "error answer"), 1U);
}

}  // namespace
}  // namespace aqua::http
