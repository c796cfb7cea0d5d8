#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "admission.hpp"
#include "asio.hpp"
#include "input_buffer.hpp"
#include "io_loop.hpp"
#include "request_head.hpp"
#include "server_state.hpp"
#include "stream.hpp"
#include "transaction.hpp"

namespace aqua::http {

/// Serves one client: reads a request, has it answered, writes the answer, again and again. One coroutine on one I/O loop;
/// only OnAnswered() may be called by other threads. Keeps itself alive until the client is gone or Cut() was called.
///
/// Reads of heads are started with StartRead() and may outlast what they were started for: while a handler works, a read
/// watches for the end of the client, and what it brings is the beginning of the next request.
class Connection : public std::enable_shared_from_this<Connection>, public AnswerListener {
 public:
  /// verdict: kRefused for a connection that is only told that there are too many.
  Connection(std::shared_ptr<ServerState> state, std::shared_ptr<IoLoop> loop, Stream stream, std::string peer, ConnectionCount::Verdict verdict);
  ~Connection() override = default;

  void Start();
  /// Ends the connection soon when it is idle.
  void OnDrain();
  /// Ends the connection now; a request in flight is not answered.
  void Cut();
  void OnAnswered() override;

 private:
  using Clock = std::chrono::steady_clock;
  using Waiter = asio::async_result<asio::use_awaitable_t<Executor>, void()>::handler_type;
  /// How reading ended. Gone: the client reset the connection, or the server is cutting it.
  struct ReadResult {
    bool gone = false;
    std::optional<TransportError> fault;
  };

  // connection.cpp: life, time, waiting, heads
  static Task<> Run(std::shared_ptr<Connection> self);
  Task<> ServeAll();
  Task<bool> Handshake();
  Task<ReadResult> ReadHead();
  ReadResult HeadEnded(bool started) const;
  Task<> Linger();
  Task<> Wait();
  void Signal();
  void StartRead();
  void BeginRequest();
  void EndRequest();
  void Close();
  void SetDeadline(std::chrono::milliseconds limit);
  void ArmTimer();
  void OnTimer();
  bool BodyKeepsPace(Clock::time_point now);

  // connection_body.cpp
  Task<ReadResult> ReadBody(const RequestHead& head, std::uint64_t max_bytes, Bytes& body);
  Task<ReadResult> ReadSizedBody(std::uint64_t length, Bytes& body);
  Task<ReadResult> ReadChunkedBody(std::uint64_t max_bytes, Bytes& body);
  Task<ReadResult> FillBody(std::span<std::uint8_t> room, std::size_t& filled);
  Task<ReadResult> MoreInput();
  ReadResult BodyEnded(const ErrorCondition& error) const;

  // connection_request.cpp: from head to answer
  Task<bool> ServeRequest();
  Task<bool> Serve(const std::shared_ptr<Transaction>& transaction, RequestHead head);
  Task<bool> Refuse(Transaction& transaction, TransportError fault, bool unread);
  Task<> AskSlowGuard(const std::shared_ptr<Transaction>& transaction, const RequestHead& head, Admission& admission);
  Task<bool> AnswerAdmission(Transaction& transaction, Admission& admission, const RequestHead& head);
  Task<bool> Execute(const std::shared_ptr<Transaction>& transaction, const Route& route);
  Admission AdmitRequest(RequestHead& head, Request& request);
  TransportError GuardFailed(std::string_view error);
  Response ErrorResponse(const Request& request, const TransportError& fault);
  void Identify(const Headers& headers, Request& request);
  bool SkipBufferedBody(const RequestHead& head);
  void WatchClient();
  void Record(const Request& request, int status);
  void Finish(const Request& request, Response& response);

  // connection_answer.cpp
  Task<bool> Answer(Transaction& transaction, Response& response, bool close);
  Task<bool> WriteStream(const Transaction& transaction, std::shared_ptr<BodySource> source);
  Task<std::optional<Result<std::string>>> Pull(std::shared_ptr<BodySource> source);
  std::optional<bool> WriteNow(Buffers& buffers);
  Task<bool> Write(Buffers buffers);

  const std::shared_ptr<ServerState> state_;
  const std::shared_ptr<IoLoop> loop_;
  const std::string peer_;
  const ConnectionCount::Verdict verdict_;
  const bool behind_proxy_;  ///< the peer is a trusted proxy
  Stream stream_;
  Timer timer_;
  InputBuffer input_;
  HeadParser parser_;
  std::string head_text_;

  std::optional<Waiter> waiter_;
  bool read_pending_ = false;
  ErrorCondition read_error_;
  bool expired_ = false;  ///< the deadline passed; pending reads and writes were cancelled
  bool cut_ = false;
  bool closed_ = false;
  bool in_handler_ = false;  ///< an inline handler is being called

  Clock::time_point deadline_;
  Clock::duration tick_;  ///< shortest of the limits: how often the one timer looks at the deadline
  Clock::time_point last_activity_;
  bool in_body_ = false;
  Clock::time_point body_start_;
  std::uint64_t body_received_ = 0;

  bool in_flight_ = false;
  bool keep_alive_ = false;
  bool http11_ = true;
  bool linger_ = false;
  bool orderly_ = true;  ///< the last answer went out whole
  std::size_t served_ = 0;
  Clock::time_point start_;
  std::uint64_t request_bytes_ = 0;
  std::uint64_t response_bytes_ = 0;
};

}  // namespace aqua::http
