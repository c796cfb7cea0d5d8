#include <algorithm>
#include <exception>
#include <utility>

#include "connection.hpp"
#include "field_value.hpp"
#include "forwarded.hpp"

namespace aqua::http {
namespace {

constexpr std::size_t kMaxRequestId = 128;

/// Request ids go into logs and answers: letters, digits, '-', '_' and '.' only.
bool IsRequestId(std::string_view text) {
  return !text.empty() && text.size() <= kMaxRequestId && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

Response PlainError(const TransportError& fault) { return {.status = fault.status, .content_type = "text/plain", .body = fault.message, .headers = {}}; }

Response MakeErrorResponse(const ServerConfig& config, const Request& request, const TransportError& fault, observe::Logger& logger) {
  if (!config.error_response) return PlainError(fault);
  try {
    return config.error_response(request, fault);
  } catch (const std::exception& error) {
    logger.Log(observe::LogLevel::kError, "writing an error answer failed", {{"error", error.what()}});
  }
  return PlainError(fault);
}

TransportError Overloaded() { return {503, "overloaded", "the server has too much work at the moment"}; }

}  // namespace

Task<bool> Connection::ServeRequest() {
  const bool refused = verdict_ == ConnectionCount::Verdict::kRefused;
  ReadResult head;
  if (refused) {
    BeginRequest();
    head.fault = TransportError{503, "too_many_connections", "there are too many connections"};
  } else {
    head = co_await ReadHead();
  }
  if (head.gone) co_return false;
  ++served_;
  const auto transaction = std::make_shared<Transaction>(shared_from_this());
  transaction->request.peer = peer_;
  if (stream_.encrypted()) transaction->request.scheme = "https";
  transaction->request.start = start_;
  if (!head.fault) co_return co_await Serve(transaction, parser_.TakeHead());
  Identify({}, transaction->request);
  co_return co_await Refuse(*transaction, *std::move(head.fault), true);
}

Task<bool> Connection::Serve(const std::shared_ptr<Transaction>& transaction, RequestHead head) {
  Request& request = transaction->request;
  keep_alive_ = head.keep_alive && served_ < state_->config.limits.max_requests_per_connection;
  http11_ = head.http11;
  Identify(head.headers, request);
  if (behind_proxy_) ApplyForwarded(state_->config.trusted_proxies, head.headers, request);
  Admission admission = AdmitRequest(head, request);
  transaction->head_only = admission.head_only;
  if (admission.ask) co_await AskSlowGuard(transaction, head, admission);
  if (cut_) co_return false;
  if (admission.refusal || admission.answer) co_return co_await AnswerAdmission(*transaction, admission, head);
  ReadResult body = co_await ReadBody(head, admission.route->max_body_bytes, request.body);
  if (body.gone) {
    if (!cut_) Record(request, 499);
    co_return false;
  }
  if (body.fault) co_return co_await Refuse(*transaction, *std::move(body.fault), true);
  transaction->gzip_body = admission.gzip_body;
  transaction->gzip_min_bytes = state_->config.gzip_min_bytes;
  transaction->accepts_gzip = AcceptsGzip(request.headers.Find("Accept-Encoding").value_or(""));
  co_return co_await Execute(transaction, *admission.route);
}

/// Runs the handler where its route says, waits for the answer and writes it.
Task<bool> Connection::Execute(const std::shared_ptr<Transaction>& transaction, const Route& route) {
  deadline_ = Clock::time_point::max();
  const auto run = [state = state_, transaction, &route] { RunHandler(route, transaction, state->config.limits.max_gzip_ratio, state->logger); };
  if (route.execution == Execution::kInline) {
    in_handler_ = true;
    run();
    in_handler_ = false;
  } else if (!(route.execution == Execution::kCompute ? state_->compute : state_->blocking).TrySubmit(run)) {
    co_return co_await Refuse(*transaction, Overloaded(), false);
  }
  while (!transaction->answered() && !cut_) {
    WatchClient();
    if (read_error_) transaction->cancelled.store(true, std::memory_order_relaxed);
    co_await Wait();
  }
  if (cut_) {
    transaction->cancelled.store(true, std::memory_order_relaxed);
    co_return false;
  }
  if (transaction->cancelled) {
    Record(transaction->request, 499);
    co_return false;
  }
  if (transaction->fault()) co_return co_await Refuse(*transaction, *transaction->fault(), false);
  co_return co_await Answer(*transaction, transaction->response(), false);
}

/// Keeps a read under way that tells when the client goes away.
void Connection::WatchClient() {
  if (!read_pending_ && !read_error_ && !input_.full()) StartRead();
}

/// unread: bytes of the request may still come, so the connection ends with this answer.
Task<bool> Connection::Refuse(Transaction& transaction, TransportError fault, bool unread) {
  Response response = ErrorResponse(transaction.request, fault);
  co_return co_await Answer(transaction, response, unread);
}

Task<bool> Connection::AnswerAdmission(Transaction& transaction, Admission& admission, const RequestHead& head) {
  const bool not_allowed = !admission.answer && admission.refusal->status == 405;
  Response response = admission.answer ? *std::move(admission.answer) : ErrorResponse(transaction.request, *admission.refusal);
  if (not_allowed) response.headers.Set("Allow", admission.allow);
  const bool unread = !SkipBufferedBody(head);
  co_return co_await Answer(transaction, response, unread);
}

/// Throws the body away if it is here already. Returns whether nothing of it is left.
bool Connection::SkipBufferedBody(const RequestHead& head) {
  if (!head.HasBody()) return true;
  if (head.chunked || head.content_length > input_.view().size()) return false;
  input_.Consume(static_cast<std::size_t>(head.content_length));
  return true;
}

Admission Connection::AdmitRequest(RequestHead& head, Request& request) {
  try {
    return Admit(state_->router, state_->config.guard, head, request);
  } catch (const std::exception& error) {
    Admission failed;
    failed.refusal = GuardFailed(error.what());
    return failed;
  }
}

TransportError Connection::GuardFailed(std::string_view error) {
  state_->logger.Log(observe::LogLevel::kError, "the request guard failed", {{"error", error}});
  return {500, "internal", "the server failed to answer"};
}

/// Has a blocking worker ask the slow guard, and takes its verdict into the admission. Meanwhile the request is the guard's.
Task<> Connection::AskSlowGuard(const std::shared_ptr<Transaction>& transaction, const RequestHead& head, Admission& admission) {
  struct Opinion {
    std::optional<Verdict> verdict;
    std::string failure;
    bool ready = false;
  };
  const auto opinion = std::make_shared<Opinion>();
  const auto ask = [self = shared_from_this(), transaction, opinion] {
    try {
      opinion->verdict = self->state_->config.slow_guard(transaction->request);
    } catch (const std::exception& error) {
      opinion->failure = error.what();
    } catch (...) {
      opinion->failure = "unknown";
    }
    self->loop_->Post([self, opinion] {
      opinion->ready = true;
      self->Signal();
    });
  };
  deadline_ = Clock::time_point::max();
  if (!state_->blocking.TrySubmit(ask)) {
    admission.refusal = Overloaded();
    co_return;
  }
  while (!opinion->ready && !cut_) co_await Wait();
  if (cut_) co_return;
  if (!opinion->verdict || opinion->verdict->kind == Verdict::Kind::kAsk)
    admission.refusal = GuardFailed(opinion->verdict ? "the slow guard may not ask another" : opinion->failure);
  else
    ApplyVerdict(*std::move(opinion->verdict), head, transaction->request, admission);
}

Response Connection::ErrorResponse(const Request& request, const TransportError& fault) {
  Response response = MakeErrorResponse(state_->config, request, fault, state_->logger);
  if (fault.status == 503) response.headers.Set("Retry-After", "1");
  return response;
}

/// Lets the configured hook complete an answer.
void Connection::Finish(const Request& request, Response& response) {
  if (!state_->config.finish) return;
  try {
    state_->config.finish(request, response);
  } catch (const std::exception& error) {
    state_->logger.Log(observe::LogLevel::kError, "completing an answer failed", {{"error", error.what()}});
    response = PlainError({500, "internal", "the server failed to answer"});
  }
}

void Connection::Identify(const Headers& headers, Request& request) {
  const std::string_view id = headers.Find("X-Request-ID").value_or("");
  request.request_id = IsRequestId(id) ? std::string(id) : loop_->NewRequestId();
  const auto random = [this](std::span<std::uint8_t> bytes) { loop_->FillRandom(bytes); };
  request.remote_parent = observe::ParseTraceparent(headers.Find("traceparent").value_or(""));
  request.trace = request.remote_parent ? observe::ChildOf(*request.remote_parent, random) : observe::NewTrace(random, state_->config.sample_new_traces);
}

void Connection::Record(const Request& request, int status) {
  if (!state_->config.on_access) return;
  const AccessRecord record{
      .request = &request, .status = status, .request_bytes = request_bytes_, .response_bytes = response_bytes_, .duration = Clock::now() - start_};
  try {
    state_->config.on_access(record);
  } catch (const std::exception& error) {
    state_->logger.Log(observe::LogLevel::kError, "recording a request failed", {{"error", error.what()}});
  }
}

}  // namespace aqua::http
