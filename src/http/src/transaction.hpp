#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "aqua/http/server.hpp"

namespace aqua::http {

/// Is told, on any thread, that a transaction was answered.
class AnswerListener {
 public:
  virtual ~AnswerListener() = default;
  virtual void OnAnswered() = 0;
};

/// One request and its answer, shared by the connection and the exchange that the handler holds. The request is the
/// connection's until the handler runs, the handler's until it answers, then the connection's again.
class Transaction {
 public:
  explicit Transaction(std::shared_ptr<AnswerListener> listener) : listener_(std::move(listener)) {}

  Request request;
  bool head_only = false;
  bool gzip_body = false;  ///< the body is still compressed
  bool accepts_gzip = false;
  std::size_t gzip_min_bytes = 0;  ///< text answers above this are compressed
  std::atomic<bool> cancelled = false;

  /// Answers; only the first call of Respond() and Fail() counts. Compresses on the calling thread. Thread-safe.
  void Respond(Response response);
  /// Answers with an error that the connection puts into words.
  void Fail(TransportError fault);

  [[nodiscard]] bool answered() const { return state_.load(std::memory_order_acquire) == State::kAnswered; }
  /// Requires of both: answered().
  [[nodiscard]] Response& response() { return response_; }
  [[nodiscard]] const std::optional<TransportError>& fault() const { return fault_; }

 private:
  enum class State { kOpen, kAnswering, kAnswered };

  bool Claim();
  void Publish();

  std::shared_ptr<AnswerListener> listener_;
  std::atomic<State> state_ = State::kOpen;
  Response response_;
  std::optional<TransportError> fault_;
};

/// Gives the handler its exchange. Decompresses the body first; exceptions of the handler become a 500 and a log line.
/// Skips the handler when the client is gone already.
void RunHandler(const Route& route, const std::shared_ptr<Transaction>& transaction, std::uint64_t max_gzip_ratio, observe::Logger& logger);

}  // namespace aqua::http
