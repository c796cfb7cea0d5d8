#include "redis_connection.hpp"

#include <array>
#include <iterator>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "redis_error.hpp"

namespace aqua::cache {
namespace {

/// Writes a command in the protocol of Redis: the number of words, then each with its length.
void Append(std::span<const std::string_view> words, std::string& out) {
  fmt::format_to(std::back_inserter(out), "*{}\r\n", words.size());
  for (const std::string_view word : words) {
    fmt::format_to(std::back_inserter(out), "${}\r\n", word.size());
    out.append(word).append("\r\n");
  }
}

RedisReply Converted(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_INTEGER: return {std::int64_t{reply.integer}};
    case REDIS_REPLY_NIL: return {};
    case REDIS_REPLY_ERROR: return {RedisError{std::string(reply.str, reply.len)}};
    case REDIS_REPLY_ARRAY: {
      RedisReply::List list;
      list.reserve(reply.elements);
      for (std::size_t i = 0; i < reply.elements; ++i) list.push_back(Converted(*reply.element[i]));
      return {std::move(list)};
    }
    default: return {std::string(reply.str, reply.len)};
  }
}

}  // namespace

RedisConnection::RedisConnection(TcpSocket socket) : socket_(std::move(socket)), reader_(::redisReaderCreate(), &::redisReaderFree) {}

Result<std::unique_ptr<RedisConnection>> RedisConnection::Open(const RedisAddress& address, Deadline deadline) {
  AQUA_TRY_ASSIGN(TcpSocket socket, TcpSocket::Connect(address.host, address.port, deadline));
  std::unique_ptr<RedisConnection> connection(new RedisConnection(std::move(socket)));
  AQUA_TRY(connection->Enter(address, deadline));
  return connection;
}

Status RedisConnection::Enter(const RedisAddress& address, Deadline deadline) {
  std::vector<std::string_view> enter = {"AUTH"};
  if (!address.user.empty()) enter.push_back(address.user);
  enter.push_back(address.password);
  const std::array<std::string_view, 2> select = {"SELECT", address.database};
  std::vector<std::span<const std::string_view>> commands;
  if (!address.password.empty()) commands.emplace_back(enter);
  commands.emplace_back(select);
  AQUA_TRY_ASSIGN(const std::vector<RedisReply> replies, Run(commands, deadline));
  for (const RedisReply& reply : replies) {
    if (const RedisError* error = reply.error()) return ErrorOf(*error);
  }
  return {};
}

Result<std::vector<RedisReply>> RedisConnection::Run(Commands commands, Deadline deadline) {
  broken_ = true;  // until the last reply is there
  std::string request;
  for (const auto& words : commands) Append(words, request);
  AQUA_TRY(socket_.Send(request, deadline));
  std::vector<RedisReply> replies;
  replies.reserve(commands.size());
  while (replies.size() < commands.size()) {
    AQUA_TRY_ASSIGN(RedisReply reply, Read(deadline));
    replies.push_back(std::move(reply));
  }
  broken_ = reader_->pos != reader_->len;  // more than was asked for: not to be taken for the next answer
  return replies;
}

Result<RedisReply> RedisConnection::Read(Deadline deadline) {
  std::array<char, 16 * 1024> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by Receive()
  while (true) {
    void* read = nullptr;
    if (::redisReaderGetReply(reader_.get(), &read) != REDIS_OK) return Unavailable("Redis: what it sends is not its protocol");
    if (read != nullptr) {
      const std::unique_ptr<void, void (*)(void*)> reply(read, &::freeReplyObject);
      return Converted(*static_cast<const redisReply*>(read));
    }
    AQUA_TRY_ASSIGN(const std::size_t size, socket_.Receive(buffer, deadline));
    if (::redisReaderFeed(reader_.get(), buffer.data(), size) != REDIS_OK) return Unavailable("Redis: no memory for its answer");
  }
}

}  // namespace aqua::cache
