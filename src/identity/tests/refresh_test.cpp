#include <gmock/gmock.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "aqua/auth/secret.hpp"
#include "identity_fixture.hpp"

namespace aqua::identity {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

class RefreshTest : public IdentityTest {
 protected:
  void SetUp() override {
    IdentityTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    AddUser("ann");
    tokens_ = SignInForTokens("ann");
  }

  std::string ReasonOf(const Result<Tokens>& tokens) { return tokens ? "" : tokens.error().reason; }

  Tokens tokens_;
};

TEST_P(RefreshTest, GivesNewTokensOfTheSameSession) {
  const auto next = sessions().Refresh(tokens_.refresh_token, From());
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_NE(next->refresh_token, tokens_.refresh_token);
  EXPECT_NE(next->access_token, tokens_.access_token);
  EXPECT_EQ(next->session_id, tokens_.session_id);
  EXPECT_EQ(next->expires_in, seconds(900));
  EXPECT_EQ(ReasonFor(instance_, next->access_token), "");
  EXPECT_TRUE(sessions().Refresh(next->refresh_token, From()));
}

TEST_P(RefreshTest, RepeatsALostAnswerToTheSameClient) {
  const auto first = sessions().Refresh(tokens_.refresh_token, From());
  clock_.Advance(seconds(9));
  const auto second = sessions().Refresh(tokens_.refresh_token, From());
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->refresh_token, first->refresh_token);
  EXPECT_EQ(ReasonFor(instance_, second->access_token), "");
}

TEST_P(RefreshTest, EndsTheFamilyWhenAnotherClientReplays) {
  const auto next = sessions().Refresh(tokens_.refresh_token, From());
  EXPECT_EQ(ReasonOf(sessions().Refresh(tokens_.refresh_token, From("203.0.113.66"))), "refresh_reused");
  EXPECT_EQ(ReasonOf(sessions().Refresh(next->refresh_token, From())), "refresh_invalid");
  EXPECT_EQ(ReasonFor(instance_, next->access_token), "token_revoked");
  EXPECT_EQ(ReasonFor(instance_, tokens_.access_token), "token_revoked");
  EXPECT_EQ(events_.Count("auth.refresh_reuse"), 1U);
}

TEST_P(RefreshTest, EndsTheFamilyWhenReplayedAfterTheGrace) {
  const auto next = sessions().Refresh(tokens_.refresh_token, From());
  clock_.Advance(seconds(11));
  EXPECT_EQ(ReasonOf(sessions().Refresh(tokens_.refresh_token, From())), "refresh_reused");
  EXPECT_EQ(ReasonOf(sessions().Refresh(next->refresh_token, From())), "refresh_invalid");
}

TEST_P(RefreshTest, EndsTheFamilyWhenTheSuccessorIsSpent) {
  const auto next = sessions().Refresh(tokens_.refresh_token, From());
  ASSERT_TRUE(sessions().Refresh(next->refresh_token, From()));
  EXPECT_EQ(ReasonOf(sessions().Refresh(tokens_.refresh_token, From())), "refresh_reused");
}

TEST_P(RefreshTest, OtherSessionsOfTheUserLiveOn) {
  const Tokens other = SignInForTokens("ann");
  static_cast<void>(sessions().Refresh(tokens_.refresh_token, From()));
  static_cast<void>(sessions().Refresh(tokens_.refresh_token, From("203.0.113.66")));
  EXPECT_TRUE(sessions().Refresh(other.refresh_token, From()));
}

TEST_P(RefreshTest, RefusesStrangers) {
  for (const std::string& text :
       {std::string(), std::string("x"), auth::RandomToken(32), tokens_.refresh_token + "A", std::string(10'000, 'A'), tokens_.access_token})
    EXPECT_EQ(ReasonOf(sessions().Refresh(text, From())), "refresh_invalid") << text;
}

TEST_P(RefreshTest, EndsWhenIdleOrOld) {
  clock_.Advance(hours(14 * 24) - seconds(1));
  auto next = sessions().Refresh(tokens_.refresh_token, From());
  ASSERT_TRUE(next);
  clock_.Advance(hours(14 * 24) - seconds(1));
  next = sessions().Refresh(next->refresh_token, From());
  ASSERT_TRUE(next);
  // 28 days old; two more are left, whatever its use.
  clock_.Advance(hours(2 * 24) - seconds(10));
  next = sessions().Refresh(next->refresh_token, From());
  ASSERT_TRUE(next);
  clock_.Advance(seconds(20));
  EXPECT_EQ(ReasonOf(sessions().Refresh(next->refresh_token, From())), "refresh_invalid");
  const Tokens idle = SignInForTokens("ann");
  clock_.Advance(hours(14 * 24));
  EXPECT_EQ(ReasonOf(sessions().Refresh(idle.refresh_token, From())), "refresh_invalid");
}

TEST_P(RefreshTest, ManyAtOnceOfOneClientGetOneSuccessor) {
  std::vector<Result<Tokens>> answers(8, Result<Tokens>(MakeError(ErrorCode::kInternal, "")));
  {
    std::vector<std::jthread> threads;
    for (Result<Tokens>& answer : answers) threads.emplace_back([&] { answer = sessions().Refresh(tokens_.refresh_token, From()); });
  }
  std::set<std::string> successors;
  for (const Result<Tokens>& answer : answers) {
    ASSERT_TRUE(answer) << answer.error().message;
    successors.insert(answer->refresh_token);
  }
  EXPECT_EQ(successors.size(), 1U);
  EXPECT_EQ(Run("SELECT count(*) FROM refresh_tokens").front().Integer(0), 2);
}

TEST_P(RefreshTest, AClockSetBackOpensNoGrace) {
  ASSERT_TRUE(sessions().Refresh(tokens_.refresh_token, From()));
  clock_.Advance(-hours(1));
  EXPECT_EQ(ReasonOf(sessions().Refresh(tokens_.refresh_token, From())), "refresh_reused");
}

TEST_P(RefreshTest, AClockAnHourAheadEndsAccessTokensAlone) {
  clock_.Advance(hours(1));
  EXPECT_EQ(ReasonFor(instance_, tokens_.access_token), "token_expired");
  const auto next = sessions().Refresh(tokens_.refresh_token, From());
  ASSERT_TRUE(next);
  EXPECT_EQ(ReasonFor(instance_, next->access_token), "");
}

TEST_P(RefreshTest, TheTableHoldsNoTokenAndForgetsSealedOnes) {
  const auto next = sessions().Refresh(tokens_.refresh_token, From());
  for (const sql::Row& row : Run("SELECT hash, successor FROM refresh_tokens")) {
    EXPECT_THAT(row.Text(0), Not(HasSubstr(tokens_.refresh_token)));
    EXPECT_TRUE(row.IsNull(1) || row.Text(1).find(next->refresh_token) == std::string::npos);
  }
  clock_.Advance(seconds(60));
  ASSERT_TRUE(sessions().Refresh(next->refresh_token, From()));
  EXPECT_EQ(Run("SELECT count(*) FROM refresh_tokens WHERE successor IS NOT NULL").front().Integer(0), 1);
}

TEST_P(RefreshTest, LogoutByRefreshTokenEndsTheSession) {
  ASSERT_TRUE(sessions().LogoutByRefreshToken(tokens_.refresh_token, From()));
  EXPECT_EQ(ReasonOf(sessions().Refresh(tokens_.refresh_token, From())), "refresh_invalid");
  EXPECT_EQ(ReasonFor(instance_, tokens_.access_token), "token_revoked");
  EXPECT_TRUE(sessions().LogoutByRefreshToken(tokens_.refresh_token, From()));
  EXPECT_TRUE(sessions().LogoutByRefreshToken("nonsense", From()));
  EXPECT_EQ(events_.Count("auth.logout"), 1U);
}

TEST_P(RefreshTest, InactiveUsersGetNothing) {
  const auto users = accounts().ListUsers(std::string(kDefaultTenant), 1, {});
  ASSERT_TRUE(accounts().UpdateUser(users->front().tenant, users->front().id, {.is_active = false}, From()));
  EXPECT_EQ(ReasonOf(sessions().Refresh(tokens_.refresh_token, From())), "refresh_invalid");
}

AQUA_FOR_EVERY_DATABASE(RefreshTest);

}  // namespace
}  // namespace aqua::identity
