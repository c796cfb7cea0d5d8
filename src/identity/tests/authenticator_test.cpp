#include "aqua/identity/authenticator.hpp"

#include <gtest/gtest.h>

#include <string>

#include "aqua/auth/api_key.hpp"
#include "identity_fixture.hpp"

namespace aqua::identity {
namespace {

using Kind = Verdict::Kind;

class AuthenticatorTest : public IdentityTest {
 protected:
  void SetUp() override {
    IdentityTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ann_ = AddUser("ann");
    tokens_ = SignInForTokens("ann");
    cookie_ = Login("ann", kPassword, "192.0.2.1", SessionKind::kBrowser).sign_in->cookie;
    key_ = api_keys().Create(ann_.tenant, ann_.id, {.name = "logger"}, From())->text;
  }

  User ann_;
  Tokens tokens_;
  std::string cookie_;
  std::string key_;
};

TEST_P(AuthenticatorTest, NothingIsNobody) {
  EXPECT_EQ(authenticator().TryAuthenticate({}).kind, Kind::kNone);
  EXPECT_EQ(authenticator().Authenticate({}).kind, Kind::kNone);
}

TEST_P(AuthenticatorTest, KnowsTokensWithoutAsking) {
  const Verdict verdict = authenticator().TryAuthenticate({.bearer = tokens_.access_token});
  ASSERT_EQ(verdict.kind, Kind::kPrincipal) << verdict.reason;
  EXPECT_EQ(verdict.principal->kind, auth::Principal::Kind::kUser);
  EXPECT_EQ(verdict.principal->user_id, ann_.id);
  EXPECT_EQ(verdict.principal->tenant_id, ann_.tenant);
  EXPECT_EQ(verdict.principal->role, auth::Role::kOperator);
  EXPECT_EQ(verdict.principal->session_id, tokens_.session_id);
  EXPECT_FALSE(verdict.from_cookie);
}

TEST_P(AuthenticatorTest, RefusesWithTheReason) {
  const Verdict malformed = authenticator().TryAuthenticate({.bearer = "nonsense"});
  EXPECT_EQ(malformed.kind, Kind::kRefused);
  EXPECT_EQ(malformed.reason, "token_malformed");
  std::string tampered = tokens_.access_token;
  tampered[tampered.size() / 2] = tampered[tampered.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_EQ(authenticator().TryAuthenticate({.bearer = tampered}).reason, "token_signature");
  clock_.Advance(std::chrono::minutes(16));
  EXPECT_EQ(authenticator().TryAuthenticate({.bearer = tokens_.access_token}).reason, "token_expired");
}

TEST_P(AuthenticatorTest, AsksForKeysAndSessionsOnce) {
  for (const Credentials& credentials : {Credentials{.api_key = key_}, Credentials{.session_cookie = cookie_}}) {
    EXPECT_EQ(authenticator().TryAuthenticate(credentials).kind, Kind::kMustAsk);
    EXPECT_EQ(authenticator().Authenticate(credentials).kind, Kind::kPrincipal);
    const Verdict known = authenticator().TryAuthenticate(credentials);
    ASSERT_EQ(known.kind, Kind::kPrincipal);
    EXPECT_EQ(known.principal->user_id, ann_.id);
    EXPECT_EQ(known.from_cookie, !credentials.session_cookie.empty());
  }
}

TEST_P(AuthenticatorTest, TakesAKeyInThePlaceOfAToken) {
  const Verdict verdict = authenticator().Authenticate({.bearer = key_});
  ASSERT_EQ(verdict.kind, Kind::kPrincipal);
  EXPECT_EQ(verdict.principal->kind, auth::Principal::Kind::kApiKey);
}

TEST_P(AuthenticatorTest, ABadTokenIsNotMendedByACookie) {
  EXPECT_EQ(authenticator().Authenticate({.bearer = "nonsense", .session_cookie = cookie_}).kind, Kind::kRefused);
  EXPECT_EQ(authenticator().Authenticate({.bearer = "nonsense", .api_key = key_}).kind, Kind::kRefused);
  const Verdict stranger = authenticator().Authenticate({.api_key = auth::MakeApiKey().text, .session_cookie = cookie_});
  EXPECT_EQ(stranger.kind, Kind::kRefused);
  EXPECT_EQ(stranger.reason, "api_key_invalid");
}

TEST_P(AuthenticatorTest, KnowsThatRevocationsAreFresh) { EXPECT_TRUE(authenticator().RevocationsAreFresh()); }

AQUA_FOR_EVERY_DATABASE(AuthenticatorTest);

}  // namespace
}  // namespace aqua::identity
