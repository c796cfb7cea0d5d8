#include <string>
#include <string_view>
#include <utility>

#include "aqua/api/application.hpp"
#include "endpoint.hpp"
#include "errors.hpp"
#include "messages.hpp"

namespace aqua::api {
namespace {

constexpr std::string_view kPagePolicy =
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; script-src 'self'; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A file with its type; names that hold a hash of the content may be kept for ever, all else is asked for again.
void RespondFile(const StaticFiles::File& file, bool immutable, http::Exchange& exchange) {
  http::Response response;
  response.headers.Set("ETag", file.etag);
  response.headers.Set("Cache-Control", immutable ? "public, max-age=31536000, immutable" : "no-cache");
  if (file.content_type.starts_with("text/html")) {
    response.headers.Set("Content-Security-Policy", std::string(kPagePolicy));
    response.headers.Set("Referrer-Policy", "same-origin");
  }
  if (exchange.request().headers.Find("If-None-Match") == file.etag) {
    response.status = 304;
  } else {
    response.content_type = file.content_type;
    response.body = file.content;
  }
  exchange.Respond(std::move(response));
}

void NotFound(const Services& services, http::Exchange& exchange, const std::string& message) {
  exchange.Respond(EnvelopeResponse(services, exchange.request(), 404, "not_found", message));
}

void Page(Services& services, const ExchangePtr& exchange) {
  if (const auto* index = services.page.Find("index.html")) return RespondFile(*index, false, *exchange);
  NotFound(services, *exchange, "the page is not installed beside this program; build it, or set AQUA_WEB_DIR");
}

void Root(Services& services, const ExchangePtr& exchange) {
  const auto accept = exchange->request().headers.Find("Accept").value_or("");
  if (accept.find("text/html") != std::string_view::npos && !services.page.empty()) return Page(services, exchange);
  http::Response response = JsonResponseOf(200, RootAnswer{"Aquaculture ML Platform", services.options.version, "/docs", "/health"});
  response.headers.Set("Vary", "Accept");
  exchange->Respond(std::move(response));
}

void Asset(Services& services, const ExchangePtr& exchange) {
  const std::string path = exchange->request().path.substr(1);
  const auto* file = services.page.Find(path);
  if (file == nullptr) return NotFound(services, *exchange, "there is no such file");
  RespondFile(*file, path.starts_with("assets/"), *exchange);
}

void Sample(Services& services, const ExchangePtr& exchange) {
  const auto* file = services.samples.Find(exchange->request().path.substr(std::string_view("/samples/").size()));
  if (file == nullptr || !file->content_type.starts_with("image/")) return NotFound(services, *exchange, "there is no such sample photo");
  RespondFile(*file, false, *exchange);
}

void OpenApi(Services& services, const ExchangePtr& exchange) {
  static_cast<void>(services);
  static const std::string document = OpenApiDocument();
  exchange->Respond(JsonResponse(200, document));
}

/// A page of documentation out of the built page's folder.
template <const char* Name>
void Documentation(Services& services, const ExchangePtr& exchange) {
  if (const auto* file = services.page.Find(Name)) return RespondFile(*file, false, *exchange);
  NotFound(services, *exchange, "the page is not installed beside this program; the contract is at /api/v1/openapi.json");
}
constexpr char kDocs[] = "docs.html";
constexpr char kRedoc[] = "redoc.html";

/// execution: files of some size are compressed for each answer, which is no work for the I/O thread.
Endpoint Get(std::string path, void (*handler)(Services&, const ExchangePtr&), http::Execution execution = http::Execution::kBlocking) {
  Endpoint endpoint;
  endpoint.execution = execution;
  endpoint.operation.method = "GET";
  endpoint.operation.path = std::move(path);
  endpoint.handler = handler;
  endpoint.in_contract = false;
  return endpoint;
}

}  // namespace

std::vector<Endpoint> PageEndpoints() {
  Endpoint root = Get("/", &Root, http::Execution::kInline);
  root.in_contract = true;
  root.operation.operation_id = "getRoot";
  root.operation.summary = "What this server is; the page, for browsers";
  root.operation.description = "Answers with the page when Accept holds text/html.";
  root.operation.tag = "system";
  root.operation.answers = {JsonAnswer<RootAnswer>(200, "What this server is")};
  AddErrors(root.operation, {400, 403, 500});
  Endpoint contract_document = Get("/api/v1/openapi.json", &OpenApi);
  std::vector<Endpoint> endpoints = {root,
                                     contract_document,
                                     Get("/docs", &Documentation<kDocs>),
                                     Get("/redoc", &Documentation<kRedoc>),
                                     Get("/assets/*", &Asset),
                                     Get("/documentation/*", &Asset),
                                     Get("/favicon.svg", &Asset),
                                     Get("/samples/*", &Sample)};
  for (const char* route : {"/history", "/species", "/model", "/sign-in", "/reset", "/account", "/account/keys", "/users", "/audit"})
    endpoints.push_back(Get(route, &Page));
  return endpoints;
}

}  // namespace aqua::api
