#include "aqua/cache/testing/redis_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <random>
#include <utility>

namespace aqua::cache::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = "/usr/bin/redis-server";
constexpr std::chrono::seconds kPatience{60};

Error Failure(std::string message) { return MakeError(ErrorCode::kInternal, std::move(message)); }

/// Starts the server, which ends with this thread. Between fork and exec only system calls: other threads may run.
pid_t Spawn(const fs::path& settings, const fs::path& output) {
  std::string program = kProgram;
  std::string argument = settings.string();
  std::array<char*, 3> arguments = {program.data(), argument.data(), nullptr};
  const int log = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::setsid();  // an interrupt from the terminal is for the test, which then stops the server
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent) ::_exit(126);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(log);
  return pid;
}

/// Waits for the end of a child; false when the time was over first.
bool AwaitEnd(pid_t pid, std::chrono::milliseconds time) {
  const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (descriptor < 0) return true;
  pollfd entry{descriptor, POLLIN, 0};
  const bool ended = ::poll(&entry, 1, static_cast<int>(time.count())) > 0;
  ::close(descriptor);
  return ended;
}

sockaddr_in Loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Result<std::uint16_t> FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool found = ::bind(socket, generic, size) == 0 && ::getsockname(socket, generic, &size) == 0;
  ::close(socket);
  if (!found) return Failure("no free port");
  return ntohs(address.sin_port);
}

/// Whether the server does what it is asked, which it does not while it still loads its data.
bool Answers(std::uint16_t port, std::string_view password) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(port);
  const timeval patience{kPatience.count(), 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  bool there = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  for (const auto& [question, expected] : {std::pair(fmt::format("AUTH {}\r\n", password), "+OK"), std::pair(std::string("PING\r\n"), "+PONG")}) {
    std::array<char, 256> answer{};
    there = there && ::send(socket, question.data(), question.size(), MSG_NOSIGNAL) > 0 && ::recv(socket, answer.data(), answer.size() - 1, 0) > 0 &&
            std::string_view(answer.data()).starts_with(expected);
  }
  ::close(socket);
  return there;
}

}  // namespace

bool RedisServer::Installed() { return ::access(kProgram, X_OK) == 0; }

Result<std::unique_ptr<RedisServer>> RedisServer::Make(Persistence persistence) {
  std::unique_ptr<RedisServer> server(new RedisServer);
  std::random_device random;
  server->password_ = fmt::format("{:08x}{:08x}", random(), random());
  AQUA_TRY_ASSIGN(server->port_, FreePort());
  // In a file and not among the arguments, which everybody can read.
  server->folder_.Write("redis.conf",
                        fmt::format("bind 127.0.0.1\nport {}\nrequirepass {}\ndir {}\ndaemonize no\nsave \"\"\nappendonly {}\nappendfsync no\nhz 100\n",
                                    server->port_, server->password_, server->folder_.path().string(), persistence == Persistence::kNone ? "no" : "yes"));
  AQUA_TRY(server->Start());
  return server;
}

RedisServer::~RedisServer() { End(SIGKILL); }

std::string RedisServer::url(int database) const { return fmt::format("redis://:{}@127.0.0.1:{}/{}", password_, port_, database); }

Status RedisServer::Start() {
  if (pid_ > 0) return Failure("the server runs already");
  pid_ = Spawn(folder_.path() / "redis.conf", folder_.path() / "log");
  if (pid_ < 0) return Failure("no process can be made");
  Status ready = AwaitReady();
  if (!ready) End(SIGKILL);
  return ready;
}

Status RedisServer::AwaitReady() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (AwaitEnd(pid_, std::chrono::milliseconds(5))) return Failure("the server ended: " + LastWords());
    if (Answers(port_, password_)) return {};
  }
  return Failure("the server did not get ready: " + LastWords());
}

void RedisServer::Stop() { End(SIGTERM); }

void RedisServer::Kill() { End(SIGKILL); }

void RedisServer::Pause() const {
  if (pid_ > 0) ::kill(pid_, SIGSTOP);
}

void RedisServer::Resume() const {
  if (pid_ > 0) ::kill(pid_, SIGCONT);
}

void RedisServer::End(int signal) {
  if (pid_ <= 0) return;
  Resume();
  ::kill(pid_, signal);
  if (!AwaitEnd(pid_, kPatience)) ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::string RedisServer::LastWords() const {
  std::ifstream file(folder_.path() / "log");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  return text.size() > 500 ? text.substr(text.size() - 500) : text;
}

}  // namespace aqua::cache::testing
