#include "connection.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "forwarded.hpp"

namespace aqua::http {
namespace {

std::chrono::milliseconds ShortestLimit(const Limits& limits) {
  return std::max(std::chrono::milliseconds(1), std::min({limits.header_timeout, limits.body_timeout, limits.body_grace, limits.idle_timeout,
                                                          limits.write_timeout, limits.linger_timeout, limits.drain_idle}));
}

bool IsTrustedProxy(const ServerConfig& config, const std::string& peer) {
  if (config.trusted_proxies.empty()) return false;
  const std::optional<Address> address = Address::Parse(peer);
  return address && IsIn(config.trusted_proxies, *address);
}

}  // namespace

Connection::Connection(std::shared_ptr<ServerState> state, std::shared_ptr<IoLoop> loop, Stream stream, std::string peer, ConnectionCount::Verdict verdict)
    : state_(std::move(state)),
      loop_(std::move(loop)),
      peer_(std::move(peer)),
      verdict_(verdict),
      behind_proxy_(IsTrustedProxy(state_->config, peer_)),
      stream_(std::move(stream)),
      timer_(loop_->executor()),
      input_(state_->config.limits.max_request_line + state_->config.limits.max_header_bytes + 8),
      parser_(state_->config.limits),
      tick_(ShortestLimit(state_->config.limits)) {}

void Connection::Start() {
  loop_->connections().insert(this);
  asio::co_spawn(loop_->executor(), Run(shared_from_this()), asio::detached);
}

Task<> Connection::Run(std::shared_ptr<Connection> self) {
  try {
    co_await self->ServeAll();
  } catch (const std::exception& error) {
    self->state_->logger.Log(observe::LogLevel::kError, "a connection failed", {{"peer", self->peer_}, {"error", error.what()}});
  }
  self->Close();
}

Task<> Connection::ServeAll() {
  SetDeadline(state_->config.limits.header_timeout);
  ArmTimer();
  bool more = true;
  if (stream_.encrypted()) more = co_await Handshake();
  while (more && !cut_) {
    more = co_await ServeRequest();
    EndRequest();
    if (more) SetDeadline(state_->config.limits.idle_timeout);
  }
  if (cut_) co_return;
  // A client that is not told under TLS cannot tell the end of an answer from a cut.
  if (linger_ || (stream_.encrypted() && orderly_)) stream_.FinishSending();
  if (linger_) co_await Linger();
}

/// Agrees on keys with the client, within the time for a head. Returns whether that worked.
Task<bool> Connection::Handshake() {
  while (!cut_ && !expired_) {
    ErrorCondition error;
    stream_.Handshake(error);
    if (!error) co_return true;
    if (error != asio::error::would_block) {
      state_->logger.Log(observe::LogLevel::kDebug, "a TLS handshake failed", {{"peer", peer_}, {"error", stream_.failure()}});
      // What the client was told, it would lose by a reset.
      linger_ = error != asio::error::eof;
      break;
    }
    co_await stream_.WaitUntilReady(asio::redirect_error(kAwait, error));
  }
  orderly_ = false;
  co_return false;
}

Task<Connection::ReadResult> Connection::ReadHead() {
  parser_.Reset();
  for (;;) {
    if (!input_.empty()) {
      if (!in_flight_) BeginRequest();
      HeadParser::Progress progress = parser_.Parse(input_.view());
      if (progress.fault) co_return ReadResult{false, std::move(progress.fault)};
      if (progress.length > 0) {
        input_.Consume(progress.length);
        request_bytes_ = progress.length;
        co_return ReadResult{};
      }
    }
    if (cut_ || expired_ || (read_error_ && !read_pending_)) co_return HeadEnded(in_flight_);
    if (!read_pending_) StartRead();
    co_await Wait();
  }
}

Connection::ReadResult Connection::HeadEnded(bool started) const {
  if (cut_ || !started) return {.gone = true, .fault = {}};
  if (expired_) return {.gone = false, .fault = TransportError{408, "request_timeout", "the head of the request did not arrive in time"}};
  if (read_error_ == asio::error::eof) return {.gone = false, .fault = TransportError{400, "bad_request", "the head of the request ends early"}};
  return {.gone = true, .fault = {}};
}

Task<> Connection::Linger() {
  SetDeadline(state_->config.limits.linger_timeout);
  const std::uint64_t limit = state_->config.limits.max_linger_bytes;
  for (std::uint64_t dropped = 0; dropped <= limit && !expired_ && !cut_ && !read_error_;) {
    dropped += input_.view().size();
    input_.Consume(input_.view().size());
    if (!read_pending_) StartRead();
    co_await Wait();
  }
}

Task<> Connection::Wait() {
  return asio::async_initiate<const asio::use_awaitable_t<Executor>&, void()>([this](Waiter waiter) { waiter_.emplace(std::move(waiter)); }, kAwait);
}

void Connection::Signal() {
  if (!waiter_) return;
  Waiter waiter = *std::move(waiter_);
  waiter_.reset();
  waiter();
}

void Connection::StartRead() {
  const std::span<char> room = input_.Room();
  read_pending_ = true;
  stream_.Read(room, [self = shared_from_this()](const ErrorCondition& error, std::size_t bytes) {
    self->read_pending_ = false;
    // A deadline and Cut() cancel reads, and are known by their own flags.
    if (error != asio::error::operation_aborted) self->read_error_ = error;
    self->input_.Commit(bytes);
    self->Signal();
  });
}

void Connection::OnAnswered() {
  // An inline handler answers before its caller looks: nobody waits, nothing needs to be posted.
  if (loop_->IsHere() && in_handler_) return;
  loop_->Post([self = shared_from_this()] { self->Signal(); });
}

void Connection::BeginRequest() {
  in_flight_ = true;
  state_->requests_in_flight.fetch_add(1, std::memory_order_relaxed);
  SetDeadline(state_->config.limits.header_timeout);
  start_ = last_activity_;
  request_bytes_ = 0;
  response_bytes_ = 0;
}

void Connection::EndRequest() {
  if (!in_flight_) return;
  in_flight_ = false;
  state_->requests_in_flight.fetch_sub(1, std::memory_order_relaxed);
}

void Connection::OnDrain() {
  if (in_flight_ || closed_) return;
  deadline_ = std::min(deadline_, last_activity_ + state_->config.limits.drain_idle);
  timer_.cancel();
  ArmTimer();
}

void Connection::Cut() {
  cut_ = true;
  stream_.Close();
  Signal();
}

void Connection::Close() {
  closed_ = true;
  EndRequest();
  timer_.cancel();
  stream_.Close();
  loop_->connections().erase(this);
  state_->connections.Remove(peer_, verdict_);
}

void Connection::SetDeadline(std::chrono::milliseconds limit) {
  last_activity_ = Clock::now();
  deadline_ = last_activity_ + limit;
  expired_ = false;
}

void Connection::ArmTimer() {
  const Clock::duration left = std::max<Clock::duration>(deadline_ - Clock::now(), std::chrono::milliseconds(1));
  timer_.expires_after(std::min(left, tick_));
  timer_.async_wait([self = shared_from_this()](const ErrorCondition& error) {
    if (!error && !self->closed_) self->OnTimer();
  });
}

void Connection::OnTimer() {
  const Clock::time_point now = Clock::now();
  if (now >= deadline_ && !(in_body_ && BodyKeepsPace(now))) {
    expired_ = true;
    deadline_ = Clock::time_point::max();
    stream_.Cancel();
  }
  ArmTimer();
}

bool Connection::BodyKeepsPace(Clock::time_point now) {
  const Limits& limits = state_->config.limits;
  if (now >= body_start_ + limits.body_timeout) return false;
  const auto earned = std::chrono::milliseconds(body_received_ * 1'000 / std::max<std::uint64_t>(limits.min_body_bytes_per_second, 1));
  deadline_ = std::min(body_start_ + limits.body_timeout, body_start_ + earned);
  return now < deadline_;
}

}  // namespace aqua::http
