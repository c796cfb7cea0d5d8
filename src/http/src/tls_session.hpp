#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

// OpenSSL's own names of its types, so that its headers stay in two sources.
struct ssl_st;

namespace aqua::http {

/// The server's end of TLS on one non-blocking socket. No call waits: each does what it can and says what to wait for.
/// Not thread-safe.
class TlsSession {
 public:
  enum class Outcome {
    kDone,
    kNeedsInput,   ///< call again with the same arguments when the socket can be read
    kNeedsOutput,  ///< call again with the same arguments when the socket can be written
    kEnded,        ///< the client sends nothing more
    kPlainHttp,    ///< the client speaks HTTP without TLS
    kFailed,       ///< the connection is lost, or the client broke the protocol; failure() says how
  };
  struct Progress {
    Outcome outcome = Outcome::kDone;
    std::size_t bytes = 0;
  };

  /// Takes the session over. socket: stays open as long as calls are made; it is not closed.
  TlsSession(ssl_st* session, int socket);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Outcome Handshake();
  /// Reads what is there, at most what has room. kDone: at least one byte came.
  Progress Read(std::span<char> room);
  /// Writes the beginning of bytes, 16 KiB at most. Requires: bytes are not empty.
  Progress Write(std::string_view bytes);
  /// Tells the client that nothing more comes, if the system takes it at once.
  void Finish();

  /// Why a call failed, for the log.
  [[nodiscard]] std::string failure() const { return failure_; }

 private:
  Outcome Explain(int result);

  ssl_st* const session_;
  int socket_;
  bool established_ = false;
  bool failed_ = false;
  std::string failure_;
};

}  // namespace aqua::http
