#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aqua/api/services.hpp"
#include "aqua/base/result.hpp"
#include "aqua/contract/description.hpp"
#include "aqua/contract/json.hpp"
#include "aqua/contract/openapi.hpp"
#include "aqua/http/message.hpp"
#include "aqua/http/server.hpp"

namespace aqua::api {

/// Room that a body leaves around its image for the boundaries and headers of a form, or for JSON.
inline constexpr std::uint64_t kImageOverhead = 64 << 10;

using ExchangePtr = std::shared_ptr<http::Exchange>;

/// One operation of the API: its description for the contract and the function that serves it.
struct Endpoint {
  contract::Operation operation;
  http::Execution execution = http::Execution::kInline;
  void (*handler)(Services&, const ExchangePtr&) = nullptr;
  /// Whether `operation.max_body_bytes` is room for an image: then the setting for image files replaces it.
  bool carries_image = false;
  bool in_contract = true;      ///< files of the page are not part of it
  bool interactive = false;     ///< for people who signed in, not for API keys
  bool takes_password = false;  ///< runs at IdentityServices::desk
  /// How long its answer (200, JSON) may be given again; 0: never. Such an operation runs on a blocking thread.
  std::chrono::milliseconds cache_for{0};
  bool follows_writes = false;  ///< whether a prediction or correction recorded here makes cached answers void
};

/// An operation that reads: GET, no body; the caller adds answers and what else is particular.
Endpoint ReadingEndpoint(std::string path, std::string operation_id, std::string summary, std::string tag, http::Execution execution,
                         void (*handler)(Services&, const ExchangePtr&));

/// Who may read what belongs to a tenant.
const std::vector<std::string>& ReaderRoles();

/// All operations, in the order of the routes. Made once.
const std::vector<Endpoint>& Endpoints();

/// The name of the cookie of browser sessions; with TLS one that browsers take over TLS alone.
std::string_view SessionCookieName(bool tls);

/// The groups of endpoints, one source each.
std::vector<Endpoint> SystemEndpoints();
std::vector<Endpoint> ClassifyEndpoints();
std::vector<Endpoint> HistoryEndpoints();
std::vector<Endpoint> SpeciesEndpoints();
std::vector<Endpoint> ModelEndpoints();
std::vector<Endpoint> PerformanceEndpoints();
std::vector<Endpoint> PageEndpoints();
std::vector<Endpoint> AuthEndpoints();
std::vector<Endpoint> SessionEndpoints();
std::vector<Endpoint> ApiKeyEndpoints();
std::vector<Endpoint> UserEndpoints();
std::vector<Endpoint> AuditEndpoints();

/// A JSON answer of the contract.
template <typename T>
contract::Operation::Answer JsonAnswer(int status, std::string description) {
  return {status, std::move(description), "application/json", &contract::SchemaOf<T>(), {}};
}

/// Adds the error answers of these statuses, all with the error envelope.
void AddErrors(contract::Operation& operation, std::initializer_list<int> statuses);

http::Response JsonResponse(int status, std::string json);

template <typename T>
http::Response JsonResponseOf(int status, const T& answer) {
  return JsonResponse(status, contract::ToJson(answer));
}

}  // namespace aqua::api
