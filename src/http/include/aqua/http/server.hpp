#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aqua/base/result.hpp"
#include "aqua/http/address.hpp"
#include "aqua/http/message.hpp"
#include "aqua/observe/log.hpp"

namespace aqua::http {

/// Where a handler runs.
enum class Execution {
  kInline,    ///< on the I/O thread: memory only, microseconds
  kCompute,   ///< on one of ServerConfig::compute_threads: processor-bound work such as inference
  kBlocking,  ///< on one of ServerConfig::blocking_threads: waits for disks and databases
};

/// One row of the routing table. Templates hold whole-segment parameters: "/api/v1/predictions/{id}". A literal segment wins
/// over a parameter; a template that ends in "/*" takes every path below, as path parameter "*".
struct Route {
  Method method = Method::kGet;
  std::string path;
  Execution execution = Execution::kInline;
  std::uint64_t max_body_bytes = 0;        ///< more → 413, told before the body is read when Content-Length says it
  std::vector<std::string> content_types;  ///< media types of the body, else 415; empty: none is asked for
  bool requires_body = false;              ///< a missing Content-Type with content_types given → 415
  Handler handler;
};

/// Limits of HTTP/1.1; each has a test. Times are deadlines of a phase, not of single reads.
struct Limits {
  std::size_t max_request_line = 8 << 10;             ///< 431
  std::size_t max_header_bytes = 16 << 10;            ///< 431
  std::size_t max_header_fields = 64;                 ///< 431
  std::chrono::milliseconds header_timeout{5'000};    ///< 408
  std::chrono::milliseconds body_timeout{30'000};     ///< 408
  std::uint64_t min_body_bytes_per_second = 8 << 10;  ///< on average, once body_grace is over; 408
  std::chrono::milliseconds body_grace{5'000};
  std::chrono::milliseconds idle_timeout{60'000};   ///< between requests
  std::chrono::milliseconds write_timeout{30'000};  ///< a client that does not read its answer is dropped
  std::chrono::milliseconds linger_timeout{5'000};  ///< for a client to take a refusal while its unread body is thrown away
  std::uint64_t max_linger_bytes = 16 << 20;        ///< thrown away at most
  std::chrono::milliseconds drain_idle{500};        ///< Drain() closes connections that were idle for this long
  std::size_t max_requests_per_connection = 10'000;
  std::size_t max_connections = 1'024;           ///< further ones get 503 and are closed
  std::size_t max_connections_per_address = 64;  ///< further ones get 503 and are closed
  bool loopback_limited = false;                 ///< whether max_connections_per_address holds for loopback addresses
  std::uint64_t max_gzip_ratio = 20;             ///< output ≤ 20 × input, else 400, and ≤ the route's body limit, else 413
  std::size_t max_queued = 64;                   ///< waiting work for each compute or blocking thread; more → 503 + Retry-After
};

/// What happened to one request, for logs, metrics, traces and the performance window.
struct AccessRecord {
  const Request* request = nullptr;  ///< valid during the call; route is empty for requests that matched none
  int status = 0;                    ///< 499 when the client went away before the answer
  std::uint64_t request_bytes = 0;
  std::uint64_t response_bytes = 0;
  std::chrono::nanoseconds duration{};  ///< first byte of the head → last byte of the answer handed to the system
};

/// What a transport error is answered with: 400, 404, 405, 408, 413, 415, 431, 500, 503. The status is canonical already.
struct TransportError {
  int status = 400;
  std::string type;     ///< snake_case word: "not_found", "method_not_allowed", "body_too_large", …
  std::string message;  ///< for people
};

/// TLS of a listener: 1.2 with forward secrecy, or 1.3. Files are PEM, the key without a passphrase.
struct TlsConfig {
  std::filesystem::path certificate_file;  ///< the chain, the server's own certificate first
  std::filesystem::path key_file;
};

struct ServerConfig {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free port
  std::size_t io_threads = 1;
  std::size_t compute_threads = 1;
  std::size_t blocking_threads = 4;
  Limits limits;
  std::size_t gzip_min_bytes = 1'000;  ///< text answers above this are compressed, on the thread that answers
  bool sample_new_traces = true;       ///< whether a request without a valid traceparent starts a sampled trace
  std::optional<TlsConfig> tls;        ///< nothing: plain HTTP
  /// Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; those of anybody else are not looked at.
  std::vector<AddressRange> trusted_proxies;
  std::vector<Route> routes;
  /// Looks at a request before its body is read (Host, Origin, identity, rate), also at OPTIONS of any path, which it may
  /// answer; not at other requests that match no route. Runs on the I/O thread: memory only.
  Guard guard;
  /// Is asked when `guard` says so, still before the body is read or invited (100-continue). Runs on a blocking thread and may
  /// wait for a database; when too many wait, requests are refused with 503. Must not say kAsk.
  Guard slow_guard;
  /// Completes every answer, whoever gave it (handler, guard, transport), before it is written: security headers, say. Called
  /// once an answer on the I/O thread: memory only. An exception turns the answer into a 500.
  std::function<void(const Request&, Response&)> finish;
  /// Writes the error answer (envelope); called on the I/O thread. The transport adds Allow, Retry-After and Connection.
  std::function<Response(const Request&, const TransportError&)> error_response;
  /// Called once a request, on the I/O thread, after the answer.
  std::function<void(const AccessRecord&)> on_access;
};

/// An HTTP/1.1 server. Start: Listen() binds, Start() accepts. Thread-safe.
/// Stop: Drain() → new requests still served, answers carry "Connection: close", idle connections are closed; Stop(deadline)
/// closes the listener, waits for requests in flight up to the deadline, then cuts: such requests have no access record.
/// The destructor stops at once and waits for handlers that run; cancelled() tells them. The logger must outlive the server.
class Server {
 public:
  /// Errors: kUnavailable ("port_in_use" with advice, "address_not_available"), kPermissionDenied ("port_not_allowed"), and
  /// those of ReloadCertificate().
  static Result<std::unique_ptr<Server>> Listen(ServerConfig config, observe::Logger& logger);
  virtual ~Server() = default;

  virtual void Start() = 0;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  virtual void Drain() = 0;
  /// Returns whether every request in flight was answered. Blocks; not to be called by handlers.
  virtual bool Stop(std::chrono::milliseconds deadline) = 0;
  /// Reads the files of ServerConfig::tls again, for new connections. On errors the certificate in use stays. Does nothing
  /// without TLS. Blocks. A key file that others can read is a warning in the log.
  /// Errors: those of base::ReadFile; kInvalidArgument ("certificate_malformed", "certificate_unusable", "key_malformed",
  /// "key_mismatch"), kFailedPrecondition ("certificate_expired", "certificate_not_yet_valid").
  virtual Status ReloadCertificate() = 0;

  /// For /health/detailed, metrics and tests.
  struct Load {
    std::size_t connections = 0;
    std::size_t requests_in_flight = 0;
    std::size_t queued = 0;  ///< handlers waiting for a compute or blocking thread
  };
  [[nodiscard]] virtual Load load() const = 0;
};

}  // namespace aqua::http
