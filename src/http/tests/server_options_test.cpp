// OPTIONS, and what completes answers.
#include <gmock/gmock.h>

#include <algorithm>

#include "server_fixture.hpp"

namespace aqua::http {
namespace {

using ::testing::HasSubstr;

class ServerOptionsTest : public ServerTest {};
class ServerFinishTest : public ServerTest {};

TEST_F(ServerOptionsTest, TellsTheMethodsOfAPathByOptions) {
  AddRoute(Method::kPost, "/get", Echo);
  Start();
  testing::RawClient client = Connect();
  client.Send("OPTIONS /get HTTP/1.1\r\nHost: a\r\n\r\n");
  const testing::RawResponse known = client.Receive();
  EXPECT_EQ(known.status, 204);
  EXPECT_EQ(known.Header("Allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(known.Header("Content-Length"), "");
  client.Send("OPTIONS /nothing HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.Receive().status, 404);
  const auto entry = log_.WaitFor(1).at(0);
  EXPECT_EQ(entry.method, Method::kOptions);
  EXPECT_EQ(entry.route, "/get");
}

TEST_F(ServerOptionsTest, LetsTheGuardAnswerOptions) {
  config_.guard = [](Request& request) {
    if (request.method != Method::kOptions) return Verdict::Continue();
    Response preflight;
    preflight.status = 204;
    preflight.headers.Add("Access-Control-Allow-Methods", fmt::format("route {} index {}", request.route, request.route_index == kNoRoute));
    return Verdict::Refuse(std::move(preflight));
  };
  Start();
  const testing::RawResponse known = testing::Request(server_->port(), "OPTIONS", "/get");
  EXPECT_EQ(known.status, 204);
  EXPECT_EQ(known.Header("Access-Control-Allow-Methods"), "route /get index true");
  EXPECT_EQ(known.Header("Allow"), "");
  EXPECT_EQ(testing::Request(server_->port(), "OPTIONS", "/nothing").Header("Access-Control-Allow-Methods"), "route  index true");
  EXPECT_EQ(testing::Request(server_->port(), "OPTIONS", "/../x").status, 400) << "no path at all";
}

TEST_F(ServerOptionsTest, ReadsNoBodyOfOptions) {
  Start();
  testing::RawClient client = Connect();
  client.Send("OPTIONS /post HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc");
  const testing::RawResponse response = client.Receive();
  EXPECT_EQ(response.status, 204);
  EXPECT_EQ(response.Header("Connection"), "close");
}

TEST_F(ServerOptionsTest, LeavesOptionsToARouteOfItsOwn) {
  AddRoute(Method::kOptions, "/get", [](const std::shared_ptr<Exchange>& exchange) { exchange->Respond(Text("mine")); });
  Start();
  EXPECT_EQ(testing::Request(server_->port(), "OPTIONS", "/get").body, "mine");
}

TEST_F(ServerFinishTest, CompletesEveryAnswerOnce) {
  config_.finish = [](const Request& request, Response& response) { response.headers.Add("X-Seen", fmt::format("{} {}", response.status, request.route)); };
  config_.guard = [](Request& request) { return request.headers.Find("X-Refuse") ? Verdict::Refuse(Text("", 403)) : Verdict::Continue(); };
  AddRoute(Method::kGet, "/blocking", Echo, Execution::kBlocking);
  AddRoute(Method::kGet, "/throws", [](const std::shared_ptr<Exchange>&) { throw std::runtime_error("oh"); });
  AddRoute(Method::kGet, "/stream", [](const std::shared_ptr<Exchange>& exchange) {
    Response response;
    response.body = BodySource([] { return Result<std::string>(""); });
    exchange->Respond(std::move(response));
  });
  Start();
  const auto seen = [](const testing::RawResponse& response) {
    return std::count_if(response.headers.begin(), response.headers.end(), [](const auto& field) { return field.first == "X-Seen"; }) == 1
               ? response.Header("X-Seen")
               : "?";
  };
  EXPECT_EQ(seen(Get("/get")), "200 /get");
  EXPECT_EQ(seen(Get("/blocking")), "200 /blocking");
  EXPECT_EQ(seen(Get("/stream")), "200 /stream");
  EXPECT_EQ(seen(Get("/throws")), "500 /throws");
  EXPECT_EQ(seen(Get("/get", {{"X-Refuse", "1"}})), "403 /get");
  EXPECT_EQ(seen(Get("/nothing")), "404 ");
  EXPECT_EQ(seen(Ask("bad\r\n\r\n")), "400 ");
  EXPECT_EQ(seen(testing::Request(server_->port(), "OPTIONS", "/get")), "204 /get");
}

TEST_F(ServerFinishTest, AnswersWithAnErrorWhenCompletingFails) {
  config_.finish = [](const Request&, Response&) { throw std::runtime_error("no"); };
  Start();
  const testing::RawResponse response = Get("/get");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, ::testing::Not(HasSubstr("/get")));
  EXPECT_EQ(logger_.Count(observe::LogLevel::kError, "completing an answer failed"), 1U);
}

}  // namespace
}  // namespace aqua::http
