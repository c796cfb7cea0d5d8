#include "aqua/api/application.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "aqua/base/text.hpp"
#include "endpoint.hpp"
#include "errors.hpp"
#include "messages.hpp"

namespace aqua::api {
namespace {

std::vector<Endpoint> AllEndpoints() {
  std::vector<Endpoint> all;
  for (auto* group : {&SystemEndpoints, &ClassifyEndpoints, &HistoryEndpoints, &SpeciesEndpoints, &ModelEndpoints, &PerformanceEndpoints, &PageEndpoints}) {
    std::vector<Endpoint> endpoints = group();
    all.insert(all.end(), std::make_move_iterator(endpoints.begin()), std::make_move_iterator(endpoints.end()));
  }
  return all;
}

bool IsBase64(const Endpoint& endpoint) { return endpoint.operation.request_bodies.front().first == "application/json"; }

std::uint64_t MaxBodyBytes(const Endpoint& endpoint, std::uint64_t max_image_bytes) {
  if (!endpoint.carries_image) return endpoint.operation.max_body_bytes;
  return (IsBase64(endpoint) ? max_image_bytes / 3 * 4 + 4 : max_image_bytes) + kImageOverhead;
}

http::Route MakeRoute(const Endpoint& endpoint, Services& services) {
  http::Route route;
  route.method = endpoint.operation.method == "POST" ? http::Method::kPost : http::Method::kGet;
  route.path = endpoint.operation.path;
  route.execution = endpoint.execution;
  route.max_body_bytes = MaxBodyBytes(endpoint, services.options.max_image_bytes);
  for (const auto& [media_type, schema] : endpoint.operation.request_bodies) route.content_types.push_back(media_type);
  route.requires_body = endpoint.operation.body_required;
  route.handler = [&services, handler = endpoint.handler](const std::shared_ptr<http::Exchange>& exchange) { handler(services, exchange); };
  return route;
}

/// Host without port, lower case, without the brackets of IPv6.
std::string HostName(std::string_view host) {
  if (host.starts_with('[')) return base::ToLower(host.substr(1, host.find(']') == std::string_view::npos ? 0 : host.find(']') - 1));
  return base::ToLower(host.substr(0, host.find(':')));
}

bool IsLoopbackName(std::string_view host) {
  constexpr std::array<std::string_view, 3> kNames = {"localhost", "127.0.0.1", "::1"};
  const std::string name = HostName(host);
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// Whether the Origin of a browser is this server itself.
bool IsOwnOrigin(std::string_view origin, std::string_view host) { return origin == fmt::format("http://{}", host); }

}  // namespace

std::vector<http::Route> MakeRoutes(Services& services) {
  std::vector<http::Route> routes;
  for (const Endpoint& endpoint : AllEndpoints()) routes.push_back(MakeRoute(endpoint, services));
  return routes;
}

std::string OpenApiDocument() {
  const contract::ApiInfo info{
      "Aquaculture ML Platform",
      "1.0.0",
      "Says which fish is in a photo, how sure it is and when it does not know, and keeps what it said. Errors have one envelope; times are "
      "UTC; confidences are calibrated probabilities, 0-1. x-roles and x-rate-class say who may call an operation and which limit counts it, "
      "once the server has accounts.",
      "MIT",
      {{"predictions", "Classify, look back, correct"},
       {"ml", "The routes of machine-learning clients"},
       {"species", "What the model knows"},
       {"models", "What answers"},
       {"metrics", "How the server performs"},
       {"system", "Probes and the like"}},
      &contract::SchemaOf<ErrorEnvelope>()};
  std::vector<contract::Operation> operations;
  for (Endpoint& endpoint : AllEndpoints())
    if (endpoint.in_contract) operations.push_back(std::move(endpoint.operation));
  return contract::WriteOpenApi(info, operations);
}

http::Response TransportErrorResponse(const Services& services, const http::Request& request, const http::TransportError& error) {
  return EnvelopeResponse(services, request, error.status, error.type, error.message);
}

std::optional<http::Response> CheckLocalRequest(const Services& services, const http::Request& request) {
  const std::string_view host = request.headers.Find("Host").value_or("");
  if (!host.empty() && !IsLoopbackName(host))
    return EnvelopeResponse(services, request, 403, "foreign_host", "this server serves its own machine only, under localhost or 127.0.0.1");
  const auto origin = request.headers.Find("Origin");
  const auto site = request.headers.Find("Sec-Fetch-Site");
  const bool foreign = (origin && !IsOwnOrigin(*origin, host)) || (request.method != http::Method::kGet && site == "cross-site");
  if (foreign) return EnvelopeResponse(services, request, 403, "foreign_origin", "a page of another origin may not use this server");
  return std::nullopt;
}

}  // namespace aqua::api
