#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "aqua/base/bytes.hpp"
#include "aqua/base/result.hpp"
#include "aqua/observe/trace.hpp"

namespace aqua::http {

enum class Method { kGet, kPost, kPut, kPatch, kDelete, kOptions };

/// "GET", "POST", …
std::string_view Name(Method method);

/// Header fields in the order they came. Names are compared without regard to case.
class Headers {
 public:
  /// The first field of that name, or nothing.
  [[nodiscard]] std::optional<std::string_view> Find(std::string_view name) const;
  /// Adds a field. Requires: a name of token characters, and no control character in the value but the tab (checked: the
  /// process ends, answers are ours).
  void Add(std::string name, std::string value);
  /// Replaces all fields of that name.
  void Set(std::string name, std::string value);
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// What a guard found out about a request, for its handler: the caller's identity, say. Defined by the module that sets it.
class Attachment {
 public:
  virtual ~Attachment() = default;
};

/// Request::route_index of requests that matched no route.
inline constexpr std::size_t kNoRoute = static_cast<std::size_t>(-1);

/// A request whose body was read whole. Paths and parameters are percent-decoded UTF-8.
struct Request {
  Method method = Method::kGet;        ///< HEAD arrives as kGet; the transport leaves the body of the answer out
  std::string path;                    ///< "/api/v1/predictions/0190…"
  std::string route;                   ///< template that matched, "/api/v1/predictions/{id}"; empty when none did
  std::size_t route_index = kNoRoute;  ///< of the route in ServerConfig::routes; OPTIONS without a route of its own has none
  std::vector<std::pair<std::string, std::string>> path_parameters;
  std::vector<std::pair<std::string, std::string>> query;  ///< in order, duplicates kept
  Headers headers;
  Bytes body;                                          ///< decompressed; owned by the request, read once
  std::string peer;                                    ///< address of the client, without port; past trusted proxies
  std::string scheme = "http";                         ///< "http" or "https", as the client used it
  std::string request_id;                              ///< the client's X-Request-ID when it is well-formed, else a new UUIDv7
  observe::TraceContext trace;                         ///< this request's own span
  std::optional<observe::TraceContext> remote_parent;  ///< from a valid traceparent
  std::chrono::steady_clock::time_point start;         ///< when the first byte of the head was there
  std::shared_ptr<const Attachment> attachment;        ///< set by a guard, else null

  /// Value of a path parameter. Requires: the route has it.
  [[nodiscard]] const std::string& PathParameter(std::string_view name) const;
};

/// Gives the body of a long answer piece by piece; an empty piece ends it, an error cuts the connection (the client sees an
/// incomplete chunked body, never a whole one). Called on a blocking worker, one call at a time.
using BodySource = std::function<Result<std::string>()>;

/// An answer. The transport adds Date, Content-Length or chunks, Connection, X-Request-ID, X-Process-Time, gzip, traceparent.
struct Response {
  int status = 200;
  std::string content_type;  ///< empty: no Content-Type
  std::variant<std::string, std::shared_ptr<const Bytes>, BodySource> body;
  Headers headers;
};

/// One request being answered. Owned by shared_ptr: whoever holds it may answer later, from any thread, also after the server
/// is gone (the answer is dropped then). The request is the handler's until it answers; from then on it must not be changed.
class Exchange {
 public:
  virtual ~Exchange() = default;
  [[nodiscard]] virtual const Request& request() const = 0;
  /// For handlers that take the body over.
  virtual Request& mutable_request() = 0;
  /// Answers. Only the first call counts. An exchange dropped unanswered is answered with 500.
  virtual void Respond(Response response) = 0;
  /// Tells whether the client went away meanwhile; work for it may stop. A client that closes its sending side counts as gone.
  [[nodiscard]] virtual bool cancelled() const = 0;
};

using Handler = std::function<void(std::shared_ptr<Exchange>)>;

/// What a guard says of a request before its body is read.
struct Verdict {
  enum class Kind {
    kContinue,
    kRefuse,  ///< `response` is the answer
    kAsk,     ///< the slow guard is asked, whose verdict counts
  };

  Kind kind = Kind::kContinue;
  Response response;

  static Verdict Continue() { return {}; }
  static Verdict Refuse(Response response) { return {Kind::kRefuse, std::move(response)}; }
  static Verdict Ask() { return {Kind::kAsk, {}}; }
};

using Guard = std::function<Verdict(Request&)>;

}  // namespace aqua::http
