#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "identity_fixture.hpp"

namespace aqua::identity {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

/// Two programs over one database; their feeds follow it by themselves.
class InstancesTest : public IdentityTest {
 protected:
  void SetUp() override {
    IdentityTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    other_ = MakeInstance();
    ann_ = AddUser("ann");
  }

  /// How long until it holds; more than a limit that is a failure by itself.
  static milliseconds Await(const std::function<bool()>& holds) {
    const auto start = Steady::now();
    while (!holds() && Steady::now() - start < std::chrono::seconds(20)) std::this_thread::yield();
    return std::chrono::duration_cast<milliseconds>(Steady::now() - start);
  }

  Instance other_;
  User ann_;
};

TEST_P(InstancesTest, TokensOfOneAreGoodAtTheOther) { EXPECT_EQ(ReasonFor(other_, SignInForTokens("ann").access_token), ""); }

TEST_P(InstancesTest, ARevocationIsSeenWithinASecond) {
  const Tokens tokens = SignInForTokens("ann");
  ASSERT_EQ(ReasonFor(other_, tokens.access_token), "");
  ASSERT_TRUE(sessions().LogoutByRefreshToken(tokens.refresh_token, From()));
  EXPECT_LE(Await([&] { return ReasonFor(other_, tokens.access_token) == "token_revoked"; }), milliseconds(1'000));
}

TEST_P(InstancesTest, ARevokedKeyIsSeenWithinASecond) {
  const auto key = api_keys().Create(ann_.tenant, ann_.id, {.name = "logger"}, From());
  ASSERT_TRUE(other_.identity->api_keys().Authenticate(key->text));
  ASSERT_TRUE(api_keys().Revoke(ann_.tenant, ann_.id, key->info.id, From()));
  EXPECT_LE(Await([&] { return !other_.identity->api_keys().Authenticate(key->text); }), milliseconds(1'000));
}

TEST_P(InstancesTest, ARemovedSigningKeyIsSeenWithinASecond) {
  const Tokens tokens = SignInForTokens("ann");
  ASSERT_EQ(ReasonFor(other_, tokens.access_token), "");
  ASSERT_TRUE(instance_.identity->keys().Remove(instance_.identity->key_ring().Current().id, From()));
  EXPECT_LE(Await([&] { return ReasonFor(other_, tokens.access_token) == "token_key_unknown"; }), milliseconds(1'000));
  EXPECT_EQ(instance_.identity->key_ring().Current().id, other_.identity->key_ring().Current().id);
}

TEST_P(InstancesTest, ARefreshAtBothHasOneSuccessor) {
  for (int round = 0; round < 10; ++round) {
    const Tokens tokens = SignInForTokens("ann");
    std::vector<Result<Tokens>> answers(4, Result<Tokens>(MakeError(ErrorCode::kInternal, "")));
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < answers.size(); ++i)
        threads.emplace_back([&, i] { answers[i] = (i % 2 == 0 ? instance_ : other_).identity->sessions().Refresh(tokens.refresh_token, From()); });
    }
    std::set<std::string> successors;
    for (const Result<Tokens>& answer : answers) {
      ASSERT_TRUE(answer) << answer.error().message;
      successors.insert(answer->refresh_token);
    }
    EXPECT_EQ(successors.size(), 1U);
    EXPECT_EQ(Run("SELECT count(*) FROM refresh_tokens WHERE session_id = $1", {tokens.session_id}).front().Integer(0), 2);
  }
}

TEST_P(InstancesTest, ADifferentClientThatRacesEndsTheFamilyOrLoses) {
  const Tokens tokens = SignInForTokens("ann");
  std::vector<Result<Tokens>> answers(2, Result<Tokens>(MakeError(ErrorCode::kInternal, "")));
  {
    std::jthread owner([&] { answers[0] = sessions().Refresh(tokens.refresh_token, From()); });
    std::jthread thief([&] { answers[1] = other_.identity->sessions().Refresh(tokens.refresh_token, From("203.0.113.66")); });
  }
  EXPECT_NE(answers[0].has_value(), answers[1].has_value()) << "one got the successor";
  EXPECT_FALSE(sessions().Refresh((answers[0] ? answers[0] : answers[1])->refresh_token, From(answers[0] ? "192.0.2.1" : "203.0.113.66")))
      << "and the other ended the family";
}

TEST_P(InstancesTest, OneRegistrationOfANameSucceeds) {
  std::vector<Result<User>> answers(6, Result<User>(MakeError(ErrorCode::kInternal, "")));
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < answers.size(); ++i)
      threads.emplace_back([&, i] {
        answers[i] = (i % 2 == 0 ? instance_ : other_)
                         .identity->accounts()
                         .Register({"bob@farm.example", i % 3 == 0 ? "BOB" : "bob", std::string(kPassword), {}}, From());
      });
  }
  int added = 0;
  for (const Result<User>& answer : answers) {
    added += answer ? 1 : 0;
    EXPECT_TRUE(answer || answer.error().reason == "duplicate_user");
  }
  EXPECT_EQ(added, 1);
}

TEST_P(InstancesTest, AnInstanceWhoseClockIsAheadStillRevokes) {
  base::testing::ManualClock ahead(clock_.Now() + std::chrono::seconds(20));
  Instance early = MakeInstance(ahead);
  auto answer = early.identity->sessions().Login({.login = "ann", .password = std::string(kPassword), .origin = From()});
  ASSERT_TRUE(answer.sign_in);
  const auto tokens = early.identity->sessions().IssueTokens(*answer.sign_in);
  ASSERT_TRUE(tokens);
  ASSERT_EQ(ReasonFor(instance_, tokens->access_token), "") << "within the skew";
  // By the clock here it was issued after its user's tokens became void.
  ASSERT_TRUE(accounts().ChangePassword(ann_.tenant, ann_.id, std::string(kPassword), "another good password", From()));
  EXPECT_EQ(ReasonFor(instance_, tokens->access_token), "token_revoked");
}

AQUA_FOR_EVERY_DATABASE(InstancesTest);

}  // namespace
}  // namespace aqua::identity
