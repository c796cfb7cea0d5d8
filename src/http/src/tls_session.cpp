#include "tls_session.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

#include "aqua/base/assert.hpp"

namespace aqua::http {
namespace {

bool MustWait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

int SocketOf(BIO* bio) { return *static_cast<const int*>(BIO_get_data(bio)); }

int Receive(BIO* bio, char* room, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t bytes = ::recv(SocketOf(bio), room, static_cast<std::size_t>(size), 0);
  if (bytes < 0 && MustWait()) BIO_set_retry_read(bio);
  if (bytes == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(bytes);
}

/// OpenSSL's own way to write to sockets raises SIGPIPE when the client is gone.
int Send(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t sent = ::send(SocketOf(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && MustWait()) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

long Control(BIO* bio, int command, long /*number*/, void* /*pointer*/) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* SocketMethod() {
  static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method = [] {
    BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "non-blocking socket");
    AQUA_ASSERT(made != nullptr);
    BIO_meth_set_read(made, Receive);
    BIO_meth_set_write(made, Send);
    BIO_meth_set_ctrl(made, Control);
    return std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)>(made, &BIO_meth_free);
  }();
  return method.get();
}

int Bounded(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max())); }

}  // namespace

TlsSession::TlsSession(ssl_st* session, int socket) : session_(session), socket_(socket) {
  BIO* const bio = BIO_new(SocketMethod());
  AQUA_ASSERT(session != nullptr && bio != nullptr);
  BIO_set_data(bio, &socket_);
  BIO_set_init(bio, 1);
  SSL_set_bio(session_, bio, bio);
  SSL_set_accept_state(session_);
}

TlsSession::~TlsSession() { SSL_free(session_); }

TlsSession::Outcome TlsSession::Handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(session_);
  established_ = result == 1;
  return established_ ? Outcome::kDone : Explain(result);
}

TlsSession::Progress TlsSession::Read(std::span<char> room) {
  std::size_t filled = 0;
  while (filled < room.size()) {
    ERR_clear_error();
    const int bytes = SSL_read(session_, room.data() + filled, Bounded(room.size() - filled));
    if (bytes <= 0) {
      const Outcome outcome = Explain(bytes);
      // What ended the reading is met again by the next call.
      return {filled > 0 ? Outcome::kDone : outcome, filled};
    }
    filled += static_cast<std::size_t>(bytes);
  }
  return {Outcome::kDone, filled};
}

TlsSession::Progress TlsSession::Write(std::string_view bytes) {
  ERR_clear_error();
  const int written = SSL_write(session_, bytes.data(), Bounded(bytes.size()));
  if (written > 0) return {Outcome::kDone, static_cast<std::size_t>(written)};
  return {Explain(written), 0};
}

void TlsSession::Finish() {
  if (!established_ || failed_) return;
  ERR_clear_error();
  SSL_shutdown(session_);
}

TlsSession::Outcome TlsSession::Explain(int result) {
  const int system_error = errno;
  switch (SSL_get_error(session_, result)) {
    case SSL_ERROR_WANT_READ: return Outcome::kNeedsInput;
    case SSL_ERROR_WANT_WRITE: return Outcome::kNeedsOutput;
    case SSL_ERROR_ZERO_RETURN: return Outcome::kEnded;
    default: break;
  }
  failed_ = true;
  const unsigned long code = ERR_peek_error();
  const char* const reason = ERR_reason_error_string(code);
  failure_ = reason != nullptr ? reason : system_error != 0 ? std::generic_category().message(system_error) : "the client went away";
  const bool plain = ERR_GET_LIB(code) == ERR_LIB_SSL && (ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST || ERR_GET_REASON(code) == SSL_R_HTTPS_PROXY_REQUEST);
  return plain ? Outcome::kPlainHttp : Outcome::kFailed;
}

}  // namespace aqua::http
