#include "aqua/auth/token.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "token_maker.hpp"

namespace aqua::auth::testing {
namespace {

AccessClaims SomeClaims() {
  AccessClaims claims;
  claims.subject = "0199-user";
  claims.tenant = "0199-tenant";
  claims.session = "0199-session";
  claims.token_id = "0199-token";
  claims.role = Role::kScientist;
  claims.scopes = {"predictions:read", "models:read"};
  claims.issued_at = kNow;
  return claims;
}

TokenPolicy Hs256Policy() {
  TokenPolicy policy;
  policy.algorithm = TokenAlgorithm::kHs256;
  policy.hs256_secret = "a secret of HS256 with thirty-two bytes at least";
  return policy;
}

std::string ReasonAt(const TokenVerifier& verifier, const std::string& token, system_clock::time_point now) {
  const auto verified = verifier.Verify(token, now);
  return verified ? "" : verified.error().reason;
}

class TokenTest : public ::testing::Test {
 protected:
  TokenMaker maker_;
  const TokenIssuer issuer_{maker_.ring(), TokenPolicy{}};
  const TokenVerifier verifier_{maker_.ring(), TokenPolicy{}};
};

TEST_F(TokenTest, GivesBackWhatWasIssued) {
  const auto token = issuer_.Issue(SomeClaims());
  ASSERT_TRUE(token.has_value()) << token.error().message;
  const auto claims = verifier_.Verify(*token, kNow);
  ASSERT_TRUE(claims.has_value()) << claims.error().message;
  EXPECT_EQ(claims->subject, "0199-user");
  EXPECT_EQ(claims->tenant, "0199-tenant");
  EXPECT_EQ(claims->session, "0199-session");
  EXPECT_EQ(claims->token_id, "0199-token");
  EXPECT_EQ(claims->role, Role::kScientist);
  EXPECT_EQ(claims->scopes, (std::vector<std::string>{"predictions:read", "models:read"}));
  EXPECT_EQ(claims->issuer, "aqua");
  EXPECT_EQ(claims->audience, std::vector<std::string>{"aqua-api"});
  EXPECT_EQ(claims->issued_at, kNow);
  EXPECT_EQ(claims->not_before, kNow);
  EXPECT_EQ(claims->expires_at, kNow + seconds(900));
}

TEST_F(TokenTest, WritesTheHeaderOfAnAccessToken) {
  const std::string token = *issuer_.Issue(SomeClaims());
  EXPECT_EQ(token.substr(0, token.find('.')), Encode(maker_.Header()));
}

TEST_F(TokenTest, TakesAnAudienceThatIsATextAndOneAmongMany) {
  EXPECT_EQ(ReasonAt(verifier_, maker_.With({{"aud", R"("aqua-api")"}}), kNow), "");
  EXPECT_EQ(ReasonAt(verifier_, maker_.With({{"aud", R"(["other","aqua-api"])"}}), kNow), "");
}

TEST_F(TokenTest, PassesOverClaimsItDoesNotKnow) { EXPECT_EQ(ReasonAt(verifier_, maker_.With({{"amr", R"(["pwd"])"}}), kNow), ""); }

TEST_F(TokenTest, ReadsEscapedTextAsItIsMeant) {
  const auto claims = verifier_.Verify(maker_.With({{"sub", R"("us\u0065r-\u00e9")"}}), kNow);
  ASSERT_TRUE(claims.has_value());
  EXPECT_EQ(claims->subject, "user-é");
}

TEST_F(TokenTest, ExpiresTheSkewAfterItsTimeToTheSecond) {
  const std::string token = maker_.Good();  // from 0 to 900
  EXPECT_EQ(ReasonAt(verifier_, token, kNow + seconds(900)), "");
  EXPECT_EQ(ReasonAt(verifier_, token, kNow + seconds(929)), "");
  EXPECT_EQ(ReasonAt(verifier_, token, kNow + seconds(930) - std::chrono::nanoseconds(1)), "");
  EXPECT_EQ(ReasonAt(verifier_, token, kNow + seconds(930)), "token_expired");
  EXPECT_EQ(ReasonAt(verifier_, token, kNow + seconds(931)), "token_expired");
}

TEST_F(TokenTest, IsValidFromTheSkewBeforeItsTimeToTheSecond) {
  const std::string token = maker_.Good();
  EXPECT_EQ(ReasonAt(verifier_, token, kNow - seconds(29)), "");
  EXPECT_EQ(ReasonAt(verifier_, token, kNow - seconds(30)), "");
  EXPECT_EQ(ReasonAt(verifier_, token, kNow - seconds(30) - std::chrono::nanoseconds(1)), "token_not_yet_valid");
  EXPECT_EQ(ReasonAt(verifier_, token, kNow - seconds(31)), "token_not_yet_valid");
}

TEST_F(TokenTest, AppliesTheSkewToNotBeforeAndToIssuedAtAlike) {
  const std::string later = maker_.With({{"nbf", "1800000010"}});
  EXPECT_EQ(ReasonAt(verifier_, later, kNow - seconds(20)), "");
  EXPECT_EQ(ReasonAt(verifier_, later, kNow - seconds(21)), "token_not_yet_valid");
  const std::string earlier = maker_.With({{"nbf", "1799990000"}});
  EXPECT_EQ(ReasonAt(verifier_, earlier, kNow - seconds(30)), "");
  EXPECT_EQ(ReasonAt(verifier_, earlier, kNow - seconds(31)), "token_not_yet_valid");
}

TEST_F(TokenTest, TakesALifeOfLifetimeAndSkewAndNoSecondMore) {
  EXPECT_EQ(ReasonAt(verifier_, maker_.With({{"exp", "1800000929"}}), kNow), "");
  EXPECT_EQ(ReasonAt(verifier_, maker_.With({{"exp", "1800000930"}}), kNow), "");
  EXPECT_EQ(ReasonAt(verifier_, maker_.With({{"exp", "1800000931"}}), kNow), "token_claims");
}

TEST_F(TokenTest, HasNoSkewWhenThePolicySaysSo) {
  TokenPolicy policy;
  policy.skew = seconds(0);
  const TokenVerifier exact(maker_.ring(), policy);
  EXPECT_EQ(ReasonAt(exact, maker_.Good(), kNow + seconds(899)), "");
  EXPECT_EQ(ReasonAt(exact, maker_.Good(), kNow + seconds(900)), "token_expired");
  EXPECT_EQ(ReasonAt(exact, maker_.Good(), kNow - seconds(1)), "token_not_yet_valid");
}

TEST_F(TokenTest, RefusesToIssueWhatItWouldNotTake) {
  const auto reason = [&](const std::function<void(AccessClaims&)>& change) {
    AccessClaims claims = SomeClaims();
    change(claims);
    const auto issued = issuer_.Issue(claims);
    return issued ? "" : issued.error().reason;
  };
  EXPECT_EQ(reason([](AccessClaims&) {}), "");
  EXPECT_EQ(reason([](AccessClaims& c) { c.subject.clear(); }), "token_claims");
  EXPECT_EQ(reason([](AccessClaims& c) { c.tenant = "a\nb"; }), "token_claims");
  EXPECT_EQ(reason([](AccessClaims& c) { c.session = "\xFF"; }), "token_claims");
  EXPECT_EQ(reason([](AccessClaims& c) { c.scopes = {"two words"}; }), "token_claims");
  EXPECT_EQ(reason([](AccessClaims& c) { c.issuer = "other"; }), "token_claims");
  EXPECT_EQ(reason([](AccessClaims& c) { c.audience = {"other"}; }), "token_claims");
  EXPECT_EQ(reason([](AccessClaims& c) { c.expires_at = c.issued_at + seconds(931); }), "token_claims");
  EXPECT_EQ(reason([](AccessClaims& c) { c.issued_at = system_clock::time_point(seconds(-5)); }), "token_claims");
  EXPECT_EQ(reason([](AccessClaims& c) { c.scopes.assign(64, std::string(100, 's')); }), "token_claims");
}

TEST_F(TokenTest, NeedsAKeyToIssue) {
  ASSERT_TRUE(maker_.ring().Set({maker_.stored()}, "").has_value());
  const auto issued = issuer_.Issue(SomeClaims());
  ASSERT_FALSE(issued.has_value());
  EXPECT_EQ(issued.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(issued.error().reason, "token_key_unknown");
}

TEST_F(TokenTest, TakesTokensOfThePreviousKeyUntilItIsRemoved) {
  const std::string old_token = *issuer_.Issue(SomeClaims());
  const SigningKey next = MakeSigningKey(kNow);
  ASSERT_TRUE(maker_.ring().Set({maker_.stored(), next}, next.id).has_value());
  EXPECT_EQ(ReasonAt(verifier_, old_token, kNow), "");
  EXPECT_EQ(ReasonAt(verifier_, *issuer_.Issue(SomeClaims()), kNow), "");
  ASSERT_TRUE(maker_.ring().Set({next}, next.id).has_value());
  EXPECT_EQ(ReasonAt(verifier_, old_token, kNow), "token_key_unknown");
}

TEST_F(TokenTest, VerifiesWithThePublicHalfAlone) {
  SigningKey half = maker_.stored();
  half.seed.clear();
  KeyRing ring;
  ASSERT_TRUE(ring.Set({half}, "").has_value());
  EXPECT_EQ(ReasonAt(TokenVerifier(ring, TokenPolicy{}), maker_.Good(), kNow), "");
}

TEST_F(TokenTest, UsesHs256OnlyWhenThePolicySaysSo) {
  const TokenIssuer issuer(maker_.ring(), Hs256Policy());
  const TokenVerifier verifier(maker_.ring(), Hs256Policy());
  const std::string token = *issuer.Issue(SomeClaims());
  EXPECT_EQ(ReasonAt(verifier, token, kNow), "");
  EXPECT_EQ(ReasonAt(verifier_, token, kNow), "token_algorithm");
}

TEST_F(TokenTest, IsNotConfusedAboutAlgorithmsUnderHs256) {
  const TokenVerifier verifier(maker_.ring(), Hs256Policy());
  const std::string header = R"({"alg":"HS256","typ":"at+jwt"})";
  const TokenPolicy policy = Hs256Policy();
  const ByteView secret = AsBytes(policy.hs256_secret);
  EXPECT_EQ(ReasonAt(verifier, TokenMaker::Hmac(header, TokenMaker::Claims(), secret), kNow), "");
  // Signed by a key of the ring, whose public half is known to all.
  EXPECT_EQ(ReasonAt(verifier, maker_.Good(), kNow), "token_algorithm");
  EXPECT_EQ(ReasonAt(verifier, maker_.Sign(header, TokenMaker::Claims()), kNow), "token_signature");
  EXPECT_EQ(ReasonAt(verifier, TokenMaker::Hmac(header, TokenMaker::Claims(), maker_.stored().public_key), kNow), "token_signature");
  EXPECT_EQ(ReasonAt(verifier, TokenMaker::Hmac(header, TokenMaker::Claims(), {}), kNow), "token_signature");
  // A key id says nothing here, and "none" neither.
  const std::string keyed = R"({"alg":"HS256","typ":"at+jwt","kid":")" + maker_.stored().id + "\"}";
  EXPECT_EQ(ReasonAt(verifier, TokenMaker::Hmac(keyed, TokenMaker::Claims(), secret), kNow), "token_key_unknown");
  EXPECT_EQ(ReasonAt(verifier, TokenMaker::Hmac(R"({"alg":"none","typ":"at+jwt"})", TokenMaker::Claims(), secret), kNow), "token_algorithm");
  EXPECT_EQ(ReasonAt(verifier, TokenMaker::Hmac(R"({"alg":"HS512","typ":"at+jwt"})", TokenMaker::Claims(), secret), kNow), "token_algorithm");
}

TEST_F(TokenTest, RefusesAllUnderHs256WithoutASecret) {
  TokenPolicy policy = Hs256Policy();
  policy.hs256_secret.clear();
  const TokenVerifier verifier(maker_.ring(), policy);
  EXPECT_EQ(ReasonAt(verifier, TokenMaker::Hmac(R"({"alg":"HS256","typ":"at+jwt"})", TokenMaker::Claims(), {}), kNow), "token_key_unknown");
  EXPECT_FALSE(TokenIssuer(maker_.ring(), policy).Issue(SomeClaims()).has_value());
}

TEST_F(TokenTest, ChecksAPolicyAndTellsAllFaults) {
  EXPECT_TRUE(CheckTokenPolicy(TokenPolicy{}).has_value());
  EXPECT_TRUE(CheckTokenPolicy(Hs256Policy()).has_value());
  TokenPolicy bad = Hs256Policy();
  bad.issuer.clear();
  bad.audience.clear();
  bad.lifetime = seconds(901);
  bad.skew = seconds(31);
  bad.hs256_secret = "short";
  const Status checked = CheckTokenPolicy(bad);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().reason, "token_policy");
  for (const char* word : {"issuer", "audience", "lifetime", "skew", "secret"}) EXPECT_NE(checked.error().message.find(word), std::string::npos) << word;
  TokenPolicy unused;
  unused.hs256_secret = Hs256Policy().hs256_secret;
  EXPECT_FALSE(CheckTokenPolicy(unused).has_value());
}

}  // namespace
}  // namespace aqua::auth::testing
