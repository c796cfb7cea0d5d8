#include "transaction.hpp"

#include <exception>
#include <utility>

#include "gzip.hpp"
#include "response_head.hpp"

namespace aqua::http {
namespace {

/// What a handler holds. Apart from the transaction, so that dropping it unanswered can be seen.
class HandlerExchange : public Exchange {
 public:
  explicit HandlerExchange(std::shared_ptr<Transaction> transaction) : transaction_(std::move(transaction)) {}
  HandlerExchange(const HandlerExchange&) = delete;
  HandlerExchange& operator=(const HandlerExchange&) = delete;
  ~HandlerExchange() override { transaction_->Fail({500, "no_answer", "the request was not answered"}); }

  [[nodiscard]] const Request& request() const override { return transaction_->request; }
  Request& mutable_request() override { return transaction_->request; }
  void Respond(Response response) override { transaction_->Respond(std::move(response)); }
  [[nodiscard]] bool cancelled() const override { return transaction_->cancelled.load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<Transaction> transaction_;
};

/// The body as text, unless it comes piece by piece.
std::optional<std::string_view> WholeBody(const Response& response) {
  if (const auto* const text = std::get_if<std::string>(&response.body)) return *text;
  if (const auto* const shared = std::get_if<std::shared_ptr<const Bytes>>(&response.body)) return *shared ? AsText(**shared) : std::string_view();
  return std::nullopt;
}

void CompressBody(Response& response, bool accepted, std::size_t min_bytes) {
  const std::optional<std::string_view> body = WholeBody(response);
  if (!body || body->size() <= min_bytes || !HasBody(response.status) || !IsCompressible(response.content_type)) return;
  if (response.headers.Find("Content-Encoding")) return;
  response.headers.Add("Vary", "Accept-Encoding");
  if (!accepted) return;
  std::optional<std::string> compressed = Deflate(*body);
  if (!compressed) return;
  response.body = *std::move(compressed);
  response.headers.Add("Content-Encoding", "gzip");
}

bool InflateBody(const Route& route, Transaction& transaction, std::uint64_t max_gzip_ratio) {
  Result<Bytes> body = Inflate(transaction.request.body, {.max_bytes = route.max_body_bytes, .max_ratio = max_gzip_ratio});
  if (!body) {
    const bool too_large = body.error().code == ErrorCode::kResourceExhausted;
    transaction.Fail({too_large ? 413 : 400, body.error().reason, body.error().message});
    return false;
  }
  transaction.request.body = *std::move(body);
  return true;
}

}  // namespace

bool Transaction::Claim() {
  State open = State::kOpen;
  return state_.compare_exchange_strong(open, State::kAnswering, std::memory_order_acq_rel);
}

void Transaction::Publish() {
  state_.store(State::kAnswered, std::memory_order_release);
  listener_->OnAnswered();
}

void Transaction::Respond(Response response) {
  if (!Claim()) return;
  CompressBody(response, accepts_gzip, gzip_min_bytes);
  response_ = std::move(response);
  Publish();
}

void Transaction::Fail(TransportError fault) {
  if (!Claim()) return;
  fault_ = std::move(fault);
  Publish();
}

void RunHandler(const Route& route, const std::shared_ptr<Transaction>& transaction, std::uint64_t max_gzip_ratio, observe::Logger& logger) {
  const auto report = [&](std::string_view what) {
    logger.Log(observe::LogLevel::kError, "a request handler failed",
               {{"trace_id", observe::FormatTraceId(transaction->request.trace)}, {"route", route.path}, {"error", what}});
    transaction->Fail({500, "internal", "the server failed to answer"});
  };
  const auto exchange = std::make_shared<HandlerExchange>(transaction);
  if (exchange->cancelled()) return;
  try {
    if (transaction->gzip_body && !InflateBody(route, *transaction, max_gzip_ratio)) return;
    route.handler(exchange);
  } catch (const std::exception& error) {
    report(error.what());
  } catch (...) {
    report("unknown");
  }
}

}  // namespace aqua::http
