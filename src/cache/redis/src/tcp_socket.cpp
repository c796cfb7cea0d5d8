#include "tcp_socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "redis_error.hpp"

namespace aqua::cache {
namespace {

Error SystemError(std::string_view what, int code) { return Unavailable("Redis: " + std::string(what) + ": " + std::generic_category().message(code)); }

}  // namespace

Result<TcpSocket> TcpSocket::Connect(const std::string& host, const std::string& port, Deadline deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int fault = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); fault != 0)
    return Unavailable(std::string("Redis: its host is not found: ") + ::gai_strerror(fault));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, &::freeaddrinfo);
  Error last = Unavailable("Redis: its host has no address");
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    TcpSocket socket(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol));
    if (socket.descriptor_ < 0) return SystemError("no socket", errno);
    const int on = 1;
    ::setsockopt(socket.descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    int fault = ::connect(socket.descriptor_, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    if (fault == EINPROGRESS) {
      if (Status ready = socket.Await(POLLOUT, deadline); !ready) {
        last = std::move(ready).error();
        continue;
      }
      socklen_t size = sizeof(fault);
      ::getsockopt(socket.descriptor_, SOL_SOCKET, SO_ERROR, &fault, &size);
    }
    if (fault == 0) return socket;
    last = SystemError("connecting failed", fault);
  }
  return last;
}

TcpSocket::~TcpSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status TcpSocket::Send(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      AQUA_TRY(Await(POLLOUT, deadline));
    } else if (errno != EINTR) {
      return SystemError("sending failed", errno);
    }
  }
  return {};
}

Result<std::size_t> TcpSocket::Receive(std::span<char> buffer, Deadline deadline) {
  while (true) {
    const ssize_t received = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (received > 0) return static_cast<std::size_t>(received);
    if (received == 0) return Unavailable("Redis: it closed the connection");
    if (errno == EAGAIN) {
      AQUA_TRY(Await(POLLIN, deadline));
    } else if (errno != EINTR) {
      return SystemError("receiving failed", errno);
    }
  }
}

bool TcpSocket::Quiet() const {
  char byte = 0;
  return ::recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

Status TcpSocket::Await(short events, Deadline deadline) const {
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Unavailable("Redis: no answer in time");
    pollfd entry{descriptor_, events, 0};
    const timespec time{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    const int ready = ::ppoll(&entry, 1, &time, nullptr);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return SystemError("waiting failed", errno);
  }
}

}  // namespace aqua::cache
