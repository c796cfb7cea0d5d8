#pragma once

#include <memory>

#include "aqua/base/result.hpp"
#include "aqua/http/server.hpp"
#include "aqua/observe/log.hpp"
#include "tls_session.hpp"

struct ssl_ctx_st;

namespace aqua::http {

/// A certificate with its key, ready to serve: what new sessions begin with. Immutable, so thread-safe.
class TlsContext {
 public:
  /// Reads the files and checks that clients could do something with them. Errors: as Server::ReloadCertificate().
  static Result<std::shared_ptr<const TlsContext>> Load(const TlsConfig& config, observe::Logger& logger);

  /// socket: as TlsSession. Null when there is no memory left.
  [[nodiscard]] std::unique_ptr<TlsSession> NewSession(int socket) const;

 private:
  using Handle = std::unique_ptr<ssl_ctx_st, void (*)(ssl_ctx_st*)>;

  explicit TlsContext(Handle context) : context_(std::move(context)) {}

  Handle context_;
};

}  // namespace aqua::http
