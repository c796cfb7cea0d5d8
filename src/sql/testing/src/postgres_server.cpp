#include "aqua/sql/testing/postgres_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "aqua/base/file.hpp"

namespace aqua::sql::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrograms = "/usr/lib/postgresql/15/bin/";
constexpr std::string_view kUser = "aqua";
constexpr std::string_view kOwner = "farm";
constexpr std::chrono::seconds kPatience{60};

Error Failure(std::string message) { return MakeError(ErrorCode::kInternal, std::move(message)); }

/// Whom the server runs as: it refuses to run as root.
const passwd* Owner() { return ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr; }

/// Starts a program that writes to a file and ends with this thread. Between fork and exec only system calls: other threads may run.
pid_t Spawn(const std::vector<std::string>& words, const fs::path& output) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const passwd* owner = Owner();
  const int log = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::setsid();  // an interrupt from the terminal is for the test, which then stops the server
    if (owner != nullptr &&
        (::syscall(SYS_setgroups, 0, nullptr) != 0 || ::syscall(SYS_setgid, owner->pw_gid) != 0 || ::syscall(SYS_setuid, owner->pw_uid) != 0))
      ::_exit(126);
    if (::chdir("/") != 0 || ::prctl(PR_SET_PDEATHSIG, SIGQUIT) != 0 || ::getppid() != parent) ::_exit(126);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(log);
  return pid;
}

/// Waits for the end of a process, its own child or not; false when the time was over first.
bool AwaitEnd(pid_t pid, std::chrono::milliseconds time) {
  const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (descriptor < 0) return true;
  pollfd entry{descriptor, POLLIN, 0};
  const bool ended = ::poll(&entry, 1, static_cast<int>(time.count())) > 0;
  ::close(descriptor);
  return ended;
}

Result<std::uint16_t> FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool found = ::bind(socket, generic, size) == 0 && ::getsockname(socket, generic, &size) == 0;
  ::close(socket);
  if (!found) return Failure("no free port");
  return ntohs(address.sin_port);
}

/// The lines of postmaster.pid: the 7th names the shared memory, the 8th says when the server is ready.
std::vector<std::string> StatusLines(const fs::path& data) {
  std::ifstream file(data / "postmaster.pid");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// The parent of a process; 0 when it is gone. The name between the brackets may hold anything.
pid_t ParentOf(const fs::path& process) {
  std::ifstream file(process / "stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const auto bracket = text.rfind(')');
  return bracket == std::string::npos || bracket + 4 > text.size() ? 0 : static_cast<pid_t>(std::strtol(text.c_str() + bracket + 4, nullptr, 10));
}

}  // namespace

bool PostgresServer::Installed() { return ::access(fmt::format("{}postgres", kPrograms).c_str(), X_OK) == 0; }

Result<std::unique_ptr<PostgresServer>> PostgresServer::Make() {
  std::unique_ptr<PostgresServer> server(new PostgresServer);
  AQUA_TRY(server->Initialise());
  AQUA_TRY_ASSIGN(server->port_, FreePort());
  AQUA_TRY(server->Start());
  return server;
}

PostgresServer::~PostgresServer() { End(SIGQUIT); }

Status PostgresServer::Initialise() {
  std::random_device random;
  password_ = fmt::format("{:08x}{:08x}", random(), random());
  const fs::path secret = folder_.Write("password", password_ + "\n");
  if (::geteuid() == 0) {
    const passwd* owner = Owner();
    if (owner == nullptr) return Failure("there is no user postgres");
    for (const fs::path& path : {folder_.path(), secret})
      if (::chown(path.c_str(), owner->pw_uid, owner->pw_gid) != 0) return Failure("the folder cannot be given to the user postgres");
  }
  const std::string data = (folder_.path() / "data").string();
  const pid_t pid = Spawn({fmt::format("{}initdb", kPrograms), "-D", data, "-U", std::string(kUser), "--pwfile", secret.string(), "--auth=scram-sha-256",
                           "--no-sync", "--no-instructions", "--locale=C", "--encoding=UTF8"},
                          folder_.path() / "log");
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid || status != 0) return Failure("initdb failed: " + LastWords());
  return {};
}

std::string PostgresServer::url(std::string_view database) const {
  return fmt::format("postgresql://{}:{}@127.0.0.1:{}/{}", kUser, password_, port_, database);
}

Result<std::string> PostgresServer::NewDatabase() {
  if (databases_ == 0) AQUA_TRY(Execute(fmt::format("CREATE ROLE {} LOGIN PASSWORD '{}'", kOwner, password_)));
  const std::string name = fmt::format("test{}", databases_++);
  AQUA_TRY(Execute(fmt::format("CREATE DATABASE {} OWNER {}", name, kOwner)));
  return fmt::format("postgresql://{}:{}@127.0.0.1:{}/{}", kOwner, password_, port_, name);
}

Status PostgresServer::Execute(const std::string& sql) {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(url().c_str()), &PQfinish);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection.get(), sql.c_str()), &PQclear);
  if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) return {};
  return Failure(PQerrorMessage(connection.get()));
}

Status PostgresServer::Start() {
  if (pid_ > 0) return Failure("the server runs already");
  pid_ = Spawn({fmt::format("{}postgres", kPrograms), "-D", (folder_.path() / "data").string(), "-h", "127.0.0.1", "-p", std::to_string(port_), "-k", "", "-F",
                "-c", "shared_buffers=16MB", "-c", "dynamic_shared_memory_type=mmap"},
               folder_.path() / "log");
  if (pid_ < 0) return Failure("no process can be made");
  Status ready = AwaitReady();
  if (!ready) End(SIGQUIT);
  return ready;
}

Status PostgresServer::AwaitReady() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto lines = StatusLines(folder_.path() / "data");
    if (lines.size() >= 8 && lines[7].starts_with("ready")) return {};
    if (AwaitEnd(pid_, std::chrono::milliseconds(10))) return Failure("the server ended: " + LastWords());
  }
  return Failure("the server did not get ready: " + LastWords());
}

void PostgresServer::Stop() { End(SIGINT); }

void PostgresServer::Kill() { End(SIGKILL); }

void PostgresServer::Pause() { Signal(SIGSTOP); }

void PostgresServer::Resume() { Signal(SIGCONT); }

void PostgresServer::Signal(int signal) const {
  if (pid_ <= 0) return;
  // A server that stands still makes no more sessions while they are counted.
  if (signal != SIGCONT) ::kill(pid_, SIGSTOP);
  for (const pid_t pid : Processes()) ::kill(pid, signal);
}

void PostgresServer::End(int signal) {
  if (pid_ <= 0) return;
  if (signal != SIGKILL) {
    Signal(SIGCONT);
    ::kill(pid_, signal);
    if (!AwaitEnd(pid_, kPatience)) signal = SIGKILL;
  }
  if (signal == SIGKILL) {
    ::kill(pid_, SIGSTOP);
    const std::vector<pid_t> processes = Processes();
    const auto lines = StatusLines(folder_.path() / "data");
    for (const pid_t pid : processes) ::kill(pid, SIGKILL);
    for (const pid_t pid : processes) AwaitEnd(pid, kPatience);
    // What a server that was killed leaves behind.
    if (lines.size() >= 7) ::shmctl(static_cast<int>(std::strtol(lines[6].substr(lines[6].find_last_of(' ') + 1).c_str(), nullptr, 10)), IPC_RMID, nullptr);
    std::error_code ignored;
    fs::remove(folder_.path() / "data" / "postmaster.pid", ignored);
  }
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::vector<pid_t> PostgresServer::Processes() const {
  std::vector<pid_t> processes = {pid_};
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator("/proc", ignored)) {
    const pid_t pid = static_cast<pid_t>(std::strtol(entry.path().filename().c_str(), nullptr, 10));
    if (pid > 0 && ParentOf(entry.path()) == pid_) processes.push_back(pid);
  }
  return processes;
}

std::string PostgresServer::LastWords() const {
  std::ifstream file(folder_.path() / "log");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  return text.size() > 500 ? text.substr(text.size() - 500) : text;
}

}  // namespace aqua::sql::testing
