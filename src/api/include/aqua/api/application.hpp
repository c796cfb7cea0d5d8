#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "aqua/api/services.hpp"
#include "aqua/http/message.hpp"
#include "aqua/http/server.hpp"

namespace aqua::api {

/// The routes of the API and the page, bound to `services`, which must outlive the server.
std::vector<http::Route> MakeRoutes(Services& services);

/// The contract, api/openapi.json: OpenAPI 3.1 of all routes.
std::string OpenApiDocument();

/// The error envelope for faults that the transport finds.
http::Response TransportErrorResponse(const Services& services, const http::Request& request, const http::TransportError& error);

/// Refuses what a browser of this machine was lured into: requests under another host name than those of loopback (DNS
/// rebinding), and writes that come from a page of another origin. For auth.mode=local.
std::optional<http::Response> CheckLocalRequest(const Services& services, const http::Request& request);

/// Logs, counts and times every request: http_requests_total, http_request_duration_seconds, the performance window.
/// Returns the function to hand to the server; probes and /metrics stay out of the window and, unless they fail, of the log.
std::function<void(const http::AccessRecord&)> MakeAccessObserver(Services& services, bool log_requests);

}  // namespace aqua::api
