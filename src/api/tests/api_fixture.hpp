#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aqua/api/access_control.hpp"
#include "aqua/api/application.hpp"
#include "aqua/base/testing/manual_clock.hpp"
#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/base/time.hpp"
#include "aqua/cache/memory_store.hpp"
#include "aqua/identity/identity.hpp"
#include "aqua/observe/testing/memory_logger.hpp"
#include "aqua/ratelimit/memory_limiter.hpp"
#include "aqua/serving/testing/fake_classifier.hpp"
#include "aqua/sql_sqlite/sqlite_database.hpp"
#include "aqua/storage/migrations.hpp"

namespace aqua::api::testing {

inline const std::vector<domain::Candidate>& Candidates() {
  static const std::vector<domain::Candidate> candidates = {{{"milkfish", "Milkfish", "Chanos chanos"}, 0.75}, {{"chub", "Chub", "Squalius cephalus"}, 0.25}};
  return candidates;
}

inline Result<domain::Prediction> Answer(ByteView image, std::size_t top) {
  if (AsText(image) == "broken") return MakeError(ErrorCode::kInvalidArgument, "the image is damaged", "corrupt");
  domain::Prediction prediction = serving::testing::PredictionOf(Candidates(), top);
  prediction.rejected = AsText(image) == "stranger";
  return prediction;
}

/// An exchange whose answer a test looks at.
class RecordedExchange final : public http::Exchange {
 public:
  explicit RecordedExchange(http::Request request) : request_(std::move(request)) {}
  [[nodiscard]] const http::Request& request() const override { return request_; }
  http::Request& mutable_request() override { return request_; }
  void Respond(http::Response response) override {
    const std::lock_guard lock(mutex_);
    if (!response_) response_ = std::move(response);
    answered_.notify_all();
  }
  [[nodiscard]] bool cancelled() const override { return false; }

  http::Response Wait() {
    std::unique_lock lock(mutex_);
    answered_.wait(lock, [this] { return response_.has_value(); });
    return *response_;
  }

 private:
  http::Request request_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::optional<http::Response> response_;
};

/// The API over a real database and real accounts, without a transport: Call() goes through access control as requests do.
class ApiTest : public ::testing::Test {
 protected:
  static constexpr std::string_view kPassword = "correct horse battery";

  void SetUp() override {
    ASSERT_TRUE(storage::Migrate(*database_));
    identity::IdentityConfig config;
    config.accounts.password_cost = config.sessions.password_cost = {.memory_kib = 8, .passes = 1, .lanes = 1};
    audit_ = std::make_unique<audit::Log>(*database_, audit::LogConfig{}, audit::Signer{"k", [](std::string_view) -> Result<Bytes> { return Bytes(64); }},
                                          clock_, metrics_, logger_);
    auto identity = identity::Identity::Open({*database_, clock_, logger_, metrics_, cache_}, config, auth::Key256{});
    ASSERT_TRUE(identity) << identity.error().message;
    identity_ = *std::move(identity);
    storage::ModelRow row;
    row.name = "fish_species";
    row.version = "v1.0.0";
    tenants_ = std::make_unique<TenantDirectory>(catalogue_, row, info_.labels);
    services_ = std::make_unique<Services>(classifier_, predictions_, catalogue_, health_, metrics_, performance_, logger_, clock_, page_, samples_, *tenants_,
                                           cache_, cache_,
                                           IdentityServices{identity_->accounts(), identity_->sessions(), identity_->api_keys(), identity_->authenticator(),
                                                            identity_->key_ring(), *audit_, limiter_, desk_, *database_},
                                           ModelFacts{}, Options{});
    access_ = std::make_unique<AccessControl>(*services_);
    routes_ = MakeRoutes(*services_);
  }

  /// A request from this machine, with a body.
  static http::Request Request(const std::string& body = {}, std::string_view content_type = "application/json") {
    http::Request request;
    request.headers.Add("Host", "localhost");
    if (!body.empty()) request.headers.Add("Content-Type", std::string(content_type));
    request.body.assign(body.begin(), body.end());
    request.peer = "127.0.0.1";
    request.request_id = "r-1";
    return request;
  }

  static http::Request With(http::Request request, const std::string& name, const std::string& value) {
    request.headers.Set(name, value);
    return request;
  }

  http::Response Call(http::Method method, const std::string& route, http::Request request = Request()) {
    const auto found = std::find_if(routes_.begin(), routes_.end(), [&](const http::Route& one) { return one.method == method && one.path == route; });
    EXPECT_NE(found, routes_.end()) << route;
    request.method = method;
    request.route = route;
    request.route_index = static_cast<std::size_t>(found - routes_.begin());
    if (request.path.empty()) request.path = route;
    http::Verdict verdict = access_->CheckSlowly(request);
    if (verdict.kind == http::Verdict::Kind::kRefuse) {
      access_->Finish(request, verdict.response);
      return verdict.response;
    }
    const auto exchange = std::make_shared<RecordedExchange>(std::move(request));
    found->handler(exchange);
    http::Response response = exchange->Wait();
    access_->Finish(exchange->request(), response);
    return response;
  }

  static std::string Body(const http::Response& response) {
    const auto* text = std::get_if<std::string>(&response.body);
    return text == nullptr ? std::string() : *text;
  }

  identity::User AddUser(const std::string& name, auth::Role role, const std::string& tenant = std::string(identity::kDefaultTenant)) {
    identity::NewUser user;
    user.tenant = tenant;
    user.username = name;
    user.email = name + "@farm.example";
    user.password = kPassword;
    user.role = role;
    return identity_->accounts().CreateUser(user, {}).value();
  }

  /// Signs in and returns the access token.
  std::string TokenOf(const std::string& name) {
    identity::LoginRequest login;
    login.login = name;
    login.password = kPassword;
    login.origin.address = "127.0.0.1";
    const auto answer = identity_->sessions().Login(login);
    return identity_->sessions().IssueTokens(answer.sign_in.value()).value().access_token;
  }

  static http::Request Bearer(const std::string& token, http::Request request = Request()) {
    return With(std::move(request), "Authorization", "Bearer " + token);
  }

  serving::ClassifierInfo info_{"fish_species", "v1.0.0", "p-v1", "fake", {Candidates()[0].species, Candidates()[1].species}};
  serving::testing::FakeClassifier classifier_{info_, Answer};
  base::testing::TemporaryFolder folder_;
  std::unique_ptr<sql::Database> database_ = sql::OpenSqlite({.file = folder_.path() / "aqua.db"}).value();
  observe::MetricsRegistry metrics_;
  observe::testing::MemoryLogger logger_;
  observe::HealthRegistry health_;
  observe::PerformanceWindow performance_;
  base::testing::ManualClock clock_{base::ParseTime("2026-03-15T12:00:00Z").value()};
  storage::CommitQueue commits_{*database_, {}, metrics_, logger_};
  storage::PredictionStore predictions_{*database_, commits_};
  storage::Catalogue catalogue_{*database_, commits_, clock_};
  cache::MemoryStore cache_{cache::MemoryStoreConfig{}};
  ratelimit::MemoryLimiter limiter_{ratelimit::MemoryLimiterConfig{.limit = {.per_minute = 60, .burst = 5}}};
  auth::PasswordWorkers desk_{2};
  std::unique_ptr<audit::Log> audit_;
  std::unique_ptr<identity::Identity> identity_;
  std::unique_ptr<TenantDirectory> tenants_;
  StaticFiles page_, samples_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<AccessControl> access_;
  std::vector<http::Route> routes_;
};

}  // namespace aqua::api::testing
