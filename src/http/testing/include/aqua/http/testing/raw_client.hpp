#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/http/testing/tls.hpp"

namespace aqua::http::testing {

/// An answer as it came over the wire, its chunks put together.
struct RawResponse {
  int status = 0;  ///< 0: the connection ended before a whole head came
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool complete = false;  ///< the body came as long as its framing told

  /// The first field of that name (any case); empty when there is none.
  [[nodiscard]] std::string Header(std::string_view name) const;
};

/// A client on the loopback that sends whatever bytes a test wants. Each wait ends after ten seconds as if the server had
/// closed. Not thread-safe.
class RawClient {
 public:
  /// Ends the process when it cannot connect. receive_buffer: bytes the system keeps for a client that does not read.
  explicit RawClient(std::uint16_t port, std::optional<int> receive_buffer = std::nullopt);
  RawClient(RawClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)), tls_(std::move(other.tls_)) {}
  RawClient& operator=(RawClient&& other) = delete;
  ~RawClient() { Close(); }

  /// Puts TLS between this client and the server. Returns whether they agreed; what is sent and received is plain either way.
  bool StartTls(const TlsOptions& options = {});
  /// Asks for another handshake. Returns whether there was one. Requires: StartTls() succeeded.
  bool Renegotiate();
  /// Requires: StartTls() was called.
  [[nodiscard]] const TlsEnd& tls() const { return *tls_; }

  /// Sends all bytes; stops without a word when the server has closed.
  void Send(std::string_view bytes);
  /// Sends each byte in a packet of its own.
  void SendByteByByte(std::string_view bytes);
  /// Reads one answer. head_only: the request was HEAD, so no body follows whatever the head says.
  RawResponse Receive(bool head_only = false);
  /// Reads until the server closes and returns what came.
  std::string ReceiveAll();
  /// Reads until at least so many bytes are there that no answer has taken, or the server closes. Returns how many there are.
  std::size_t ReceiveAtLeast(std::size_t bytes);
  /// What is here by now and no answer has taken. Does not wait.
  std::string ReceivedNow();
  /// Tells the server that nothing more comes; answers can still be read.
  void FinishSending();
  void Close();
  /// Ends the connection with a reset.
  void Reset();

 private:
  bool Fill();
  std::string ReceiveBytes();
  void SendBytes(std::string_view bytes);
  template <typename Step>
  bool Shake(bool byte_by_byte, Step step);
  void ReceiveChunks(RawResponse& response);
  bool ReceiveExactly(std::size_t bytes, std::string& out);
  std::optional<std::string> ReceiveLine();

  int socket_ = -1;
  std::string received_;
  std::unique_ptr<TlsEnd> tls_;
};

/// Sends one request on a connection of its own, with Host, Content-Length and "Connection: close", and returns the answer.
RawResponse Request(std::uint16_t port, std::string_view method, std::string_view target, std::string_view body = {},
                    const std::vector<std::pair<std::string, std::string>>& headers = {});

}  // namespace aqua::http::testing
