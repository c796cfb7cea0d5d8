#include "stream.hpp"

#include <algorithm>

namespace aqua::http {
namespace {

/// What one record of TLS holds.
constexpr std::size_t kRecordBytes = 16 << 10;

constexpr std::string_view kPlainAnswer =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 41\r\nConnection: close\r\n\r\n"
    "this port speaks HTTPS: ask with https://";

std::string_view Text(const asio::const_buffer& buffer) { return {static_cast<const char*>(buffer.data()), buffer.size()}; }

}  // namespace

void Stream::Handshake(ErrorCondition& error) {
  const TlsSession::Outcome outcome = tls_->Handshake();
  error = Translate(outcome, write_wait_);
  if (outcome != TlsSession::Outcome::kPlainHttp) return;
  ErrorCondition ignored;
  socket_.write_some(asio::buffer(kPlainAnswer.data(), kPlainAnswer.size()), ignored);
}

std::size_t Stream::Decrypt(std::span<char> room, ErrorCondition& error) {
  if (tls_ == nullptr) return socket_.read_some(asio::buffer(room.data(), room.size()), error);
  const TlsSession::Progress progress = tls_->Read(room);
  error = Translate(progress.outcome, read_wait_);
  return progress.bytes;
}

/// Puts small buffers into one record: head and body of most answers take one packet then.
std::size_t Stream::Encrypt(const Buffers& buffers, ErrorCondition& error) {
  std::array<char, kRecordBytes> record;  // not cleared
  std::size_t filled = 0;
  for (const asio::const_buffer& buffer : buffers) {
    const std::string_view part = Text(buffer).substr(0, record.size() - filled);
    std::copy(part.begin(), part.end(), record.begin() + static_cast<std::ptrdiff_t>(filled));
    filled += part.size();
  }
  error = {};
  if (filled == 0) return 0;
  const TlsSession::Progress progress = tls_->Write({record.data(), filled});
  error = Translate(progress.outcome, write_wait_);
  return progress.bytes;
}

ErrorCondition Stream::Translate(TlsSession::Outcome outcome, Socket::wait_type& wait) {
  switch (outcome) {
    case TlsSession::Outcome::kDone: return {};
    case TlsSession::Outcome::kNeedsInput: wait = Socket::wait_read; return asio::error::would_block;
    case TlsSession::Outcome::kNeedsOutput: wait = Socket::wait_write; return asio::error::would_block;
    case TlsSession::Outcome::kEnded: return asio::error::eof;
    case TlsSession::Outcome::kPlainHttp:
    case TlsSession::Outcome::kFailed: break;
  }
  return asio::error::connection_reset;
}

void Stream::FinishSending() {
  if (tls_ != nullptr) tls_->Finish();
  tls_.reset();
  ErrorCondition ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Stream::Cancel() {
  ++cancels_;
  ErrorCondition ignored;
  socket_.cancel(ignored);
}

void Stream::Close() {
  ++cancels_;
  tls_.reset();
  ErrorCondition ignored;
  socket_.close(ignored);
}

}  // namespace aqua::http
