#pragma once

#include <vector>

#include "aqua/http/address.hpp"
#include "aqua/http/message.hpp"

namespace aqua::http {

/// Whether an address is in one of the ranges.
bool IsIn(const std::vector<AddressRange>& ranges, const Address& address);

/// Puts the client that trusted proxies tell of in the place of the proxy: request.peer becomes the right-most address of
/// X-Forwarded-For that is not trusted itself (the left-most when all are), request.scheme what the right-most value of
/// X-Forwarded-Proto says. What is malformed is left out, with all that stands left of it: a proxy did not vouch for that.
/// Requires: the socket's peer is trusted.
void ApplyForwarded(const std::vector<AddressRange>& trusted, const Headers& headers, Request& request);

}  // namespace aqua::http
