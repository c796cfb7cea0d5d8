#include "aqua/observe/trace_exporter.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "aqua/observe/testing/memory_logger.hpp"
#include "otlp_json.hpp"

namespace aqua::observe {
namespace {

using ::testing::HasSubstr;

Span SampleSpan() {
  Span span;
  span.context.trace_id.fill(0xAB);
  span.context.span_id.fill(0x01);
  span.parent = std::array<std::uint8_t, 8>{1, 2, 3, 4, 5, 6, 7, 8};
  span.name = "GET /x \"quoted\"";
  span.start = std::chrono::system_clock::time_point(std::chrono::seconds(1));
  span.end = span.start + std::chrono::milliseconds(5);
  span.attributes = {{"http.route", std::string("/x")}, {"http.response.status_code", std::int64_t{503}}};
  span.error = true;
  return span;
}

/// Listens on a free loopback port. The kernel takes connections, nobody answers.
class SilentSink {
 public:
  SilentSink() : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~SilentSink() { ::close(listener_); }
  SilentSink(const SilentSink&) = delete;
  SilentSink& operator=(const SilentSink&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1/traces"; }
  [[nodiscard]] int listener() const { return listener_; }

 private:
  int listener_;
  std::uint16_t port_ = 0;
};

/// Takes one HTTP request and answers with a status.
class OneRequestSink {
 public:
  explicit OneRequestSink(std::string status = "200 OK") : status_(std::move(status)), thread_([this] { Serve(); }) {}

  [[nodiscard]] std::string url() const { return sink_.url(); }
  std::string Received() {
    thread_.join();
    return received_;
  }

 private:
  void Serve() {
    const int peer = ::accept(sink_.listener(), nullptr, nullptr);
    std::array<char, 4096> buffer{};
    while (received_.find("]}]}]}") == std::string::npos) {
      const ssize_t count = ::recv(peer, buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      received_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    const std::string answer = "HTTP/1.1 " + status_ + "\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    static_cast<void>(::send(peer, answer.data(), answer.size(), MSG_NOSIGNAL));
    ::close(peer);
  }

  SilentSink sink_;
  std::string status_;
  std::string received_;
  std::thread thread_;
};

TEST(OtlpJsonTest, WritesIdsInHexadecimalAndIntegersAsText) {
  const Span span = SampleSpan();
  const std::string json = OtlpJson({&span, 1}, "aqua-api", "1.2.3");
  EXPECT_THAT(json, HasSubstr(R"("traceId":"abababababababababababababababab","spanId":"0101010101010101","parentSpanId":"0102030405060708")"));
  EXPECT_THAT(json, HasSubstr(R"("name":"GET /x \"quoted\"")"));
  EXPECT_THAT(json, HasSubstr(R"("startTimeUnixNano":"1000000000","endTimeUnixNano":"1005000000")"));
  EXPECT_THAT(json, HasSubstr(R"({"key":"http.response.status_code","value":{"intValue":"503"}})"));
  EXPECT_THAT(json, HasSubstr(R"({"key":"service.name","value":{"stringValue":"aqua-api"}})"));
  EXPECT_THAT(json, HasSubstr(R"("status":{"code":2})"));
}

TEST(OtlpJsonTest, LeavesAbsentThingsOut) {
  Span span = SampleSpan();
  span.parent.reset();
  span.error = false;
  const std::string json = OtlpJson({&span, 1}, "s", "v");
  EXPECT_THAT(json, ::testing::Not(HasSubstr("parentSpanId")));
  EXPECT_THAT(json, HasSubstr(R"("status":{})"));
}

TEST(TraceExporterTest, SendsWhatWaitsBeforeItEnds) {
  OneRequestSink sink;
  MetricsRegistry registry;
  testing::MemoryLogger logger;
  MakeOtlpExporter({.endpoint = sink.url(), .service_name = "s", .service_version = "v", .interval = std::chrono::hours(1)}, registry, logger)
      ->Export(SampleSpan());
  const std::string request = sink.Received();
  EXPECT_THAT(request, HasSubstr("POST /v1/traces HTTP/1.1"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/json"));
  EXPECT_THAT(request, HasSubstr("abababababababababababababababab"));
  EXPECT_THAT(registry.Text(), HasSubstr(R"(aqua_observe_spans_total{outcome="exported"} 1)"));
}

TEST(TraceExporterTest, SendsAFullBatchAtOnce) {
  OneRequestSink sink;
  MetricsRegistry registry;
  testing::MemoryLogger logger;
  const auto exporter = MakeOtlpExporter(
      {.endpoint = sink.url(), .service_name = "s", .service_version = "v", .max_batch = 2, .interval = std::chrono::hours(1)}, registry, logger);
  exporter->Export(SampleSpan());
  exporter->Export(SampleSpan());
  EXPECT_THAT(sink.Received(), HasSubstr("},{\"traceId\""));
}

TEST(TraceExporterTest, CountsSpansThatTheCollectorRefusesAsDropped) {
  OneRequestSink sink("503 Service Unavailable");
  MetricsRegistry registry;
  testing::MemoryLogger logger;
  MakeOtlpExporter({.endpoint = sink.url(), .service_name = "s", .service_version = "v", .interval = std::chrono::hours(1)}, registry, logger)
      ->Export(SampleSpan());
  static_cast<void>(sink.Received());
  EXPECT_THAT(registry.Text(), HasSubstr(R"(aqua_observe_spans_total{outcome="dropped"} 1)"));
  ASSERT_EQ(logger.lines().size(), 1U);
  EXPECT_EQ(logger.lines()[0].fields.at("cause"), "status 503");
}

TEST(TraceExporterTest, EndsInTimeAlthoughTheCollectorHangs) {
  const SilentSink sink;
  MetricsRegistry registry;
  testing::MemoryLogger logger;
  const auto start = std::chrono::steady_clock::now();
  {
    const auto exporter = MakeOtlpExporter({.endpoint = sink.url(),
                                            .service_name = "s",
                                            .service_version = "v",
                                            .max_batch = 1,
                                            .interval = std::chrono::hours(1),
                                            .timeout = std::chrono::milliseconds(300)},
                                           registry, logger);
    for (int i = 0; i < 100; ++i) exporter->Export(SampleSpan());  // 30 s, were each given its time
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
  EXPECT_THAT(registry.Text(), HasSubstr(R"(aqua_observe_spans_total{outcome="dropped"} 100)"));
  EXPECT_EQ(logger.Count(LogLevel::kWarning, "collector"), 1U);
}

TEST(TraceExporterTest, DropsAndCountsWhenTheCollectorIsAway) {
  const std::string url = "http://127.0.0.1:1/v1/traces";  // nothing listens on the port of tcpmux
  MetricsRegistry registry;
  testing::MemoryLogger logger;
  {
    const auto exporter =
        MakeOtlpExporter({.endpoint = url, .service_name = "s", .service_version = "v", .max_queue = 3, .interval = std::chrono::hours(1)}, registry, logger);
    for (int i = 0; i < 5; ++i) exporter->Export(SampleSpan());
  }
  EXPECT_THAT(registry.Text(), HasSubstr(R"(aqua_observe_spans_total{outcome="dropped"} 5)"));
  EXPECT_THAT(registry.Text(), HasSubstr(R"(aqua_observe_spans_total{outcome="exported"} 0)"));
}

}  // namespace
}  // namespace aqua::observe
