#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "aqua/api/services.hpp"
#include "aqua/auth/role.hpp"
#include "aqua/http/message.hpp"
#include "aqua/http/server.hpp"

namespace aqua::api {

/// Decides for each request, before its body is read, who sends it, whether he may, and whether it is too much: by the roles, scopes
/// and rate classes that the operations declare. Answers what the cache knows. Thread-safe; `services` must outlive it.
///
/// Order of the checks: host and origin (local mode), credentials (401), rate (429), role and scope (403), CSRF token (403).
class AccessControl {
 public:
  /// For the routes of MakeRoutes(), by their index.
  explicit AccessControl(Services& services);
  ~AccessControl();
  AccessControl(const AccessControl&) = delete;
  AccessControl& operator=(const AccessControl&) = delete;

  /// From memory, for http::ServerConfig::guard.
  http::Verdict Check(http::Request& request) { return Decide(request, false); }
  /// Asks database and Redis where memory does not tell, for http::ServerConfig::slow_guard.
  http::Verdict CheckSlowly(http::Request& request) { return Decide(request, true); }
  /// Adds rate, security and CORS headers to an answer, for http::ServerConfig::finish.
  void Finish(const http::Request& request, http::Response& response) const;

 private:
  struct Rule;
  struct Step;

  http::Verdict Decide(http::Request& request, bool may_wait);
  http::Verdict Preflight(const http::Request& request) const;
  [[nodiscard]] const std::string* AllowedOrigin(const http::Request& request) const;

  Services& services_;
  std::vector<Rule> rules_;  ///< by Request::route_index
};

}  // namespace aqua::api
