#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "aqua/sql/testing/postgres_server.hpp"
#include "aqua/sql_postgres/postgres_database.hpp"
#include "aqua/storage/migrations.hpp"
#include "identity_fixture.hpp"

namespace aqua::identity {
namespace {

/// A PostgreSQL server of its own, that is killed in between.
class OutageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    AQUA_REQUIRE_POSTGRES();
    auto server = sql::testing::PostgresServer::Make();
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    const auto url = server_->NewDatabase();
    ASSERT_TRUE(url) << url.error().message;
    auto database = sql::OpenPostgres({.url = *url});
    ASSERT_TRUE(database);
    database_ = *std::move(database);
    ASSERT_TRUE(storage::Migrate(*database_));
    IdentityConfig config;
    config.accounts.password_cost = {.memory_kib = 64, .passes = 1, .lanes = 1};
    auto identity = Identity::Open({.database = *database_, .clock = clock_, .logger = logger_, .metrics = metrics_, .cache = cache_}, config, master_);
    ASSERT_TRUE(identity) << identity.error().message;
    identity_ = *std::move(identity);
    ASSERT_TRUE(identity_->accounts().Register({"ann@farm.example", "ann", kPassword, {}}, origin_));
  }

  LoginAnswer Login() { return identity_->sessions().Login({.login = "ann", .password = kPassword, .origin = origin_}); }

  const std::string kPassword = "correct horse battery";
  const Origin origin_{.address = "192.0.2.1", .user_agent = "test/1"};
  std::unique_ptr<sql::testing::PostgresServer> server_;
  std::unique_ptr<sql::Database> database_;
  base::SystemClock clock_;
  observe::testing::MemoryLogger logger_;
  observe::MetricsRegistry metrics_;
  cache::MemoryStore cache_{cache::MemoryStoreConfig{}};
  std::array<std::uint8_t, 32> master_{};
  std::unique_ptr<Identity> identity_;
};

TEST_F(OutageTest, GoesOnAfterTheServerWasKilled) {
  const auto begun = Login();
  ASSERT_TRUE(begun.sign_in);
  auto tokens = identity_->sessions().IssueTokens(*begun.sign_in);
  ASSERT_TRUE(tokens);
  for (int round = 0; round < 3; ++round) {
    server_->Kill();
    EXPECT_EQ(Login().sign_in.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(identity_->sessions().Refresh(tokens->refresh_token, origin_).error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(identity_->authenticator().TryAuthenticate({.bearer = tokens->access_token}).kind, Verdict::Kind::kPrincipal) << "tokens need no database";
    ASSERT_TRUE(server_->Start());
    const auto next = identity_->sessions().Refresh(tokens->refresh_token, origin_);
    ASSERT_TRUE(next) << next.error().message;
    tokens = next;
    EXPECT_TRUE(Login().sign_in);
  }
}

TEST_F(OutageTest, NoRefreshIsLostOrDoubledWhereTheServerDiesMeanwhile) {
  const auto begun = Login();
  ASSERT_TRUE(begun.sign_in);
  auto tokens = identity_->sessions().IssueTokens(*begun.sign_in);
  ASSERT_TRUE(tokens);
  for (int round = 0; round < 5; ++round) {
    Result<Tokens> answer = MakeError(ErrorCode::kInternal, "");
    {
      std::jthread client([&] { answer = identity_->sessions().Refresh(tokens->refresh_token, origin_); });
      server_->Kill();
    }
    ASSERT_TRUE(server_->Start());
    // Whether the spending was written or not, the same client may ask again.
    const auto again = identity_->sessions().Refresh(tokens->refresh_token, origin_);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(!answer || answer->refresh_token == again->refresh_token);
    tokens = again;
  }
}

TEST_F(OutageTest, AdministratorsAreRefusedWhenNothingIsHeard) {
  EXPECT_TRUE(identity_->authenticator().RevocationsAreFresh());
  server_->Kill();
  const auto start = std::chrono::steady_clock::now();
  while (identity_->authenticator().RevocationsAreFresh() && std::chrono::steady_clock::now() - start < std::chrono::seconds(30)) std::this_thread::yield();
  const auto heard = std::chrono::steady_clock::now() - start;
  EXPECT_LE(heard, std::chrono::seconds(6));
  EXPECT_FALSE(identity_->authenticator().RevocationsAreFresh());
  ASSERT_TRUE(server_->Start());
  const auto back = std::chrono::steady_clock::now();
  while (!identity_->authenticator().RevocationsAreFresh() && std::chrono::steady_clock::now() - back < std::chrono::seconds(30)) std::this_thread::yield();
  EXPECT_TRUE(identity_->authenticator().RevocationsAreFresh());
}

}  // namespace
}  // namespace aqua::identity
