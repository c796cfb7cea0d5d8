#include "request_head.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace aqua::http {
namespace {

Limits TestLimits() {
  Limits limits;
  limits.max_request_line = 100;
  limits.max_header_bytes = 200;
  limits.max_header_fields = 5;
  return limits;
}

struct Parsed {
  HeadParser::Progress progress;
  RequestHead head;
};

/// Parses text that grows by `step` bytes.
Parsed Parse(std::string_view text, std::size_t step) {
  HeadParser parser(TestLimits());
  Parsed parsed;
  for (std::size_t length = step; parsed.progress.length == 0 && !parsed.progress.fault; length += step) {
    parsed.progress = parser.Parse(text.substr(0, length));
    if (length >= text.size()) break;
  }
  if (parsed.progress.length > 0) parsed.head = parser.TakeHead();
  return parsed;
}

/// Status of the refusal, 200 for a whole head, 0 when more is needed; the same in one piece and byte by byte.
int StatusOf(std::string_view text) {
  const auto status = [&](std::size_t step) {
    const Parsed parsed = Parse(text, step);
    return parsed.progress.fault ? parsed.progress.fault->status : parsed.progress.length > 0 ? 200 : 0;
  };
  EXPECT_EQ(status(1), status(text.size())) << text;
  return status(text.size());
}

int StatusOfFields(std::string_view fields) { return StatusOf(fmt::format("POST / HTTP/1.1\r\nHost: a\r\n{}\r\n", fields)); }

TEST(RequestHeadTest, ReadsAHeadInAnyPieces) {
  constexpr std::string_view kText = "POST /a?b HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nExpect: 100-Continue\r\nX-Tab: a\tb\r\n\r\n";
  const std::string text = std::string(kText) + "body";
  for (std::size_t step = 1; step <= text.size(); ++step) {
    const Parsed parsed = Parse(text, step);
    ASSERT_EQ(parsed.progress.length, kText.size()) << step;
    EXPECT_EQ(parsed.head.method, "POST");
    EXPECT_EQ(parsed.head.target, "/a?b");
    EXPECT_EQ(parsed.head.content_length, 12U);
    EXPECT_TRUE(parsed.head.keep_alive && parsed.head.http11 && parsed.head.expect_continue && parsed.head.HasBody());
    EXPECT_EQ(parsed.head.headers.fields().size(), 4U);
    EXPECT_EQ(parsed.head.headers.Find("x-tab"), "a\tb");
  }
}

TEST(RequestHeadTest, ReadsOneHeadAfterTheOther) {
  HeadParser parser(TestLimits());
  constexpr std::string_view kFirst = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(parser.Parse(std::string(kFirst) + "GET /2").length, kFirst.size());
  EXPECT_EQ(parser.TakeHead().target, "/1");
  parser.Reset();
  EXPECT_GT(parser.Parse("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n").length, 0U);
  EXPECT_EQ(parser.TakeHead().target, "/2");
}

TEST(RequestHeadTest, KnowsWhetherTheClientStays) {
  EXPECT_FALSE(Parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 100).head.keep_alive);
  EXPECT_FALSE(Parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 100).head.keep_alive);
  EXPECT_FALSE(Parse("GET / HTTP/1.0\r\n\r\n", 100).head.http11);
}

TEST(RequestHeadTest, RefusesGarbageAndOtherProtocols) {
  for (const std::string_view text :
       {std::string_view("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), std::string_view("\x16\x03\x01\x02"), std::string_view("\0\0\0\0", 4),
        std::string_view("\r\n\r\n"), std::string_view("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), std::string_view("GET / HTTP/0.9\r\n\r\n"),
        std::string_view("GET /\r\n\r\n"), std::string_view("GET  / HTTP/1.1\r\n\r\n"), std::string_view("GET /a b HTTP/1.1\r\n\r\n"),
        std::string_view("GET / HTTP/1.1\nHost: a\n\n\r\n\r\n"), std::string_view("G<T / HTTP/1.1\r\n\r\n"), std::string_view("GET / http/1.1\r\n\r\n")})
    EXPECT_EQ(StatusOf(text), 400) << text;
}

TEST(RequestHeadTest, RefusesMalformedFields) {
  for (const std::string_view fields : {"A : b\r\n", ": b\r\n", "A\r\n", "A: b\r\n folded\r\n", "A: b\r\n\tfolded\r\n", "A: b\x01\r\n", "A: b\nC: d\r\n",
                                        "A: \rb\r\n", "\xc3\xa4: b\r\n", "A: b\x7f\r\n"})
    EXPECT_EQ(StatusOfFields(fields), 400) << fields;
  EXPECT_EQ(StatusOfFields(std::string_view("A: \0\r\n", 6)), 400);
  EXPECT_EQ(StatusOfFields("A:\r\nB:  \r\nC: \xc3\xa4\r\n"), 200);
}

TEST(RequestHeadTest, RefusesAmbiguousFraming) {
  for (const std::string_view fields :
       {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        "Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: 1\r\nContent-Length: 1\r\n", "Content-Length: 1, 1\r\n", "Content-Length: -1\r\n",
        "Content-Length: +1\r\n", "Content-Length: 0x1\r\n", "Content-Length: \r\n", "Content-Length: 1 2\r\n", "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: gzip\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: chunked, gzip\r\n", "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: \r\n", "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"})
    EXPECT_EQ(StatusOfFields(fields), 400) << fields;
  EXPECT_EQ(StatusOfFields("Transfer-Encoding: Chunked\r\n"), 200);
  EXPECT_EQ(StatusOfFields("Content-Length: 000\r\n"), 200);
  EXPECT_EQ(StatusOf("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(RequestHeadTest, WantsHostOnce) {
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.0\r\n\r\n"), 200);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 200);
}

TEST(RequestHeadTest, BoundsTheRequestLine) {
  const std::size_t rest = std::string_view("GET / HTTP/1.1").size();
  const auto text = [&](std::size_t line) { return fmt::format("GET /{} HTTP/1.1\r\nHost: a\r\n\r\n", std::string(line - rest, 'x')); };
  EXPECT_EQ(StatusOf(text(100)), 200);
  EXPECT_EQ(StatusOf(text(101)), 431);
  EXPECT_EQ(StatusOf("GET /" + std::string(1'000, 'x')), 431);
}

TEST(RequestHeadTest, BoundsTheFields) {
  const auto text = [](std::size_t bytes) { return fmt::format("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", std::string(bytes - 14, 'x')); };
  EXPECT_EQ(StatusOf(text(200)), 200);
  EXPECT_EQ(StatusOf(text(201)), 431);
  EXPECT_EQ(StatusOf("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1'000, 'x')), 431);
  EXPECT_EQ(StatusOfFields("A: b\r\nA: b\r\nA: b\r\nA: b\r\n"), 200);
  EXPECT_EQ(StatusOfFields("A: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n"), 431);
}

TEST(RequestHeadTest, WaitsForTheRest) {
  constexpr std::string_view kText = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  for (std::size_t length = 1; length < kText.size(); ++length) EXPECT_EQ(StatusOf(kText.substr(0, length)), 0) << length;
}

}  // namespace
}  // namespace aqua::http
