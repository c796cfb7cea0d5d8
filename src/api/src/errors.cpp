#include "errors.hpp"

#include <array>
#include <utility>

#include "aqua/base/text.hpp"
#include "aqua/base/time.hpp"
#include "endpoint.hpp"
#include "messages.hpp"

namespace aqua::api {
namespace {

constexpr std::string_view kRetryAfterSeconds = "1";

/// Whether the message was written for the client rather than for the operator.
bool IsForClients(ErrorCode code) {
  switch (code) {
    case ErrorCode::kUnavailable:
    case ErrorCode::kResourceExhausted:
    case ErrorCode::kDeadlineExceeded:
    case ErrorCode::kDataLoss:
    case ErrorCode::kInternal: return false;
    default: return true;
  }
}

/// What a client is told instead of an inner message.
std::string_view PublicMessage(const Error& error) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kByReason = {{
      {"database_unavailable", "the database cannot be reached; nothing was recorded, try again in a moment"},
      {"database_busy", "the database is busy; nothing was recorded, try again in a moment"},
      {"disk_full", "the disk of the server is full; nothing was recorded, the operator must make room"},
      {"writes_waiting", "too many predictions wait to be recorded; try again in a moment"},
      {"too_many_logins", "too many sign-ins at once; try again in a moment"},
      {"query_too_slow", "the answer took too long to gather; ask for less"},
  }};
  for (const auto& [reason, message] : kByReason)
    if (error.reason == reason) return message;
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kResourceExhausted ? "the server cannot do this now; try again in a moment"
                                                                                              : "the server failed to do this; the log of the server says why";
}

}  // namespace

int StatusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return 422;
    case ErrorCode::kNotFound: return 404;
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kFailedPrecondition: return 409;
    case ErrorCode::kUnauthenticated: return 401;
    case ErrorCode::kPermissionDenied: return 403;
    case ErrorCode::kResourceExhausted:
    case ErrorCode::kUnavailable: return 503;
    case ErrorCode::kDeadlineExceeded: return 504;
    case ErrorCode::kUnimplemented: return 501;
    case ErrorCode::kCancelled:
    case ErrorCode::kDataLoss:
    case ErrorCode::kInternal: return 500;
  }
  return 500;
}

http::Response EnvelopeResponse(const Services& services, const http::Request& request, int status, const std::string& type, const std::string& message,
                                const std::vector<contract::Fault>& faults) {
  ErrorEnvelope envelope;
  envelope.error = {type, message, status, base::ValidUtf8(request.path), base::FormatTime(services.clock.Now()), {}, request.request_id};
  for (const contract::Fault& fault : faults) envelope.error.details.push_back({fault.pointer, fault.message, fault.type});
  envelope.detail = message;
  http::Response response = JsonResponseOf(status, envelope);
  if (status == 503) response.headers.Set("Retry-After", std::string(kRetryAfterSeconds));
  return response;
}

http::Response ErrorResponse(const Services& services, const http::Request& request, const Error& error) {
  const std::string type = error.reason.empty() ? std::string(Name(error.code)) : error.reason;
  if (IsForClients(error.code)) return EnvelopeResponse(services, request, StatusOf(error.code), type, error.message);
  services.logger.Log(observe::LogLevel::kError, "request failed",
                      {{"request_id", std::string_view(request.request_id)}, {"reason", std::string_view(type)}, {"cause", std::string_view(error.message)}});
  return EnvelopeResponse(services, request, StatusOf(error.code), type, std::string(PublicMessage(error)));
}

http::Response FaultsResponse(const Services& services, const http::Request& request, const std::vector<contract::Fault>& faults) {
  std::string message;
  for (const contract::Fault& fault : faults)
    message += (message.empty() ? "" : "; ") + (fault.pointer.empty() ? "the body" : fault.pointer) + " " + fault.message;
  return EnvelopeResponse(services, request, 422, "validation_failed", message, faults);
}

http::Response ImageErrorResponse(const Services& services, const http::Request& request, const Error& error) {
  return EnvelopeResponse(services, request, 422, error.reason.empty() ? "invalid_image" : error.reason, error.message);
}

}  // namespace aqua::api
