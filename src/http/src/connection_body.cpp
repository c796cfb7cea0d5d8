#include <algorithm>
#include <span>
#include <string_view>

#include "chunked.hpp"
#include "connection.hpp"

namespace aqua::http {
namespace {

/// Memory is taken as bytes arrive, so that a Content-Length costs nothing by itself.
constexpr std::size_t kStep = 256 << 10;
/// Address space that a Content-Length may claim at once.
constexpr std::uint64_t kMaxReserve = 64 << 20;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Task<Connection::ReadResult> Connection::ReadBody(const RequestHead& head, std::uint64_t max_bytes, Bytes& body) {
  if (!head.HasBody()) co_return ReadResult{};
  if (head.expect_continue && head.http11 && input_.empty()) {
    const Buffers interim = {asio::buffer(kContinue)};
    const bool written = co_await Write(interim);
    if (!written) co_return ReadResult{.gone = true, .fault = {}};
    response_bytes_ = 0;
  }
  SetDeadline(std::min(state_->config.limits.body_grace, state_->config.limits.body_timeout));
  body_start_ = last_activity_;
  body_received_ = 0;
  in_body_ = true;
  ReadResult result;
  if (head.chunked)
    result = co_await ReadChunkedBody(max_bytes, body);
  else
    result = co_await ReadSizedBody(head.content_length, body);
  in_body_ = false;
  deadline_ = Clock::time_point::max();
  request_bytes_ += body_received_;
  co_return result;
}

Task<Connection::ReadResult> Connection::ReadSizedBody(std::uint64_t length, Bytes& body) {
  body.reserve(static_cast<std::size_t>(std::min(length, kMaxReserve)));
  ReadResult result;
  while (body.size() < length && !result.gone && !result.fault) {
    const std::size_t before = body.size();
    const std::size_t step = static_cast<std::size_t>(std::min<std::uint64_t>(length - before, kStep));
    std::size_t filled = 0;
    body.resize(before + step);
    result = co_await FillBody(std::span(body).subspan(before, step), filled);
  }
  co_return result;
}

Task<Connection::ReadResult> Connection::FillBody(std::span<std::uint8_t> room, std::size_t& filled) {
  while (filled < room.size()) {
    if (!input_.empty()) {
      const std::string_view ready = input_.view().substr(0, room.size() - filled);
      std::copy(ready.begin(), ready.end(), room.begin() + static_cast<std::ptrdiff_t>(filled));
      input_.Consume(ready.size());
      filled += ready.size();
      body_received_ += ready.size();
      continue;
    }
    if (read_pending_ || read_error_ || expired_ || cut_) {
      ReadResult result = co_await MoreInput();
      if (result.gone || result.fault) co_return result;
      continue;
    }
    ErrorCondition error;
    const std::span<char> rest(reinterpret_cast<char*>(room.data()) + filled, room.size() - filled);
    const std::size_t bytes = co_await stream_.Read(rest, asio::redirect_error(kAwait, error));
    if (error) co_return BodyEnded(error);
    filled += bytes;
    body_received_ += bytes;
  }
  co_return ReadResult{};
}

Task<Connection::ReadResult> Connection::ReadChunkedBody(std::uint64_t max_bytes, Bytes& body) {
  ChunkedDecoder decoder(max_bytes);
  if (!read_pending_) input_.Grow();
  for (;;) {
    const ChunkedDecoder::Progress progress = decoder.Decode(input_.view(), body);
    input_.Consume(progress.consumed);
    body_received_ += progress.consumed;
    switch (progress.outcome) {
      case ChunkedDecoder::Outcome::kDone: co_return ReadResult{};
      case ChunkedDecoder::Outcome::kMalformed: co_return ReadResult{.gone = false, .fault = TransportError{400, "bad_chunk", "the chunked body is malformed"}};
      case ChunkedDecoder::Outcome::kTooLarge: co_return ReadResult{.gone = false, .fault = TransportError{413, "body_too_large", "the body is too large"}};
      case ChunkedDecoder::Outcome::kMore: break;
    }
    ReadResult result = co_await MoreInput();
    if (result.gone || result.fault) co_return result;
  }
}

/// Waits for further bytes in the input buffer.
Task<Connection::ReadResult> Connection::MoreInput() {
  while (input_.empty()) {
    if (cut_ || expired_ || (read_error_ && !read_pending_)) co_return BodyEnded(read_error_);
    if (!read_pending_) StartRead();
    co_await Wait();
  }
  co_return ReadResult{};
}

Connection::ReadResult Connection::BodyEnded(const ErrorCondition& error) const {
  if (cut_) return {.gone = true, .fault = {}};
  if (expired_) return {.gone = false, .fault = TransportError{408, "request_timeout", "the body of the request did not arrive in time"}};
  if (error == asio::error::eof) return {.gone = false, .fault = TransportError{400, "incomplete_body", "the body ends early"}};
  return {.gone = true, .fault = {}};
}

}  // namespace aqua::http
