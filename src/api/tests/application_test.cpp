#include "aqua/api/application.hpp"

#include "api_fixture.hpp"

namespace aqua::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ApplicationTest : public testing::ApiTest {
 protected:
  http::Response Predict(const std::string& json) { return Call(http::Method::kPost, "/api/v1/ml/predict", Request(json)); }
};

TEST_F(ApplicationTest, RoutesAndContractNameTheSamePaths) {
  const std::string document = OpenApiDocument();
  for (const http::Route& route : routes_) {
    if (route.path.starts_with("/api/v1/") && route.path != "/api/v1/openapi.json") {
      EXPECT_THAT(document, HasSubstr("\"" + route.path + "\": {"));
    }
  }
  EXPECT_THAT(document, HasSubstr("\"x-roles\""));
}

TEST_F(ApplicationTest, ABodyHasRoomForTheLargestImageInBase64) {
  const auto predict = std::find_if(routes_.begin(), routes_.end(), [](const http::Route& route) { return route.path == "/api/v1/ml/predict"; });
  ASSERT_NE(predict, routes_.end());
  EXPECT_GE(predict->max_body_bytes, services_->options.max_image_bytes * 4 / 3);
}

TEST_F(ApplicationTest, PredictsAndRecords) {
  const http::Response response = Predict(R"({"image_base64":"AAAA","return_probabilities":true})");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(Body(response), HasSubstr(R"("species":"Milkfish")"));
  EXPECT_THAT(Body(response), HasSubstr(R"("all_probabilities":{"Chub":0.25,"Milkfish":0.75})"));
  EXPECT_THAT(Body(Call(http::Method::kGet, "/api/v1/predictions/history")), HasSubstr("Chanos chanos"));
}

TEST_F(ApplicationTest, ARejectedFishIsUnknownAndHasNoSpeciesId) {
  const std::string body = Body(Predict(R"({"image_base64":"c3RyYW5nZXI="})"));
  EXPECT_THAT(body, HasSubstr(R"("species":"unknown","species_id":null)"));
  EXPECT_THAT(body, HasSubstr(R"("rejected":true)"));
  EXPECT_THAT(body, HasSubstr(R"("label":"milkfish")"));
}

TEST_F(ApplicationTest, ABadImageIs422AndRecordsNothing) {
  const http::Response response = Predict(R"({"image_base64":"YnJva2Vu"})");
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(Body(response), HasSubstr(R"("type":"corrupt","message":"the image is damaged")"));
  EXPECT_EQ(Body(Call(http::Method::kGet, "/api/v1/predictions/history")), "[]");
}

TEST_F(ApplicationTest, TellsEveryFaultOfABodyAtOnce) {
  const http::Response response = Predict(R"({"model_version":"1.0","return_probabilities":"yes","imge_base64":""})");
  EXPECT_EQ(response.status, 422);
  for (const char* pointer : {"/model_version", "/return_probabilities", "/imge_base64", "/image_base64"})
    EXPECT_THAT(Body(response), HasSubstr(std::string("\"pointer\":\"") + pointer + "\""));
}

TEST_F(ApplicationTest, AnotherVersionIsNotFound) { EXPECT_EQ(Predict(R"({"image_base64":"AAAA","model_version":"v9.9.9"})").status, 404); }

TEST_F(ApplicationTest, AnErrorOfTheDatabaseTellsClientsNothingOfTheInside) {
  {
    const auto connection = database_->Acquire(sql::TenantScope::All()).value();
    static_cast<void>(connection->RunExclusive(
        [](sql::Connection&) { return std::string("DROP TABLE prediction_labels; DROP TABLE prediction_thumbnails; DROP TABLE predictions"); }));
  }
  const http::Response response = Predict(R"({"image_base64":"AAAA"})");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(Body(response), Not(HasSubstr("SQLite")));
  EXPECT_THAT(Body(response), Not(HasSubstr("no such table")));
  EXPECT_GE(logger_.Count(observe::LogLevel::kError, "request failed"), 1U);
}

TEST_F(ApplicationTest, ReadinessFollowsChecksAndDraining) {
  EXPECT_EQ(Call(http::Method::kGet, "/ready").status, 200);
  services_->draining = true;
  EXPECT_EQ(Call(http::Method::kGet, "/ready").status, 503);
  EXPECT_EQ(Call(http::Method::kGet, "/live").status, 200);
}

TEST_F(ApplicationTest, NotReadyWhenSomethingRequiredFails) {
  health_.Add("database", true, [] { return Status(MakeError(ErrorCode::kUnavailable, "secret words", "database_unavailable")); });
  const http::Response response = Call(http::Method::kGet, "/health/detailed");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(Body(response), HasSubstr("database_unavailable"));
  EXPECT_THAT(Body(response), Not(HasSubstr("secret")));
}

http::Request From(const std::string& host, const std::string& origin = {}, http::Method method = http::Method::kPost) {
  http::Request request;
  request.method = method;
  request.headers.Add("Host", host);
  if (!origin.empty()) request.headers.Add("Origin", origin);
  return request;
}

TEST_F(ApplicationTest, ServesItsOwnMachineOnly) {
  for (const char* host : {"localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"}) EXPECT_FALSE(CheckLocalRequest(*services_, From(host))) << host;
  for (const char* host : {"evil.example", "127.0.0.1.evil.example:8000", "localhost.evil.example", "[::2]:8000", "192.168.1.7:8000"}) {
    const auto refused = CheckLocalRequest(*services_, From(host));
    ASSERT_TRUE(refused) << host;
    EXPECT_EQ(refused->status, 403);
  }
}

TEST_F(ApplicationTest, RefusesPagesOfOtherOrigins) {
  EXPECT_FALSE(CheckLocalRequest(*services_, From("localhost:8000", "http://localhost:8000")));
  EXPECT_TRUE(CheckLocalRequest(*services_, From("localhost:8000", "http://evil.example")));
  EXPECT_TRUE(CheckLocalRequest(*services_, From("localhost:8000", "http://localhost:9000")));
  EXPECT_TRUE(CheckLocalRequest(*services_, From("localhost:8000", "null", http::Method::kGet)));
}

}  // namespace
}  // namespace aqua::api
