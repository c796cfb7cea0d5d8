#include "response_head.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aqua::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ResponseHeadTest : public ::testing::Test {
 protected:
  ResponseHeadTest() {
    request_.request_id = "r-1";
    request_.trace.trace_id.fill(0xAB);
    request_.trace.span_id.fill(0x01);
    context_.request = &request_;
    context_.date = "Date: x\r\n";
    context_.content_length = 12;
  }

  [[nodiscard]] std::string Head() const {
    std::string head;
    WriteHead(response_, context_, head);
    return head;
  }

  Request request_;
  Response response_;
  HeadContext context_;
};

TEST_F(ResponseHeadTest, WritesAWholeHead) {
  response_.content_type = "text/plain";
  response_.headers.Add("ETag", "\"1\"");
  context_.process_time = std::chrono::microseconds(1'000'042);
  request_.trace.sampled = true;
  EXPECT_EQ(Head(),
            "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Type: text/plain\r\nContent-Length: 12\r\nX-Request-ID: r-1\r\nX-Process-Time: 1.000042\r\n"
            "traceparent: 00-abababababababababababababababab-0101010101010101-01\r\nX-Content-Type-Options: nosniff\r\n"
            "Cache-Control: no-store\r\nETag: \"1\"\r\n\r\n");
}

TEST_F(ResponseHeadTest, LeavesTheCachingToTheHandler) {
  response_.headers.Add("cache-control", "max-age=60");
  EXPECT_THAT(Head(), HasSubstr("cache-control: max-age=60\r\n"));
  EXPECT_THAT(Head(), Not(HasSubstr("no-store")));
}

TEST_F(ResponseHeadTest, TellsTheFraming) {
  context_.framing = Framing::kChunked;
  EXPECT_THAT(Head(), HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(Head(), Not(HasSubstr("Content-Length")));
  context_.framing = Framing::kNone;
  context_.keep_alive = false;
  EXPECT_THAT(Head(), Not(HasSubstr("Content-Length")));
  EXPECT_THAT(Head(), Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(Head(), HasSubstr("Connection: close\r\n"));
}

TEST_F(ResponseHeadTest, WritesStatusesItDoesNotKnow) {
  response_.status = 418;
  EXPECT_THAT(Head(), HasSubstr("HTTP/1.1 418 Other\r\n"));
}

TEST(ResponseHeadDeathTest, RefusesAContentTypeThatWouldSplitTheHead) {
  Response response;
  response.content_type = "a\r\nb";
  const Request request;
  HeadContext context;
  context.request = &request;
  std::string head;
  EXPECT_DEATH(WriteHead(response, context, head), "IsFieldText");
}

TEST(ResponseHeadDateTest, WritesDatesAsRfc9110Does) {
  EXPECT_EQ(DateField(std::chrono::system_clock::time_point(std::chrono::seconds(784'111'777))), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
}

TEST(ResponseHeadDateTest, KnowsStatusesWithoutABody) {
  EXPECT_TRUE(HasBody(200));
  EXPECT_TRUE(HasBody(404));
  EXPECT_FALSE(HasBody(204));
  EXPECT_FALSE(HasBody(304));
}

}  // namespace
}  // namespace aqua::http
