#include "aqua/http/testing/raw_client.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "aqua/base/assert.hpp"
#include "aqua/base/text.hpp"

namespace aqua::http::testing {
namespace {

constexpr timeval kPatience{.tv_sec = 10, .tv_usec = 0};

void SetOption(int socket, int level, int name, int value) { AQUA_ASSERT(::setsockopt(socket, level, name, &value, sizeof(value)) == 0); }

std::size_t Number(std::string_view text, int base) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

}  // namespace

std::string RawResponse::Header(std::string_view name) const {
  for (const auto& [field, value] : headers)
    if (base::ToLower(field) == base::ToLower(name)) return value;
  return {};
}

RawClient::RawClient(std::uint16_t port, std::optional<int> receive_buffer) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  AQUA_ASSERT(socket_ >= 0);
  if (receive_buffer) SetOption(socket_, SOL_SOCKET, SO_RCVBUF, *receive_buffer);
  SetOption(socket_, IPPROTO_TCP, TCP_NODELAY, 1);
  AQUA_ASSERT(::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience)) == 0);
  AQUA_ASSERT(::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience)) == 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  AQUA_ASSERT(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
}

template <typename Step>
bool RawClient::Shake(bool byte_by_byte, Step step) {
  for (;;) {
    const TlsEnd::State state = step();
    const std::string output = tls_->TakeOutput();
    for (std::size_t i = 0; byte_by_byte && i < output.size(); ++i) SendBytes(std::string_view(output).substr(i, 1));
    if (!byte_by_byte) SendBytes(output);
    if (state != TlsEnd::State::kMore) return state == TlsEnd::State::kDone;
    const std::string bytes = ReceiveBytes();
    if (bytes.empty()) return false;
    tls_->GiveInput(bytes);
  }
}

bool RawClient::StartTls(const TlsOptions& options) {
  tls_ = std::make_unique<TlsEnd>(options);
  return Shake(options.byte_by_byte, [this] { return tls_->Handshake(); });
}

bool RawClient::Renegotiate() {
  bool begun = false;
  return Shake(false, [&] { return std::exchange(begun, true) ? tls_->Handshake() : tls_->Renegotiate(); });
}

void RawClient::Send(std::string_view bytes) {
  if (tls_ == nullptr) return SendBytes(bytes);
  SendBytes(tls_->Encrypt(bytes));
}

void RawClient::SendBytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void RawClient::SendByteByByte(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) Send(bytes.substr(i, 1));
}

std::string RawClient::ReceiveBytes() {
  std::array<char, 16384> buffer{};
  const ssize_t bytes = ::recv(socket_, buffer.data(), buffer.size(), 0);
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(bytes, 0))};
}

bool RawClient::Fill() {
  const std::size_t before = received_.size();
  // The last handshake may have brought more than itself.
  bool more = tls_ == nullptr || tls_->Decrypt(received_);
  while (more && received_.size() == before) {
    const std::string bytes = ReceiveBytes();
    if (bytes.empty()) return false;
    if (tls_ == nullptr) {
      received_ += bytes;
    } else {
      tls_->GiveInput(bytes);
      more = tls_->Decrypt(received_);
    }
  }
  return received_.size() > before;
}

std::optional<std::string> RawClient::ReceiveLine() {
  std::size_t end = received_.find("\r\n");
  for (; end == std::string::npos; end = received_.find("\r\n"))
    if (!Fill()) return std::nullopt;
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 2);
  return line;
}

bool RawClient::ReceiveExactly(std::size_t bytes, std::string& out) {
  while (received_.size() < bytes)
    if (!Fill()) break;
  const bool complete = received_.size() >= bytes;
  out += received_.substr(0, bytes);
  received_.erase(0, bytes);
  return complete;
}

void RawClient::ReceiveChunks(RawResponse& response) {
  for (;;) {
    const std::optional<std::string> size = ReceiveLine();
    if (!size) return;
    const std::size_t bytes = Number(*size, 16);
    if (!ReceiveExactly(bytes, response.body) || !ReceiveLine()) return;
    response.complete = bytes == 0;
    if (response.complete) return;
  }
}

RawResponse RawClient::Receive(bool head_only) {
  RawResponse response;
  const std::optional<std::string> status_line = ReceiveLine();
  if (!status_line || status_line->size() < 12) return response;
  for (std::optional<std::string> line = ReceiveLine(); !line || !line->empty(); line = ReceiveLine()) {
    if (!line) return {};
    const std::size_t colon = line->find(": ");
    AQUA_ASSERT(colon != std::string::npos);
    response.headers.emplace_back(line->substr(0, colon), line->substr(colon + 2));
  }
  response.status = static_cast<int>(Number(std::string_view(*status_line).substr(9, 3), 10));
  const bool bodiless = head_only || response.status < 200 || response.status == 204 || response.status == 304;
  if (bodiless) {
    response.complete = true;
  } else if (response.Header("Transfer-Encoding") == "chunked") {
    ReceiveChunks(response);
  } else if (const std::string length = response.Header("Content-Length"); !length.empty()) {
    response.complete = ReceiveExactly(Number(length, 10), response.body);
  } else {
    response.body = ReceiveAll();
    response.complete = true;
  }
  return response;
}

std::string RawClient::ReceiveAll() {
  while (Fill()) {
  }
  return std::exchange(received_, {});
}

std::size_t RawClient::ReceiveAtLeast(std::size_t bytes) {
  while (received_.size() < bytes && Fill()) {
  }
  return received_.size();
}

std::string RawClient::ReceivedNow() {
  std::array<char, 16384> buffer{};
  const ssize_t bytes = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_PEEK);
  return received_ + std::string(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(bytes, 0)));
}

void RawClient::FinishSending() { ::shutdown(socket_, SHUT_WR); }

void RawClient::Close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

void RawClient::Reset() {
  const linger abort{.l_onoff = 1, .l_linger = 0};
  AQUA_ASSERT(::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort)) == 0);
  Close();
}

RawResponse Request(std::uint16_t port, std::string_view method, std::string_view target, std::string_view body,
                    const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", method, target);
  for (const auto& [name, value] : headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!body.empty()) text += fmt::format("Content-Length: {}\r\n", body.size());
  RawClient client(port);
  client.Send(text + "\r\n");
  client.Send(body);
  return client.Receive(method == "HEAD");
}

}  // namespace aqua::http::testing
