#include "response_cache.hpp"

#include <fmt/format.h>

#include <utility>

#include "aqua/auth/secret.hpp"
#include "aqua/base/uuid.hpp"
#include "aqua/cache/keys.hpp"
#include "caller.hpp"

namespace aqua::api {
namespace {

/// Tells the answers that follow the writes of this process from those of others.
const std::string& ProcessId() {
  static const std::string id = base::NewUuidV7();
  return id;
}

std::string Key(const Services& services, const Endpoint& endpoint, const http::Request& request) {
  const serving::ClassifierInfo& info = services.classifier.info();
  const TenantFacts& tenant = TenantOf(request);
  std::string parameters;
  for (const auto& values : {request.path_parameters, request.query})
    for (const auto& [name, value] : values) parameters += fmt::format("{}:{}{}:{};", name.size(), name, value.size(), value);
  const std::string writes = endpoint.follows_writes ? fmt::format("{}-{}", ProcessId(), tenant.writes.load()) : "";
  return cache::KeyOf(cache::kCachePrefix,
                      {tenant.id, info.model, info.model_version, info.preprocess_id, endpoint.operation.operation_id, writes, parameters});
}

http::Response WithTag(const http::Request& request, std::string json) {
  http::Response response;
  const std::string etag = fmt::format("W/\"{}\"", auth::Sha256Hex(json).substr(0, 32));
  if (request.headers.Find("If-None-Match") == etag) {
    response.status = 304;
  } else {
    response = JsonResponse(200, std::move(json));
  }
  response.headers.Set("ETag", etag);
  response.headers.Set("Cache-Control", "private, no-cache");
  return response;
}

class Caching final : public http::Exchange {
 public:
  Caching(Services& services, const Endpoint& endpoint, ExchangePtr inner)
      : services_(services), endpoint_(endpoint), inner_(std::move(inner)), key_(Key(services, endpoint, inner_->request())) {}

  [[nodiscard]] const http::Request& request() const override { return inner_->request(); }
  http::Request& mutable_request() override { return inner_->mutable_request(); }
  [[nodiscard]] bool cancelled() const override { return inner_->cancelled(); }

  void Respond(http::Response response) override {
    auto* json = std::get_if<std::string>(&response.body);
    if (response.status != 200 || json == nullptr) return inner_->Respond(std::move(response));
    // Whatever the store says: the answer is good without it.
    static_cast<void>(services_.cache.Set(key_, *json, endpoint_.cache_for));
    inner_->Respond(WithTag(request(), std::move(*json)));
  }

 private:
  Services& services_;
  const Endpoint& endpoint_;
  ExchangePtr inner_;
  const std::string key_;  ///< from before the work: a write meanwhile makes the answer void
};

}  // namespace

std::optional<http::Response> FindCachedAnswer(Services& services, const Endpoint& endpoint, const http::Request& request, bool may_ask_far) {
  if (endpoint.cache_for.count() == 0) return std::nullopt;
  cache::Store& store = may_ask_far ? services.cache : services.near_cache;
  auto found = store.Get(Key(services, endpoint, request));
  if (!found || !*found) return std::nullopt;
  return WithTag(request, **std::move(found));
}

ExchangePtr CachingExchange(Services& services, const Endpoint& endpoint, ExchangePtr exchange) {
  return std::make_shared<Caching>(services, endpoint, std::move(exchange));
}

}  // namespace aqua::api
