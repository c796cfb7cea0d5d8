// HTTP behind TLS: bodies, deadlines, ends, certificates.
#include <gmock/gmock.h>

#include <atomic>

#include "tls_fixture.hpp"

namespace aqua::http {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

class ServerTlsTest : public TlsServerTest {};

TEST_F(ServerTlsTest, CarriesLargeBodiesBothWays) {
  config_.routes.at(1).max_body_bytes = 16 << 20;
  Start();
  testing::RawClient client = Secure();
  std::jthread sender([&client, this] { client.Send(Post(large_)); });
  sender.join();
  EXPECT_EQ(client.Receive().body, "/post|" + large_);
  const std::string body(300'000, 'y');
  client.Send(PostChunked(fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", body.size(), body)) + std::string(kGet));
  EXPECT_EQ(client.Receive().body, "/post|" + body);
  EXPECT_EQ(client.Receive().body, "/get|");
}

TEST_F(ServerTlsTest, WaitsForASlowReader) {
  Start();
  testing::RawClient client = Secure({}, 4'096);
  client.Send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  client.ReceiveAtLeast(1);
  // A whole exchange goes by while the answer waits for its client.
  EXPECT_EQ(SecureGet().status, 200);
  EXPECT_EQ(client.Receive().body.size(), large_.size());
}

TEST_F(ServerTlsTest, DropsAClientThatDoesNotRead) {
  config_.limits.write_timeout = milliseconds(50);
  Start();
  testing::RawClient client = Secure({}, 4'096);
  client.Send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(log_.WaitFor(1).at(0).status, 499);
  client.ReceiveAll();
  EXPECT_FALSE(client.tls().ended()) << "a cut answer must not look whole";
}

TEST_F(ServerTlsTest, KeepsTheDeadlinesOfRequests) {
  config_.limits.header_timeout = milliseconds(200);
  config_.limits.body_timeout = milliseconds(60);
  config_.limits.body_grace = milliseconds(60);
  Start();
  for (const std::string_view text : {"GET /get HT", "POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc",
                                      "POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"}) {
    testing::RawClient client = Secure();
    client.Send(text);
    EXPECT_EQ(client.Receive().status, 408) << text;
    client.ReceiveAll();
    EXPECT_TRUE(client.tls().ended());
  }
}

TEST_F(ServerTlsTest, LetsAClientTakeARefusalWhileItSends) {
  Start();
  testing::RawClient client = Secure();
  client.Send("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n" + std::string(500'000, 'x'));
  EXPECT_EQ(client.Receive().status, 413);
  client.ReceiveAll();
  EXPECT_TRUE(client.tls().ended());
}

TEST_F(ServerTlsTest, RefusesABodyThatEndsEarly) {
  Start();
  testing::RawClient client = Secure();
  client.Send("POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  client.FinishSending();
  EXPECT_EQ(client.Receive().status, 400);
}

TEST_F(ServerTlsTest, NoticesThatTheClientIsGone) {
  Gate gate;
  std::atomic<bool> begun = false;
  std::atomic<bool> cancelled = false;
  AddRoute(
      Method::kGet, "/gated",
      [&](const std::shared_ptr<Exchange>& exchange) {
        begun = true;
        while (!exchange->cancelled()) std::this_thread::yield();
        cancelled = true;
        exchange->Respond({});
      },
      Execution::kBlocking);
  Start();
  testing::RawClient client = Secure();
  client.Send("GET /gated HTTP/1.1\r\nHost: a\r\n\r\n");
  while (!begun) std::this_thread::yield();
  client.Close();
  EXPECT_EQ(log_.WaitFor(1).at(0).status, 499);
  EXPECT_TRUE(cancelled);
}

TEST_F(ServerTlsTest, TakesAnotherRequestThatArrivesWhileAHandlerWorks) {
  Gate gate;
  AddRoute(
      Method::kGet, "/gated",
      [&gate](const std::shared_ptr<Exchange>& exchange) {
        gate.Wait();
        Echo(exchange);
      },
      Execution::kCompute);
  Start();
  testing::RawClient client = Secure();
  client.Send("GET /gated HTTP/1.1\r\nHost: a\r\n\r\n");
  client.SendByteByByte(Post(std::string(20'000, 'x')).substr(0, 200));
  gate.Open();
  EXPECT_EQ(client.Receive().body, "/gated|");
  client.Send(Post(std::string(20'000, 'x')).substr(200));
  EXPECT_EQ(client.Receive().body.size(), 20'006U);
}

TEST_F(ServerTlsTest, SaysWhenAllWasSaid) {
  config_.limits.idle_timeout = milliseconds(50);
  Start();
  testing::RawClient closing = Secure();
  closing.Send("GET /get HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(closing.Receive().status, 200);
  closing.ReceiveAll();
  EXPECT_TRUE(closing.tls().ended());
  testing::RawClient idle = Secure();
  idle.Send(kGet);
  EXPECT_EQ(idle.Receive().status, 200);
  EXPECT_EQ(idle.ReceiveAll(), "");
  EXPECT_TRUE(idle.tls().ended());
}

TEST_F(ServerTlsTest, DoesNotEndABrokenStreamInOrder) {
  AddRoute(Method::kGet, "/broken", [](const std::shared_ptr<Exchange>& exchange) {
    Response response;
    response.body = BodySource([sent = false]() mutable {
      return std::exchange(sent, true) ? Result<std::string>(MakeError(ErrorCode::kInternal, "lost")) : Result<std::string>(std::string("part"));
    });
    exchange->Respond(std::move(response));
  });
  Start();
  testing::RawClient client = Secure();
  client.Send("GET /broken HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.ReceiveAll(), HasSubstr("part"));
  EXPECT_FALSE(client.tls().ended());
}

TEST_F(ServerTlsTest, ClosesIdleConnectionsWhenDraining) {
  config_.limits.drain_idle = milliseconds(20);
  Start();
  testing::RawClient idle = Secure();
  idle.Send(kGet);
  EXPECT_EQ(idle.Receive().status, 200);
  testing::RawClient half = Connect();
  WaitForConnections(2);
  server_->Drain();
  EXPECT_EQ(idle.ReceiveAll(), "");
  EXPECT_EQ(half.ReceiveAll(), "");
  EXPECT_TRUE(server_->Stop(kPatience));
}

TEST_F(ServerTlsTest, GivesNewConnectionsTheNewCertificate) {
  Start();
  testing::RawClient old = Secure();
  WritePair(testing::MakeCertificate("second.example"));
  EXPECT_TRUE(server_->ReloadCertificate());
  EXPECT_EQ(Secure().tls().certificate_name(), "second.example");
  old.Send(kGet);
  EXPECT_EQ(old.Receive().status, 200) << "connections go on with what they began with";
}

TEST_F(ServerTlsTest, KeepsItsCertificateWhenTheNewOneIsBroken) {
  Start();
  const auto second = testing::MakeCertificate("second.example");
  folder_.Write("chain.pem", second.certificate);
  const Status mismatch = server_->ReloadCertificate();
  ASSERT_FALSE(mismatch);
  EXPECT_EQ(mismatch.error().reason, "key_mismatch");
  EXPECT_EQ(Secure().tls().certificate_name(), "first.example");
  folder_.Write("key.pem", second.key);
  EXPECT_TRUE(server_->ReloadCertificate());
  EXPECT_EQ(Secure().tls().certificate_name(), "second.example");
}

TEST_F(ServerTlsTest, ReloadsWhileClientsCome) {
  config_.io_threads = 2;
  Start();
  std::jthread reloader([this](const std::stop_token& stop) {
    while (!stop.stop_requested()) EXPECT_TRUE(server_->ReloadCertificate());
  });
  for (int i = 0; i < 50; ++i) EXPECT_EQ(SecureGet().status, 200);
}

TEST_F(ServerTlsTest, SaysWhyItCannotListen) {
  folder_.Write("key.pem", testing::MakeCertificate().key);
  const auto server = Server::Listen(config_, logger_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().reason, "key_mismatch");
}

TEST_F(ServerTlsTest, ReloadsNothingWithoutTls) {
  config_.tls.reset();
  Start();
  EXPECT_TRUE(server_->ReloadCertificate());
  EXPECT_EQ(Get("/scheme").body, "http");
}

TEST_F(ServerTlsTest, ServesBesideAPlainServerInOneProcess) {
  ServerConfig metrics;
  metrics.routes.push_back(config_.routes.at(0));
  metrics.routes.back().path = "/metrics";
  metrics.limits.max_connections = 1;
  const std::unique_ptr<Server> other = Server::Listen(metrics, logger_).value();
  other->Start();
  Start();
  EXPECT_NE(other->port(), server_->port());
  testing::RawClient plain(other->port());
  testing::RawClient secure = Secure();
  for (int i = 0; i < 3; ++i) {
    plain.Send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(plain.Receive().body, "/metrics|");
    secure.Send(kGet);
    EXPECT_EQ(secure.Receive().body, "/get|");
  }
  EXPECT_EQ(SecureGet("/metrics").status, 404) << "routes are the server's own";
  EXPECT_EQ(SecureGet().status, 200) << "so are limits";
  EXPECT_TRUE(other->Stop(kPatience));
  secure.Send(kGet);
  EXPECT_EQ(secure.Receive().status, 200) << "and their ends";
}

}  // namespace
}  // namespace aqua::http
