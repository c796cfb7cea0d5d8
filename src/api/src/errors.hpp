#pragma once

#include <string>
#include <vector>

#include "aqua/api/services.hpp"
#include "aqua/base/result.hpp"
#include "aqua/contract/schema.hpp"
#include "aqua/http/message.hpp"

namespace aqua::api {

/// HTTP status of an error of ours. Source: the table of the compatibility contract.
int StatusOf(ErrorCode code);

/// The envelope of an error. Errors of databases, disks and programs are logged with the request id and answered in words that
/// tell nothing of the inside; what a client can mend is told as it is. 503 carries Retry-After.
http::Response ErrorResponse(const Services& services, const http::Request& request, const Error& error);

/// 422 with all faults of a body or of parameters.
http::Response FaultsResponse(const Services& services, const http::Request& request, const std::vector<contract::Fault>& faults);

/// An image that was refused: 422 whatever its code, for the image is at fault.
http::Response ImageErrorResponse(const Services& services, const http::Request& request, const Error& error);

/// Any status with the envelope.
http::Response EnvelopeResponse(const Services& services, const http::Request& request, int status, const std::string& type, const std::string& message,
                                const std::vector<contract::Fault>& faults = {});

}  // namespace aqua::api
