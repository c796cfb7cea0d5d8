#include "admission.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace aqua::http {
namespace {

class AdmissionTest : public ::testing::Test {
 protected:
  static Router MakeRouter() {
    Route get;
    get.path = "/items/{id}";
    get.handler = [](const std::shared_ptr<Exchange>&) {};
    Route post = get;
    post.method = Method::kPost;
    post.path = "/items";
    post.max_body_bytes = 10;
    post.content_types = {"application/json", "image/jpeg"};
    Route create = post;
    create.path = "/create";
    create.requires_body = true;
    return Router({get, post, create});
  }

  /// Admits a head; request_ keeps what it became.
  Admission AdmitText(std::string_view request_line, std::string_view fields = "") {
    HeadParser parser({});
    const HeadParser::Progress progress = parser.Parse(fmt::format("{} HTTP/1.1\r\nHost: a\r\n{}\r\n", request_line, fields));
    EXPECT_GT(progress.length, 0U) << request_line;
    RequestHead head = parser.TakeHead();
    request_ = {};
    return Admit(router_, guard_, head, request_);
  }

  int StatusOf(std::string_view request_line, std::string_view fields = "") {
    const Admission admission = AdmitText(request_line, fields);
    EXPECT_EQ(admission.route == nullptr, admission.refusal && admission.refusal->status < 413) << request_line;
    return admission.refusal ? admission.refusal->status : 200;
  }

  Router router_ = MakeRouter();
  Guard guard_;
  Request request_;
};

TEST_F(AdmissionTest, FillsTheRequest) {
  const Admission admission = AdmitText("GET /items/a%20b?x=1", "X-A: b\r\n");
  ASSERT_NE(admission.route, nullptr);
  EXPECT_EQ(request_.path, "/items/a b");
  EXPECT_EQ(request_.route, "/items/{id}");
  EXPECT_EQ(request_.PathParameter("id"), "a b");
  EXPECT_EQ(request_.query.at(0).second, "1");
  EXPECT_EQ(request_.headers.Find("x-a"), "b");
}

TEST_F(AdmissionTest, TakesHeadForGet) {
  const Admission admission = AdmitText("HEAD /items/1");
  ASSERT_NE(admission.route, nullptr);
  EXPECT_TRUE(admission.head_only);
  EXPECT_EQ(request_.method, Method::kGet);
}

TEST_F(AdmissionTest, PutsTheAuthorityOfAnAbsoluteTargetForHost) {
  AdmitText("GET http://other:81/items/1");
  EXPECT_EQ(request_.headers.Find("Host"), "other:81");
  EXPECT_EQ(request_.path, "/items/1");
}

TEST_F(AdmissionTest, RefusesBadTargetsAndUnknownPaths) {
  EXPECT_EQ(StatusOf("GET /../etc"), 400);
  EXPECT_EQ(StatusOf("GET *"), 400);
  EXPECT_EQ(StatusOf("GET /nothing"), 404);
  EXPECT_EQ(StatusOf("BREW /nothing"), 404);
}

TEST_F(AdmissionTest, TellsTheMethodsOfAPath) {
  const Admission admission = AdmitText("BREW /items/1");
  ASSERT_TRUE(admission.refusal);
  EXPECT_EQ(admission.refusal->status, 405);
  EXPECT_EQ(admission.allow, "GET, HEAD");
  EXPECT_EQ(AdmitText("DELETE /items").allow, "POST");
}

TEST_F(AdmissionTest, AsksForOneOfTheMediaTypes) {
  constexpr std::string_view kLength = "Content-Length: 2\r\n";
  EXPECT_EQ(StatusOf("POST /items", fmt::format("Content-Type: Application/JSON; charset=utf-8\r\n{}", kLength)), 200);
  EXPECT_EQ(StatusOf("POST /items", fmt::format("Content-Type: text/plain\r\n{}", kLength)), 415);
  EXPECT_EQ(StatusOf("POST /items", kLength), 415);
  EXPECT_EQ(StatusOf("POST /items", "Content-Type: text/plain\r\n"), 200) << "no body";
  EXPECT_EQ(StatusOf("POST /create"), 415) << "no body, but one is required";
  EXPECT_EQ(StatusOf("POST /create", "Content-Type: image/jpeg\r\n"), 200);
}

TEST_F(AdmissionTest, RefusesBodiesByTheirLength) {
  constexpr std::string_view kType = "Content-Type: image/jpeg\r\n";
  EXPECT_EQ(StatusOf("POST /items", fmt::format("{}Content-Length: 10\r\n", kType)), 200);
  EXPECT_EQ(StatusOf("POST /items", fmt::format("{}Content-Length: 11\r\n", kType)), 413);
  EXPECT_EQ(StatusOf("POST /items", fmt::format("{}Content-Length: 9223372036854775807\r\n", kType)), 413);
  EXPECT_EQ(StatusOf("POST /items", fmt::format("{}Transfer-Encoding: chunked\r\n", kType)), 200);
  EXPECT_EQ(StatusOf("GET /items/1", "Content-Length: 1\r\n"), 413);
  EXPECT_EQ(StatusOf("GET /items/1", "Transfer-Encoding: chunked\r\n"), 413);
}

TEST_F(AdmissionTest, TakesGzipAndNoOtherCoding) {
  const auto fields = [](std::string_view coding) { return fmt::format("Content-Type: image/jpeg\r\nContent-Length: 5\r\nContent-Encoding: {}\r\n", coding); };
  EXPECT_TRUE(AdmitText("POST /items", fields("GZip")).gzip_body);
  EXPECT_FALSE(AdmitText("POST /items", fields("identity")).gzip_body);
  EXPECT_EQ(StatusOf("POST /items", fields("br")), 415);
  EXPECT_EQ(StatusOf("POST /items", fields("gzip, gzip")), 415);
}

TEST_F(AdmissionTest, LetsTheGuardRefuseKnownRoutesBeforeTheirBody) {
  guard_ = [](Request& request) {
    Response response;
    response.status = 401;
    return request.route == "/items" ? Verdict::Refuse(std::move(response)) : Verdict::Continue();
  };
  const Admission admission = AdmitText("POST /items", "Content-Length: 11\r\n");
  ASSERT_TRUE(admission.answer);
  EXPECT_EQ(admission.answer->status, 401);
  EXPECT_FALSE(admission.refusal);
  EXPECT_FALSE(AdmitText("GET /items/1").answer);
}

TEST_F(AdmissionTest, JudgesTheBodyOnceTheVerdictIsThere) {
  guard_ = [](Request&) { return Verdict::Ask(); };
  Admission admission = AdmitText("POST /items", "Content-Length: 11\r\nContent-Type: image/jpeg\r\n");
  EXPECT_TRUE(admission.ask);
  EXPECT_FALSE(admission.refusal);
  RequestHead head;
  head.content_length = 11;
  ApplyVerdict(Verdict::Continue(), head, request_, admission);
  EXPECT_FALSE(admission.ask);
  ASSERT_TRUE(admission.refusal);
  EXPECT_EQ(admission.refusal->status, 413);
}

TEST_F(AdmissionTest, NumbersRoutesAsTheyWereGiven) {
  AdmitText("GET /items/1");
  EXPECT_EQ(request_.route_index, 0U);
  AdmitText("POST /items");
  EXPECT_EQ(request_.route_index, 1U);
  for (const std::string_view line : {"GET /nothing", "DELETE /items", "OPTIONS /items"}) {
    AdmitText(line);
    EXPECT_EQ(request_.route_index, kNoRoute) << line;
  }
}

TEST_F(AdmissionTest, AnswersOptions) {
  const Admission admission = AdmitText("OPTIONS /items/1");
  ASSERT_TRUE(admission.answer);
  EXPECT_EQ(admission.answer->status, 204);
  EXPECT_EQ(admission.answer->headers.Find("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(request_.route, "/items/{id}");
  EXPECT_EQ(AdmitText("OPTIONS /nothing").refusal->status, 404);
}

}  // namespace
}  // namespace aqua::http
