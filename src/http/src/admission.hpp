#pragma once

#include <optional>
#include <string>

#include "aqua/http/server.hpp"
#include "request_head.hpp"
#include "router.hpp"

namespace aqua::http {

/// What becomes of a request once its head is known.
struct Admission {
  const Route* route = nullptr;           ///< set unless refused
  std::optional<TransportError> refusal;  ///< 400, 404, 405, 413, 415, 500
  std::string allow;                      ///< Allow field of a 405
  std::optional<Response> guarded;        ///< the guard's refusal
  bool head_only = false;                 ///< HEAD: the answer goes out without its body
  bool gzip_body = false;                 ///< the body comes compressed
};

/// Admits or refuses a request before its body is read: target, route, guard, media type, size, content coding, in this
/// order. Moves the head's fields into `request` and fills its method, path, route, parameters and query.
/// guard: as in ServerConfig, may be empty; an exception of it is thrown on.
Admission Admit(const Router& router, const std::function<std::optional<Response>(const Request&)>& guard, RequestHead& head, Request& request);

}  // namespace aqua::http
