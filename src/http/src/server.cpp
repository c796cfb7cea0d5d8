#include "aqua/http/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <mutex>
#include <utility>

#include "asio.hpp"
#include "connection.hpp"
#include "io_loop.hpp"
#include "server_state.hpp"
#include "stream.hpp"
#include "tls_context.hpp"

namespace aqua::http {
namespace {

using asio::ip::tcp;

/// Pause after the system refused to accept, as it does when the process has no descriptor left.
constexpr std::chrono::milliseconds kAcceptPause{100};

std::string Describe(const ServerConfig& config) { return fmt::format("{} port {}", config.address, config.port); }

Error BindError(const ServerConfig& config, const ErrorCondition& error) {
  if (error == asio::error::address_in_use)
    return MakeError(ErrorCode::kUnavailable,
                     fmt::format("{} is in use by another program: stop that program, or choose another port (0 takes any free one)", Describe(config)),
                     "port_in_use");
  if (error == asio::error::access_denied)
    return MakeError(ErrorCode::kPermissionDenied, fmt::format("{} may not be opened by this user: choose a port above 1023", Describe(config)),
                     "port_not_allowed");
  return MakeError(ErrorCode::kUnavailable, fmt::format("{} cannot be opened: {}", Describe(config), error.message()), "address_not_available");
}

std::string PeerText(asio::ip::address address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address.to_string();
}

bool IsLoopback(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback();
  return address.is_loopback();
}

class LoopServer : public Server {
 public:
  LoopServer(ServerConfig config, observe::Logger& logger) : state_(std::make_shared<ServerState>(std::move(config), logger)) {
    for (std::size_t i = 0; i < std::max<std::size_t>(state_->config.io_threads, 1); ++i) loops_.push_back(std::make_shared<IoLoop>());
    acceptor_.emplace(loops_.front()->executor());
    accept_pause_.emplace(loops_.front()->executor());
  }
  LoopServer(const LoopServer&) = delete;
  LoopServer& operator=(const LoopServer&) = delete;
  ~LoopServer() override {
    Stop(std::chrono::milliseconds(0));
    state_->compute.Join();
    state_->blocking.Join();
    acceptor_.reset();
    accept_pause_.reset();
  }

  Status Bind();
  Status ReloadCertificate() override;
  void Start() override;
  [[nodiscard]] std::uint16_t port() const override { return port_; }
  void Drain() override;
  bool Stop(std::chrono::milliseconds deadline) override;
  [[nodiscard]] Load load() const override;

 private:
  void Accept();
  void OnAccept(const ErrorCondition& error, Socket socket, const std::shared_ptr<IoLoop>& loop);
  void Take(Socket socket, const std::shared_ptr<IoLoop>& loop);
  std::unique_ptr<TlsSession> NewSession(int socket);
  void CloseListener();
  template <typename Work>
  void ForEachConnection(Work work);

  std::shared_ptr<ServerState> state_;
  std::mutex tls_mutex_;
  std::shared_ptr<const TlsContext> tls_;  // guarded by tls_mutex_
  std::vector<std::shared_ptr<IoLoop>> loops_;
  std::optional<Acceptor> acceptor_;
  std::optional<Timer> accept_pause_;
  std::size_t next_loop_ = 0;
  bool accept_failing_ = false;
  std::uint16_t port_ = 0;
  bool started_ = false;
  bool stopped_ = false;
};

Status LoopServer::Bind() {
  ErrorCondition error;
  const asio::ip::address address = asio::ip::make_address(state_->config.address, error);
  const tcp::endpoint endpoint(address, state_->config.port);
  if (!error) acceptor_->open(endpoint.protocol(), error);
  if (!error) acceptor_->set_option(Acceptor::reuse_address(true), error);
  if (!error && address.is_v6() && address.is_unspecified()) acceptor_->set_option(asio::ip::v6_only(false), error);
  if (!error) acceptor_->bind(endpoint, error);
  if (!error) acceptor_->listen(Acceptor::max_listen_connections, error);
  if (error) return BindError(state_->config, error);
  port_ = acceptor_->local_endpoint(error).port();
  return {};
}

Status LoopServer::ReloadCertificate() {
  if (!state_->config.tls) return {};
  AQUA_TRY_ASSIGN(std::shared_ptr<const TlsContext> fresh, TlsContext::Load(*state_->config.tls, state_->logger));
  const std::lock_guard lock(tls_mutex_);
  tls_ = std::move(fresh);
  return {};
}

std::unique_ptr<TlsSession> LoopServer::NewSession(int socket) {
  const std::lock_guard lock(tls_mutex_);
  return tls_->NewSession(socket);
}

void LoopServer::Start() {
  started_ = true;
  for (const auto& loop : loops_) loop->Start();
  loops_.front()->Post([this] { Accept(); });
}

void LoopServer::Accept() {
  const std::shared_ptr<IoLoop> loop = loops_[next_loop_++ % loops_.size()];
  acceptor_->async_accept(loop->executor(), [this, loop](const ErrorCondition& error, Socket socket) { OnAccept(error, std::move(socket), loop); });
}

void LoopServer::OnAccept(const ErrorCondition& error, Socket socket, const std::shared_ptr<IoLoop>& loop) {
  if (!error) {
    accept_failing_ = false;
    Take(std::move(socket), loop);
  }
  if (!acceptor_->is_open()) return;
  if (!error) return Accept();
  if (error == asio::error::connection_aborted) return Accept();
  if (!std::exchange(accept_failing_, true))
    state_->logger.Log(observe::LogLevel::kError, "cannot accept connections; trying again until it works", {{"error", error.message()}});
  accept_pause_->expires_after(kAcceptPause);
  accept_pause_->async_wait([this](const ErrorCondition& cancelled) {
    if (!cancelled) Accept();
  });
}

void LoopServer::Take(Socket socket, const std::shared_ptr<IoLoop>& loop) {
  ErrorCondition error;
  const asio::ip::address address = socket.remote_endpoint(error).address();
  if (error) return;
  socket.set_option(tcp::no_delay(true), error);
  socket.non_blocking(true, error);
  std::string peer = PeerText(address);
  const ConnectionCount::Verdict verdict = state_->connections.Add(peer, IsLoopback(address));
  if (verdict == ConnectionCount::Verdict::kDropped) return;
  std::unique_ptr<TlsSession> session = state_->config.tls ? NewSession(socket.native_handle()) : nullptr;
  if (state_->config.tls && session == nullptr) return state_->connections.Remove(peer, verdict);
  const auto connection = std::make_shared<Connection>(state_, loop, Stream(std::move(socket), std::move(session)), std::move(peer), verdict);
  if (loop == loops_.front())
    connection->Start();
  else
    loop->Post([connection] { connection->Start(); });
}

void LoopServer::Drain() {
  if (state_->draining.exchange(true)) return;
  ForEachConnection([](Connection& connection) { connection.OnDrain(); });
}

template <typename Work>
void LoopServer::ForEachConnection(Work work) {
  for (const auto& loop : loops_)
    loop->Post([loop, work] {
      // Work may end connections, which leave the set.
      std::vector<std::shared_ptr<Connection>> connections;
      for (Connection* const connection : loop->connections()) connections.push_back(connection->shared_from_this());
      for (const auto& connection : connections) work(*connection);
    });
}

/// Takes the connections that wait in the system's queue, for their clients believe them open, then closes the listener.
void LoopServer::CloseListener() {
  ErrorCondition error;
  acceptor_->non_blocking(true, error);
  while (started_ && !error) {
    const std::shared_ptr<IoLoop> loop = loops_[next_loop_++ % loops_.size()];
    Socket socket = acceptor_->accept(loop->executor(), error);
    if (!error) Take(std::move(socket), loop);
  }
  acceptor_->close(error);
  accept_pause_->cancel();
}

bool LoopServer::Stop(std::chrono::milliseconds deadline) {
  if (std::exchange(stopped_, true)) return true;
  if (!started_) {
    CloseListener();
    return true;
  }
  Drain();
  std::promise<void> closed;
  loops_.front()->Post([this, &closed] {
    CloseListener();
    // A connection may have been accepted already, and wait in front of this for its turn.
    loops_.front()->Post([&closed] { closed.set_value(); });
  });
  closed.get_future().wait();
  state_->connections.WaitForNone(deadline);
  const bool answered = state_->requests_in_flight == 0;
  ForEachConnection([](Connection& connection) { connection.Cut(); });
  state_->compute.Stop();
  state_->blocking.Stop();
  for (const auto& loop : loops_) loop->Finish();
  return answered;
}

Server::Load LoopServer::load() const {
  return {.connections = state_->connections.admitted(),
          .requests_in_flight = state_->requests_in_flight,
          .queued = state_->compute.queued() + state_->blocking.queued()};
}

}  // namespace

Result<std::unique_ptr<Server>> Server::Listen(ServerConfig config, observe::Logger& logger) {
  auto server = std::make_unique<LoopServer>(std::move(config), logger);
  AQUA_TRY(server->ReloadCertificate());
  AQUA_TRY(server->Bind());
  return server;
}

}  // namespace aqua::http
