#include "aqua/api/application.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "aqua/base/assert.hpp"
#include "aqua/base/text.hpp"
#include "endpoint.hpp"
#include "errors.hpp"
#include "messages.hpp"
#include "response_cache.hpp"

namespace aqua::api {
namespace {

bool HasAnswer(const contract::Operation& operation, int status) {
  return std::any_of(operation.answers.begin(), operation.answers.end(), [status](const auto& answer) { return answer.status == status; });
}

/// Adds what AccessControl may answer instead of the operation.
void AddAccessAnswers(Endpoint& endpoint) {
  contract::Operation& operation = endpoint.operation;
  const auto add = [&operation](int status) {
    if (!HasAnswer(operation, status)) AddErrors(operation, {status});
  };
  if (!operation.roles.empty()) {
    for (const int status : {401, 403, 503, 504}) add(status);
    if (operation.scope.empty()) operation.scope = operation.tag + (operation.method == "GET" ? ":read" : ":write");
  }
  if (!operation.rate_class.empty()) {
    for (const int status : {429, 503, 504}) add(status);
  }
  if (endpoint.cache_for.count() > 0) operation.answers.push_back({304, "The answer is still the one of If-None-Match", {}, nullptr, {}});
}

std::vector<Endpoint> MakeEndpoints() {
  std::vector<Endpoint> all;
  for (auto* group : {&SystemEndpoints, &AuthEndpoints, &SessionEndpoints, &ApiKeyEndpoints, &UserEndpoints, &AuditEndpoints, &ClassifyEndpoints,
                      &HistoryEndpoints, &SpeciesEndpoints, &ModelEndpoints, &PerformanceEndpoints, &PageEndpoints}) {
    std::vector<Endpoint> endpoints = group();
    all.insert(all.end(), std::make_move_iterator(endpoints.begin()), std::make_move_iterator(endpoints.end()));
  }
  for (Endpoint& endpoint : all) AddAccessAnswers(endpoint);
  return all;
}

http::Method MethodOf(std::string_view name) {
  for (const http::Method method : {http::Method::kGet, http::Method::kPost, http::Method::kPut, http::Method::kPatch, http::Method::kDelete})
    if (http::Name(method) == name) return method;
  AQUA_ASSERT(false && "the method is known");
  return http::Method::kGet;
}

bool IsBase64(const Endpoint& endpoint) { return endpoint.operation.request_bodies.front().first == "application/json"; }

std::uint64_t MaxBodyBytes(const Endpoint& endpoint, std::uint64_t max_image_bytes) {
  if (!endpoint.carries_image) return endpoint.operation.max_body_bytes;
  return (IsBase64(endpoint) ? max_image_bytes / 3 * 4 + 4 : max_image_bytes) + kImageOverhead;
}

http::Route MakeRoute(const Endpoint& endpoint, Services& services) {
  http::Route route;
  route.method = MethodOf(endpoint.operation.method);
  route.path = endpoint.operation.path;
  route.execution = endpoint.cache_for.count() > 0 ? http::Execution::kBlocking : endpoint.execution;
  route.max_body_bytes = MaxBodyBytes(endpoint, services.options.max_image_bytes);
  for (const auto& [media_type, schema] : endpoint.operation.request_bodies) route.content_types.push_back(media_type);
  route.requires_body = endpoint.operation.body_required;
  if (endpoint.takes_password) {
    route.execution = http::Execution::kInline;
    route.handler = [&services, handler = endpoint.handler](const std::shared_ptr<http::Exchange>& exchange) {
      const Status taken = services.identity.desk.Submit([&services, handler, exchange] {
        if (!exchange->cancelled()) handler(services, exchange);
      });
      if (!taken) exchange->Respond(ErrorResponse(services, exchange->request(), taken.error()));
    };
  } else if (endpoint.cache_for.count() > 0) {
    route.handler = [&services, &endpoint](const std::shared_ptr<http::Exchange>& exchange) {
      if (auto answer = FindCachedAnswer(services, endpoint, exchange->request(), true)) return exchange->Respond(*std::move(answer));
      endpoint.handler(services, CachingExchange(services, endpoint, exchange));
    };
  } else {
    route.handler = [&services, handler = endpoint.handler](const std::shared_ptr<http::Exchange>& exchange) { handler(services, exchange); };
  }
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
bool IsOwnOrigin(std::string_view origin, std::string_view scheme, std::string_view host) { return origin == fmt::format("{}://{}", scheme, host); }

}  // namespace

const std::vector<Endpoint>& Endpoints() {
  static const std::vector<Endpoint> endpoints = MakeEndpoints();
  return endpoints;
}

std::vector<http::Route> MakeRoutes(Services& services) {
  std::vector<http::Route> routes;
  for (const Endpoint& endpoint : Endpoints()) routes.push_back(MakeRoute(endpoint, services));
  return routes;
}

std::string OpenApiDocument() {
  const contract::ApiInfo info{
      "Aquaculture ML Platform",
      "1.0.0",
      "Says which fish is in a photo, how sure it is and when it does not know, and keeps what it said. Errors have one envelope; times are "
      "UTC; confidences are calibrated probabilities, 0-1. x-roles says who may call an operation, x-scope what an API key needs, x-rate-class "
      "that the limit counts it. While no administrator exists the server takes requests of its own machine only, and without credentials.",
      "MIT",
      {{"auth", "Sign in and out, one's own account"},
       {"keys", "API keys of programs"},
       {"users", "Accounts, for administrators"},
       {"audit", "What happened, for administrators"},
       {"predictions", "Classify, look back, correct"},
       {"ml", "The routes of machine-learning clients"},
       {"species", "What the model knows"},
       {"models", "What answers"},
       {"metrics", "How the server performs"},
       {"system", "Probes and the like"}},
      {{.name = "bearer", .type = "http", .scheme = "bearer", .description = "An access token of /api/v1/auth/login, or an API key."},
       {.name = "apiKey", .type = "apiKey", .in = "header", .key = "X-API-Key", .description = "An API key of /api/v1/keys."},
       {.name = "session",
        .type = "apiKey",
        .in = "cookie",
        .key = std::string(SessionCookieName(false)),
        .description = "A browser's session of /api/v1/auth/session; writes also send X-CSRF-Token. Over TLS the cookie is __Host-aqua_session."}},
      &contract::SchemaOf<ErrorEnvelope>()};
  std::vector<contract::Operation> operations;
  for (const Endpoint& endpoint : Endpoints())
    if (endpoint.in_contract) operations.push_back(endpoint.operation);
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
  const bool foreign = (origin && !IsOwnOrigin(*origin, request.scheme, host)) || (request.method != http::Method::kGet && site == "cross-site");
  if (foreign) return EnvelopeResponse(services, request, 403, "foreign_origin", "a page of another origin may not use this server");
  return std::nullopt;
}

}  // namespace aqua::api
