#include <fmt/format.h>

#include <exception>
#include <iterator>
#include <utility>

#include "connection.hpp"
#include "response_head.hpp"

namespace aqua::http {
namespace {

std::string_view WholeBody(const Response& response) {
  if (const auto* const text = std::get_if<std::string>(&response.body)) return *text;
  const auto* const shared = std::get_if<std::shared_ptr<const Bytes>>(&response.body);
  return shared != nullptr && *shared != nullptr ? AsText(**shared) : std::string_view();
}

asio::const_buffer Buffer(std::string_view text) { return asio::buffer(text.data(), text.size()); }

Result<std::string> PullPiece(const BodySource& source) {
  try {
    return source();
  } catch (const std::exception& error) {
    return MakeError(ErrorCode::kInternal, error.what(), "source_failed");
  }
}

}  // namespace

/// Completes and writes an answer and records the request. Returns whether the connection goes on.
Task<bool> Connection::Answer(Transaction& transaction, Response& response, bool close) {
  Finish(transaction.request, response);
  keep_alive_ = keep_alive_ && !close && !state_->draining.load(std::memory_order_relaxed);
  const bool body_allowed = HasBody(response.status);
  auto* const source = std::get_if<BodySource>(&response.body);
  const std::string_view body = WholeBody(response);
  HeadContext context{.request = &transaction.request,
                      .date = loop_->Date(),
                      .framing = body_allowed ? Framing::kLength : Framing::kNone,
                      .content_length = body.size(),
                      .keep_alive = keep_alive_,
                      .process_time = Clock::now() - start_};
  if (source != nullptr && body_allowed) {
    context.framing = http11_ ? Framing::kChunked : Framing::kUntilClose;
    context.keep_alive = keep_alive_ = keep_alive_ && http11_;
  }
  head_text_.clear();
  WriteHead(response, context, head_text_);
  Buffers buffers = {Buffer(head_text_), Buffer(transaction.head_only || !body_allowed ? std::string_view() : body)};
  const bool streams = source != nullptr && body_allowed && !transaction.head_only;
  bool written = false;
  if (streams)
    written = co_await WriteStream(transaction, std::make_shared<BodySource>(std::move(*source)));
  else if (const std::optional<bool> at_once = WriteNow(buffers))
    written = *at_once;
  else
    written = co_await Write(buffers);
  if (!streams || written) Record(transaction.request, written ? response.status : 499);
  orderly_ = written;
  // A client that still sends would be reset and lose the answer.
  linger_ = written && !keep_alive_ && (close || !input_.empty());
  co_return written&& keep_alive_;
}

/// Writes the head in head_text_ and then the pieces; one that fails is recorded here and ends the connection.
Task<bool> Connection::WriteStream(const Transaction& transaction, std::shared_ptr<BodySource> source) {
  for (;;) {
    std::optional<Result<std::string>> piece = co_await Pull(source);
    const bool failed = piece && !*piece;
    if (failed) state_->logger.Log(observe::LogLevel::kError, "an answer broke off", {{"route", transaction.request.route}, {"error", piece->error().message}});
    if (!piece || failed) {
      if (!cut_) Record(transaction.request, failed ? 500 : 499);
      co_return false;
    }
    const bool last = (*piece)->empty();
    if (http11_) fmt::format_to(std::back_inserter(head_text_), "{:x}\r\n", (*piece)->size());
    const Buffers buffers = {Buffer(head_text_), Buffer(**piece), Buffer(http11_ ? "\r\n" : "")};
    const bool written = co_await Write(buffers);
    head_text_.clear();
    if (!written) Record(transaction.request, 499);
    if (!written || last) co_return written;
  }
}

/// Has the next piece made by a blocking worker. Nothing when the client went away or the server is cutting meanwhile.
Task<std::optional<Result<std::string>>> Connection::Pull(std::shared_ptr<BodySource> source) {
  const auto piece = std::make_shared<std::optional<Result<std::string>>>();
  state_->blocking.Submit([self = shared_from_this(), source = std::move(source), piece] {
    Result<std::string> pulled = PullPiece(*source);
    self->loop_->Post([self, piece, pulled = std::move(pulled)]() mutable {
      *piece = std::move(pulled);
      self->Signal();
    });
  });
  deadline_ = Clock::time_point::max();
  while (!piece->has_value() && !cut_ && !read_error_) {
    WatchClient();
    co_await Wait();
  }
  if (cut_ || read_error_) co_return std::nullopt;
  co_return std::move(*piece);
}

/// Writes what the system takes now. Returns whether all was written; nothing while the client has to be waited for.
std::optional<bool> Connection::WriteNow(Buffers& buffers) {
  for (std::size_t left = asio::buffer_size(buffers); left > 0;) {
    if (cut_) return false;
    ErrorCondition error;
    std::size_t bytes = stream_.Write(buffers, error);
    if (error == asio::error::would_block) return std::nullopt;
    if (error && error != asio::error::interrupted) return false;
    response_bytes_ += bytes;
    left -= bytes;
    for (asio::const_buffer& buffer : buffers) {
      const std::size_t part = std::min(bytes, buffer.size());
      buffer += part;
      bytes -= part;
    }
  }
  return true;
}

/// Writes all of the buffers. Returns whether that was done within the limit.
Task<bool> Connection::Write(Buffers buffers) {
  bool waited = false;
  for (;;) {
    if (const std::optional<bool> written = WriteNow(buffers)) co_return *written;
    if (!std::exchange(waited, true)) SetDeadline(state_->config.limits.write_timeout);
    if (expired_) co_return false;
    ErrorCondition error;
    co_await stream_.WaitUntilReady(asio::redirect_error(kAwait, error));
  }
}

}  // namespace aqua::http
