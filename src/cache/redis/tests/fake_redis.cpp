#include "fake_redis.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <utility>

#include "aqua/base/assert.hpp"

namespace aqua::cache::testing {
namespace {

/// Reads something and answers; false when the client is gone.
bool Exchange(int connection, std::string_view answer) {
  std::array<char, 4096> request{};
  if (::recv(connection, request.data(), request.size(), 0) <= 0) return false;
  return ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL) >= 0;
}

void AwaitEnd(int connection) {
  std::array<char, 4096> ignored{};
  while (::recv(connection, ignored.data(), ignored.size(), 0) > 0) {
  }
}

}  // namespace

FakeRedis::FakeRedis(std::vector<FakeConnection> connections)
    : connections_(std::move(connections)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  AQUA_ASSERT(::bind(listener_, generic, size) == 0 && ::listen(listener_, 16) == 0 && ::getsockname(listener_, generic, &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Serve(); });
}

FakeRedis::~FakeRedis() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void FakeRedis::Serve() const {
  for (const FakeConnection& planned : connections_) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    bool there = Exchange(connection, "+OK\r\n");
    for (const std::string& answer : planned.answers) there = there && Exchange(connection, answer);
    if (!planned.cut) AwaitEnd(connection);
    ::close(connection);
  }
}

}  // namespace aqua::cache::testing
