#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "asio.hpp"
#include "tls_session.hpp"

namespace aqua::http {

/// What is written together.
using Buffers = std::array<asio::const_buffer, 3>;

/// The bytes of one client: its socket, under TLS where the listener has it. One read and one write may be under way at a
/// time. For the thread of the socket's loop.
class Stream {
 public:
  /// socket: non-blocking. tls: null for plain HTTP.
  explicit Stream(Socket socket, std::unique_ptr<TlsSession> tls = nullptr) : socket_(std::move(socket)), tls_(std::move(tls)), encrypted_(tls_ != nullptr) {}

  [[nodiscard]] bool encrypted() const { return encrypted_; }

  /// Reads at least one byte. Completes with (ErrorCondition, std::size_t), never from within this call.
  template <typename Token>
  auto Read(std::span<char> room, Token&& token) {
    return asio::async_initiate<Token, void(ErrorCondition, std::size_t)>(
        [this, room](auto handler) {
          if (tls_ == nullptr)
            socket_.async_read_some(asio::buffer(room.data(), room.size()), std::move(handler));
          else
            BeginRead(room, std::move(handler));
        },
        token);
  }

  /// Writes what the system takes at once. would_block: call again with the same buffers after WaitUntilReady().
  std::size_t Write(const Buffers& buffers, ErrorCondition& error) { return tls_ == nullptr ? socket_.write_some(buffers, error) : Encrypt(buffers, error); }
  /// Goes on with the handshake. would_block: call again after WaitUntilReady(). A client that speaks plain HTTP is told so.
  /// Requires: encrypted().
  void Handshake(ErrorCondition& error);
  template <typename Token>
  auto WaitUntilReady(Token&& token) {
    return socket_.async_wait(write_wait_, std::forward<Token>(token));
  }
  /// Why the handshake failed.
  [[nodiscard]] std::string failure() const { return tls_ == nullptr ? std::string() : tls_->failure(); }

  /// Tells the client that all was said. What it still sends is thrown away by reading, encrypted or not.
  void FinishSending();
  /// Ends reads and waits that are under way, with operation_aborted.
  void Cancel();
  void Close();

 private:
  template <typename Handler>
  void BeginRead(std::span<char> room, Handler handler) {
    ErrorCondition error;
    const std::size_t bytes = Decrypt(room, error);
    if (error == asio::error::would_block) return WaitAndRead(room, std::move(handler));
    asio::post(socket_.get_executor(), [handler = std::move(handler), error, bytes]() mutable { handler(error, bytes); });
  }

  template <typename Handler>
  void WaitAndRead(std::span<char> room, Handler handler) {
    const std::size_t cancels = cancels_;
    socket_.async_wait(read_wait_, [this, room, cancels, handler = std::move(handler)](ErrorCondition error) mutable {
      // The socket may have become readable just before it was cancelled.
      if (!error && cancels != cancels_) error = asio::error::operation_aborted;
      const std::size_t bytes = error ? 0 : Decrypt(room, error);
      if (error == asio::error::would_block) return WaitAndRead(room, std::move(handler));
      handler(error, bytes);
    });
  }

  std::size_t Decrypt(std::span<char> room, ErrorCondition& error);
  std::size_t Encrypt(const Buffers& buffers, ErrorCondition& error);
  ErrorCondition Translate(TlsSession::Outcome outcome, Socket::wait_type& wait);

  Socket socket_;
  std::unique_ptr<TlsSession> tls_;
  const bool encrypted_;
  Socket::wait_type read_wait_ = Socket::wait_read;
  Socket::wait_type write_wait_ = Socket::wait_write;
  std::size_t cancels_ = 0;
};

}  // namespace aqua::http
