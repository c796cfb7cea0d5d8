#pragma once

#include <filesystem>
#include <optional>

#include "aqua/base/testing/temporary_folder.hpp"
#include "server_fixture.hpp"

namespace aqua::http {

/// A server that speaks TLS, with a certificate for "first.example".
class TlsServerTest : public ServerTest {
 protected:
  TlsServerTest() {
    WritePair(testing::MakeCertificate("first.example"));
    config_.tls = TlsConfig{folder_.path() / "chain.pem", folder_.path() / "key.pem"};
    AddRoute(Method::kGet, "/scheme", [](const std::shared_ptr<Exchange>& exchange) { exchange->Respond(Text(exchange->request().scheme)); });
    AddRoute(Method::kGet, "/large", [this](const std::shared_ptr<Exchange>& exchange) { exchange->Respond(Text(large_)); });
  }
  void TearDown() override { server_.reset(); }

  void WritePair(const testing::CertificatePair& pair) const {
    folder_.Write("chain.pem", pair.certificate);
    std::filesystem::permissions(folder_.Write("key.pem", pair.key), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

  [[nodiscard]] testing::RawClient Secure(const testing::TlsOptions& options = {}, std::optional<int> receive_buffer = std::nullopt) const {
    testing::RawClient client(server_->port(), receive_buffer);
    EXPECT_TRUE(client.StartTls(options)) << client.tls().failure();
    return client;
  }
  [[nodiscard]] testing::RawResponse SecureGet(std::string_view path = "/get") const {
    testing::RawClient client = Secure();
    client.Send(fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", path));
    return client.Receive();
  }
  /// The first bytes that a client sends.
  static std::string ClientHello() {
    testing::TlsEnd end({});
    end.Handshake();
    return end.TakeOutput();
  }
  void WaitForConnections(std::size_t count) const {
    while (server_->load().connections != count) std::this_thread::yield();
  }

  base::testing::TemporaryFolder folder_;
  std::string large_ = std::string(8 << 20, 'x');
};

}  // namespace aqua::http
