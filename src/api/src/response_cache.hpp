#pragma once

#include <optional>
#include <string>

#include "aqua/api/services.hpp"
#include "aqua/http/message.hpp"
#include "endpoint.hpp"

namespace aqua::api {

/// The answer that the cache holds for a request of Endpoint::cache_for, with its ETag, or 304 when the caller has it already. Requires: a Caller. may_ask_far:
/// whether the store may be asked that others share; else only the answers of this process are looked at.
std::optional<http::Response> FindCachedAnswer(Services& services, const Endpoint& endpoint, const http::Request& request, bool may_ask_far);

/// An exchange whose answer goes to the caller with an ETag, and into the cache.
ExchangePtr CachingExchange(Services& services, const Endpoint& endpoint, ExchangePtr exchange);

}  // namespace aqua::api
