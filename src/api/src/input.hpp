#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aqua/api/services.hpp"
#include "aqua/base/bytes.hpp"
#include "aqua/contract/description.hpp"
#include "aqua/contract/json.hpp"
#include "endpoint.hpp"
#include "errors.hpp"

namespace aqua::api {

/// Reads the query of a request. On faults the exchange is answered with 422 and nothing comes back.
template <typename T>
std::optional<T> ReadQuery(const Services& services, http::Exchange& exchange) {
  std::vector<contract::Fault> faults;
  std::optional<T> query = contract::ParseParameters<T>(exchange.request().query, faults);
  if (!query) exchange.Respond(FaultsResponse(services, exchange.request(), faults));
  return query;
}

/// Reads the parameters in the path, as ReadQuery().
template <typename T>
std::optional<T> ReadPath(const Services& services, http::Exchange& exchange) {
  std::vector<contract::Fault> faults;
  std::optional<T> path = contract::ParseParameters<T>(exchange.request().path_parameters, faults);
  if (!path) exchange.Respond(FaultsResponse(services, exchange.request(), faults));
  return path;
}

/// Reads a JSON body, as ReadQuery(). max_string_bytes: longest text in it.
template <typename T>
std::optional<T> ReadBody(const Services& services, http::Exchange& exchange, std::size_t max_string_bytes = std::size_t{1} << 20) {
  contract::JsonLimits limits;
  limits.max_string_bytes = max_string_bytes;
  const auto json = contract::ParseJson(AsText(exchange.request().body), limits);
  if (!json) {
    exchange.Respond(EnvelopeResponse(services, exchange.request(), 422, json.error().reason, json.error().message));
    return std::nullopt;
  }
  std::vector<contract::Fault> faults;
  std::optional<T> body = contract::Parse<T>(*json, faults);
  if (!body) exchange.Respond(FaultsResponse(services, exchange.request(), faults));
  return body;
}

}  // namespace aqua::api
