#include "aqua/api/access_control.hpp"

#include <string>

#include "api_fixture.hpp"

namespace aqua::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kGet = http::Method::kGet;
constexpr auto kPost = http::Method::kPost;

class AccessControlTest : public testing::ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    services_->sign_in_required = true;
  }
};

TEST_F(AccessControlTest, AsksForCredentialsAndSaysHow) {
  const http::Response response = Call(kGet, "/api/v1/predictions/history");
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(Body(response), HasSubstr("credentials_missing"));
  EXPECT_EQ(response.headers.Find("WWW-Authenticate"), "Bearer realm=\"aqua\"");
  EXPECT_EQ(Call(kGet, "/health").status, 200);
  EXPECT_EQ(Call(kGet, "/api/v1/predictions/species").status, 200);
}

TEST_F(AccessControlTest, TellsBadCredentialsFromNone) {
  const http::Response response = Call(kGet, "/api/v1/predictions/history", Bearer("a.b.c"));
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(Body(response), HasSubstr("token_malformed"));
  EXPECT_THAT(std::string(response.headers.Find("WWW-Authenticate").value()), HasSubstr("invalid_token"));
}

TEST_F(AccessControlTest, EveryCellOfRolesAndOperations) {
  using auth::Role;
  for (const Role role : {Role::kViewer, Role::kOperator, Role::kScientist, Role::kAdmin, Role::kService}) {
    const std::string name(auth::Name(role));
    AddUser(name, role);
    const std::string token = TokenOf(name);
    struct Cell {
      http::Method method;
      const char* path;
      std::vector<Role> roles;
    };
    const std::vector<Cell> cells = {
        {kPost, "/api/v1/ml/predict", {Role::kOperator, Role::kScientist, Role::kAdmin, Role::kService}},
        {kGet, "/api/v1/predictions/history", {Role::kViewer, Role::kOperator, Role::kScientist, Role::kAdmin, Role::kService}},
        {kGet, "/api/v1/users", {Role::kAdmin}},
        {kGet, "/api/v1/audit", {Role::kAdmin}},
        {kPost, "/api/v1/metrics/performance/reset", {Role::kAdmin}},
    };
    for (const Cell& cell : cells) {
      clock_.Advance(std::chrono::seconds(1));
      const http::Response response = Call(cell.method, cell.path, Bearer(token, Request(cell.method == kPost ? "{}" : "")));
      const bool allowed = std::find(cell.roles.begin(), cell.roles.end(), role) != cell.roles.end();
      EXPECT_EQ(response.status == 403, !allowed) << name << ' ' << cell.path << ' ' << response.status << Body(response);
      EXPECT_NE(response.status, 401) << name << ' ' << cell.path;
    }
  }
}

TEST_F(AccessControlTest, AKeyDoesNoMoreThanItsScopes) {
  const identity::User owner = AddUser("feeder", auth::Role::kOperator);
  const auto key = identity_->api_keys().Create(owner.tenant, owner.id, {"camera", {"predictions:write"}, {}}, {}).value();
  const auto with_key = [&](const std::string& body) { return With(Request(body), "X-API-Key", key.text); };
  EXPECT_EQ(Call(kPost, "/api/v1/ml/predict", with_key(R"({"image_base64":"AAAA"})")).status, 200);
  EXPECT_THAT(Body(Call(kGet, "/api/v1/predictions/history", with_key(""))), HasSubstr("scope_missing"));
  ASSERT_TRUE(identity_->api_keys().Revoke(owner.tenant, owner.id, key.info.id, {}));
  EXPECT_EQ(Call(kPost, "/api/v1/ml/predict", with_key(R"({"image_base64":"AAAA"})")).status, 401);
}

TEST_F(AccessControlTest, KeysMakeNoKeys) {
  const identity::User owner = AddUser("boss", auth::Role::kAdmin);
  const auto key = identity_->api_keys().Create(owner.tenant, owner.id, {"all", {}, {}}, {}).value();
  EXPECT_THAT(Body(Call(kPost, "/api/v1/keys", With(Request(R"({"name":"more"})"), "X-API-Key", key.text))), HasSubstr("key_not_allowed"));
}

TEST_F(AccessControlTest, CountsRequestsAndTellsHowMany) {
  AddUser("anna", auth::Role::kViewer);
  AddUser("ben", auth::Role::kViewer);
  const std::string token = TokenOf("anna");
  for (int i = 4; i >= 0; --i) {
    const http::Response response = Call(kGet, "/api/v1/predictions/stats", Bearer(token));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.headers.Find("X-RateLimit-Limit"), "60");
    EXPECT_EQ(response.headers.Find("X-RateLimit-Remaining"), std::to_string(i));
  }
  const http::Response refused = Call(kGet, "/api/v1/predictions/stats", Bearer(token));
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.Find("Retry-After"), "1");
  EXPECT_EQ(refused.headers.Find("X-RateLimit-Remaining"), "0");
  EXPECT_EQ(Call(kGet, "/api/v1/predictions/stats", Bearer(TokenOf("ben"))).status, 200);
  EXPECT_EQ(Call(kGet, "/live").status, 200);
}

TEST_F(AccessControlTest, ACookieNeedsTheTokenOfItsPageToWrite) {
  AddUser("boss", auth::Role::kAdmin);
  const http::Response sign_in = Call(kPost, "/api/v1/auth/session", Request(R"({"username":"boss","password":"correct horse battery"})"));
  ASSERT_EQ(sign_in.status, 201) << Body(sign_in);
  const std::string set_cookie(sign_in.headers.Find("Set-Cookie").value());
  for (const char* part : {"aqua_session=", "HttpOnly", "SameSite=Strict", "Path=/"}) EXPECT_THAT(set_cookie, HasSubstr(part));
  const std::string cookie = "other=1; " + set_cookie.substr(0, set_cookie.find(';'));
  const std::string body = Body(sign_in);
  const auto at = body.find("\"csrf_token\":\"") + 14;
  const std::string csrf = body.substr(at, body.find('"', at) - at);
  EXPECT_EQ(Call(kGet, "/api/v1/auth/me", With(Request(), "Cookie", cookie)).status, 200);
  EXPECT_THAT(Body(Call(kPost, "/api/v1/metrics/performance/reset", With(Request(), "Cookie", cookie))), HasSubstr("csrf_token_missing"));
  EXPECT_EQ(Call(kPost, "/api/v1/metrics/performance/reset", With(With(Request(), "Cookie", cookie), "X-CSRF-Token", csrf)).status, 200);
}

TEST_F(AccessControlTest, ATenantSeesNothingOfAnother) {
  AddUser("anna", auth::Role::kAdmin);
  const auto other = identity_->accounts().CreateOrganisation("Other farm", {}).value();
  AddUser("eve", auth::Role::kAdmin, other.id);
  const std::string anna = TokenOf("anna");
  const std::string eve = TokenOf("eve");
  ASSERT_EQ(Call(kPost, "/api/v1/ml/predict", Bearer(anna, Request(R"({"image_base64":"AAAA"})"))).status, 200);
  EXPECT_THAT(Body(Call(kGet, "/api/v1/predictions/history", Bearer(anna))), HasSubstr("Milkfish"));
  EXPECT_EQ(Body(Call(kGet, "/api/v1/predictions/history", Bearer(eve))), "[]");
  EXPECT_THAT(Body(Call(kGet, "/api/v1/users", Bearer(eve))), Not(HasSubstr("anna")));
}

TEST_F(AccessControlTest, ACachedAnswerIsOfItsTenantAndFollowsWrites) {
  AddUser("anna", auth::Role::kOperator);
  const std::string token = TokenOf("anna");
  const http::Response first = Call(kGet, "/api/v1/predictions/stats", Bearer(token));
  const std::string etag(first.headers.Find("ETag").value());
  const http::Response same = Call(kGet, "/api/v1/predictions/stats", With(Bearer(token), "If-None-Match", etag));
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(Body(same), "");
  ASSERT_EQ(Call(kPost, "/api/v1/ml/predict", Bearer(token, Request(R"({"image_base64":"AAAA"})"))).status, 200);
  const http::Response changed = Call(kGet, "/api/v1/predictions/stats", With(Bearer(token), "If-None-Match", etag));
  EXPECT_EQ(changed.status, 200);
  EXPECT_THAT(Body(changed), HasSubstr("\"total_predictions\":1"));
}

TEST_F(AccessControlTest, PagesOfListedOriginsMayCall) {
  services_->options.cors_origins = {"https://farm.example"};
  http::Request preflight = With(With(Request(), "Origin", "https://farm.example"), "Access-Control-Request-Method", "POST");
  preflight.method = http::Method::kOptions;
  http::Verdict verdict = access_->Check(preflight);
  ASSERT_EQ(verdict.kind, http::Verdict::Kind::kRefuse);
  EXPECT_EQ(verdict.response.status, 204);
  access_->Finish(preflight, verdict.response);
  EXPECT_EQ(verdict.response.headers.Find("Access-Control-Allow-Origin"), "https://farm.example");
  http::Request foreign = With(With(Request(), "Origin", "https://evil.example"), "Access-Control-Request-Method", "POST");
  foreign.method = http::Method::kOptions;
  EXPECT_EQ(access_->Check(foreign).kind, http::Verdict::Kind::kContinue);
  EXPECT_FALSE(Call(kGet, "/health", With(Request(), "Origin", "https://evil.example")).headers.Find("Access-Control-Allow-Origin"));
}

TEST_F(AccessControlTest, MetricsAreForListedAddresses) {
  services_->options.metrics_allow = {http::AddressRange::Parse("10.0.0.0/8").value()};
  EXPECT_EQ(Call(kGet, "/metrics").status, 401);
  http::Request inside = Request();
  inside.peer = "10.1.2.3";
  EXPECT_EQ(Call(kGet, "/metrics", inside).status, 200);
  AddUser("boss", auth::Role::kAdmin);
  EXPECT_EQ(Call(kGet, "/metrics", Bearer(TokenOf("boss"))).status, 200);
}

TEST_F(AccessControlTest, TheLocalModeNeedsNothingAndEndsWithTheFirstAdministrator) {
  services_->sign_in_required = false;
  EXPECT_THAT(Body(Call(kGet, "/api/v1/auth/me")), HasSubstr(R"("signed_in_by":"local")"));
  EXPECT_EQ(Call(kPost, "/api/v1/users", Request(R"({"email":"a@b.example","username":"boss","password":"correct horse battery","role":"admin"})")).status,
            201);
  EXPECT_EQ(Call(kGet, "/api/v1/auth/me").status, 401);
  EXPECT_EQ(Call(kPost, "/api/v1/auth/register", Request(R"({"email":"c@b.example","username":"late","password":"correct horse battery"})")).status, 403);
}

}  // namespace
}  // namespace aqua::api
