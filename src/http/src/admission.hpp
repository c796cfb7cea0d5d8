#pragma once

#include <optional>
#include <string>

#include "aqua/http/server.hpp"
#include "request_head.hpp"
#include "router.hpp"

namespace aqua::http {

/// What becomes of a request once its head is known.
struct Admission {
  const Route* route = nullptr;           ///< set unless refused or answered
  std::optional<TransportError> refusal;  ///< 400, 404, 405, 413, 415, 500, 503
  std::string allow;                      ///< methods of a path that does not have the request's; of a 405, the Allow field
  std::optional<Response> answer;         ///< the guard's refusal, or the answer to OPTIONS; goes before `refusal`
  bool ask = false;                       ///< the guard wants the slow guard asked; the body is not judged yet
  bool head_only = false;                 ///< HEAD: the answer goes out without its body
  bool gzip_body = false;                 ///< the body comes compressed
};

/// Admits or refuses a request before its body is read: target, route, guard, media type, size, content coding, in this
/// order. Moves the head's fields into `request` and fills its method, path, route, parameters and query.
/// guard: as in ServerConfig, may be empty; an exception of it is thrown on.
Admission Admit(const Router& router, const Guard& guard, RequestHead& head, Request& request);

/// Takes the verdict that a guard came to, and unless that is another question, judges the rest.
void ApplyVerdict(Verdict verdict, const RequestHead& head, const Request& request, Admission& admission);

}  // namespace aqua::http
