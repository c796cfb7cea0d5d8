#include "aqua/identity/sessions.hpp"

#include <gmock/gmock.h>

#include <string>

#include "aqua/auth/secret.hpp"
#include "aqua/base/uuid.hpp"
#include "aqua/cache/keys.hpp"
#include "aqua/identity/prune.hpp"
#include "identity_fixture.hpp"

namespace aqua::identity {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

class SessionsTest : public IdentityTest {
 protected:
  SignIn OpenBrowser(const std::string& login) {
    auto answer = Login(login, kPassword, "192.0.2.1", SessionKind::kBrowser);
    EXPECT_TRUE(answer.sign_in) << answer.sign_in.error().message;
    return answer.sign_in ? *std::move(answer.sign_in) : SignIn{};
  }

  std::string ReasonOf(const std::string& cookie) {
    const auto session = sessions().Authenticate(cookie);
    return session ? "" : session.error().reason;
  }
};

TEST_P(SessionsTest, ABrowserIsKnownByItsCookie) {
  const User ann = AddUser("ann", auth::Role::kScientist);
  const SignIn begun = OpenBrowser("ann");
  ASSERT_EQ(begun.cookie.size(), 43U);
  EXPECT_FALSE(sessions().TryAuthenticate(begun.cookie)) << "memory knows nothing yet";
  const auto session = sessions().Authenticate(begun.cookie);
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(session->principal->user_id, ann.id);
  EXPECT_EQ(session->principal->tenant_id, ann.tenant);
  EXPECT_EQ(session->principal->role, auth::Role::kScientist);
  EXPECT_EQ(session->principal->session_id, begun.session_id);
  const auto remembered = sessions().TryAuthenticate(begun.cookie);
  ASSERT_TRUE(remembered);
  EXPECT_TRUE(*remembered);
}

TEST_P(SessionsTest, OtherCookiesAreRefused) {
  AddUser("ann");
  OpenBrowser("ann");
  EXPECT_EQ(ReasonOf(auth::RandomToken(32)), "session_invalid");
  EXPECT_EQ(ReasonOf(""), "session_invalid");
  EXPECT_EQ(ReasonOf(std::string(100'000, 'A')), "session_invalid");
}

TEST_P(SessionsTest, ABrowserHasNoTokens) {
  AddUser("ann");
  EXPECT_EQ(sessions().IssueTokens(OpenBrowser("ann")).error().reason, "browser_session");
}

TEST_P(SessionsTest, NeitherTableNorCacheHoldsTheCookie) {
  AddUser("ann");
  const SignIn begun = OpenBrowser("ann");
  ASSERT_EQ(ReasonOf(begun.cookie), "");
  const std::string hash = Run("SELECT cookie_hash FROM sessions").front().Text(0);
  EXPECT_EQ(hash, auth::Sha256Hex(begun.cookie));
  const auto value = instance_.cache->Get(cache::KeyOf(cache::kSessionPrefix, {hash}));
  ASSERT_TRUE(value && *value);
  EXPECT_THAT(**value, Not(HasSubstr("admin")));
  EXPECT_THAT(**value, Not(HasSubstr(begun.session_id)));
}

TEST_P(SessionsTest, WhoWritesToTheCacheMakesNoSession) {
  AddUser("ann");
  AddUser("root", auth::Role::kAdmin);
  const SignIn admin = OpenBrowser("root");
  ASSERT_EQ(ReasonOf(admin.cookie), "");
  const std::string key = cache::KeyOf(cache::kSessionPrefix, {auth::Sha256Hex(admin.cookie)});
  const std::string sealed = **instance_.cache->Get(key);
  const std::string forged = auth::RandomToken(32);
  const std::string forged_key = cache::KeyOf(cache::kSessionPrefix, {auth::Sha256Hex(forged)});
  for (const std::string& value : {sealed, std::string("{}"), std::string()}) {
    ASSERT_TRUE(instance_.cache->Set(forged_key, value, minutes(1)));
    EXPECT_EQ(ReasonOf(forged), "session_invalid");
  }
}

TEST_P(SessionsTest, TheCacheSparesTheTable) {
  AddUser("ann");
  const SignIn begun = OpenBrowser("ann");
  ASSERT_EQ(ReasonOf(begun.cookie), "");
  Instance other = MakeInstance();
  const std::string key = cache::KeyOf(cache::kSessionPrefix, {auth::Sha256Hex(begun.cookie)});
  ASSERT_TRUE(other.cache->Set(key, **instance_.cache->Get(key), minutes(1)));
  // The row goes, so that only the cache can know; no revocation tells.
  ASSERT_TRUE(instance_.database->Acquire(sql::TenantScope::All()).value()->Commit(std::vector<sql::Command>{{.sql = "DELETE FROM sessions"}}));
  EXPECT_TRUE(other.identity->sessions().Authenticate(begun.cookie));
  clock_.Advance(seconds(61));
  EXPECT_FALSE(other.identity->sessions().Authenticate(begun.cookie));
}

TEST_P(SessionsTest, ALogoutIsHeardAtOnce) {
  AddUser("ann");
  const SignIn begun = OpenBrowser("ann");
  const auto session = sessions().Authenticate(begun.cookie);
  ASSERT_TRUE(session);
  ASSERT_TRUE(sessions().Logout(*session->principal, From()));
  EXPECT_EQ(ReasonOf(begun.cookie), "session_invalid");
  EXPECT_EQ(events_.Count("auth.logout"), 1U);
}

TEST_P(SessionsTest, AStaleCopyInTheCacheDoesNotOutliveALogout) {
  AddUser("ann");
  const SignIn begun = OpenBrowser("ann");
  ASSERT_EQ(ReasonOf(begun.cookie), "");
  const std::string key = cache::KeyOf(cache::kSessionPrefix, {auth::Sha256Hex(begun.cookie)});
  const std::string stale = **instance_.cache->Get(key);
  ASSERT_TRUE(sessions().Revoke(begun.user.tenant, begun.user.id, begun.session_id, From()));
  ASSERT_TRUE(instance_.cache->Set(key, stale, minutes(1)));
  EXPECT_EQ(ReasonOf(begun.cookie), "session_invalid");
}

TEST_P(SessionsTest, ANewRoleIsKnownAtOnce) {
  const User ann = AddUser("ann");
  const SignIn begun = OpenBrowser("ann");
  ASSERT_EQ(ReasonOf(begun.cookie), "");
  ASSERT_TRUE(accounts().UpdateUser(ann.tenant, ann.id, {.role = auth::Role::kViewer}, From()));
  EXPECT_EQ(ReasonOf(begun.cookie), "session_invalid") << "its session ended";
  const SignIn again = OpenBrowser("ann");
  EXPECT_EQ(sessions().Authenticate(again.cookie)->principal->role, auth::Role::kViewer);
}

TEST_P(SessionsTest, ABrowserIsForgottenWhenIdleOrOld) {
  AddUser("ann");
  const SignIn idle = OpenBrowser("ann");
  clock_.Advance(hours(14 * 24));
  EXPECT_EQ(ReasonOf(idle.cookie), "session_invalid");
  const SignIn used = OpenBrowser("ann");
  for (int day = 0; day < 29; ++day) {
    clock_.Advance(hours(24));
    ASSERT_EQ(ReasonOf(used.cookie), "") << day;
    sessions().Flush();
  }
  clock_.Advance(hours(24));
  EXPECT_EQ(ReasonOf(used.cookie), "session_invalid");
}

TEST_P(SessionsTest, TheCsrfTokenBelongsToTheSession) {
  AddUser("ann");
  const SignIn one = OpenBrowser("ann");
  const SignIn two = OpenBrowser("ann");
  EXPECT_EQ(one.csrf_token, sessions().CsrfToken(one.session_id));
  EXPECT_TRUE(sessions().IsCsrfToken(one.session_id, one.csrf_token));
  EXPECT_FALSE(sessions().IsCsrfToken(one.session_id, two.csrf_token));
  EXPECT_FALSE(sessions().IsCsrfToken(one.session_id, ""));
  EXPECT_FALSE(sessions().IsCsrfToken("", sessions().CsrfToken("")));
}

TEST_P(SessionsTest, ListsWhatIsNotOver) {
  const User ann = AddUser("ann");
  const SignIn one = OpenBrowser("ann");
  clock_.Advance(minutes(1));
  const Tokens two = SignInForTokens("ann");
  auto list = sessions().List(ann.tenant, ann.id);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2U);
  EXPECT_EQ(list->front().id, two.session_id);
  EXPECT_EQ(list->front().kind, SessionKind::kToken);
  EXPECT_EQ(list->back().kind, SessionKind::kBrowser);
  EXPECT_EQ(list->back().user_agent, "test/1");
  EXPECT_EQ(list->back().ip_address, "192.0.2.1");
  ASSERT_TRUE(sessions().Revoke(ann.tenant, ann.id, one.session_id, From()));
  EXPECT_EQ(sessions().List(ann.tenant, ann.id)->size(), 1U);
  EXPECT_TRUE(sessions().List("00000000-0000-4000-8000-000000000002", ann.id)->empty());
}

TEST_P(SessionsTest, NobodyEndsTheSessionOfAnother) {
  const User ann = AddUser("ann");
  const User bob = AddUser("bob");
  const Tokens tokens = SignInForTokens("ann");
  EXPECT_EQ(sessions().Revoke(ann.tenant, bob.id, tokens.session_id, From()).error().reason, "session_not_found");
  EXPECT_EQ(sessions().Revoke("00000000-0000-4000-8000-000000000002", {}, tokens.session_id, From()).error().reason, "session_not_found");
  EXPECT_EQ(sessions().Revoke(ann.tenant, ann.id, base::NewUuidV7(), From()).error().reason, "session_not_found");
  EXPECT_EQ(sessions().Revoke(ann.tenant, ann.id, "nonsense", From()).error().reason, "session_not_found");
  EXPECT_EQ(ReasonFor(instance_, tokens.access_token), "");
  EXPECT_TRUE(sessions().Revoke(ann.tenant, {}, tokens.session_id, From()));
  EXPECT_EQ(ReasonFor(instance_, tokens.access_token), "token_revoked");
}

TEST_P(SessionsTest, WhatClientsSayOfThemselvesIsKeptHarmless) {
  const User ann = AddUser("ann");
  const std::string agent = "evil\r\nagent\x1b[31m" + std::string(1'000, 'x') + "\xff";
  ASSERT_TRUE(sessions().Login({.login = "ann", .password = std::string(kPassword), .origin = {.address = "192.0.2.1", .user_agent = agent}}).sign_in);
  const auto list = sessions().List(ann.tenant, ann.id);
  ASSERT_EQ(list->size(), 1U);
  EXPECT_LE(list->front().user_agent.size(), 256U);
  EXPECT_THAT(list->front().user_agent, Not(HasSubstr("\n")));
  EXPECT_THAT(list->front().user_agent, Not(HasSubstr("\x1b")));
}

TEST_P(SessionsTest, PruningTakesWhatIsOverAndNothingElse) {
  AddUser("ann");
  const Tokens old = SignInForTokens("ann");
  ASSERT_TRUE(sessions().LogoutByRefreshToken(old.refresh_token, From()));
  clock_.Advance(hours(32 * 24));
  const Tokens now = SignInForTokens("ann");
  ASSERT_TRUE(PruneExpired(*instance_.database, clock_));
  EXPECT_EQ(Run("SELECT count(*) FROM sessions").front().Integer(0), 1);
  EXPECT_EQ(Run("SELECT count(*) FROM refresh_tokens").front().Integer(0), 1);
  EXPECT_EQ(Run("SELECT count(*) FROM revocations").front().Integer(0), 0);
  EXPECT_TRUE(sessions().Refresh(now.refresh_token, From()));
}

AQUA_FOR_EVERY_DATABASE(SessionsTest);

}  // namespace
}  // namespace aqua::identity
