#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "aqua/auth/password.hpp"
#include "identity_fixture.hpp"

namespace aqua::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class LoginTest : public IdentityTest {
 protected:
  std::string ReasonOf(const LoginAnswer& answer) { return answer.sign_in ? "" : answer.sign_in.error().reason; }
};

TEST_P(LoginTest, TakesNameOrAddressInAnyCase) {
  const User ann = AddUser("Ann");
  for (const char* login : {"Ann", "ANN", "ann@farm.example", "Ann@Farm.Example"}) {
    const auto answer = Login(login);
    ASSERT_TRUE(answer.sign_in) << login;
    EXPECT_EQ(answer.sign_in->user.id, ann.id);
    EXPECT_TRUE(answer.sign_in->cookie.empty());
  }
  EXPECT_EQ((*accounts().FindUser(ann.tenant, ann.id))->last_login_at, std::chrono::floor<std::chrono::microseconds>(clock_.Now()));
  EXPECT_EQ(events_.Count("auth.login"), 4U);
}

TEST_P(LoginTest, UnknownUserAndWrongPasswordLookTheSame) {
  AddUser("ann");
  const auto wrong = Login("ann", "wrong password").sign_in.error();
  const auto unknown = Login("nobody", "wrong password").sign_in.error();
  EXPECT_EQ(wrong.code, unknown.code);
  EXPECT_EQ(wrong.message, unknown.message);
  EXPECT_EQ(wrong.reason, "wrong_credentials");
  EXPECT_EQ(unknown.reason, "wrong_credentials");
  EXPECT_EQ(events_.Count("auth.login", "failed"), 2U);
}

TEST_P(LoginTest, RefusesWhatCannotBe) {
  AddUser("ann");
  EXPECT_EQ(ReasonOf(Login("", "x")), "wrong_credentials");
  EXPECT_EQ(ReasonOf(Login(std::string(1'000'000, 'a'), "x")), "wrong_credentials");
  EXPECT_EQ(ReasonOf(Login("ann", std::string(1'000'000, 'a'))), "wrong_credentials");
  EXPECT_EQ(ReasonOf(Login("\xff\xfe", "x")), "wrong_credentials");
  EXPECT_EQ(ReasonOf(Login("' OR 1=1 --", "x")), "wrong_credentials");
}

TEST_P(LoginTest, TellsInactiveUsersOnlyWithTheRightPassword) {
  const User ann = AddUser("ann");
  ASSERT_TRUE(accounts().UpdateUser(ann.tenant, ann.id, {.is_active = false}, From()));
  EXPECT_EQ(ReasonOf(Login("ann", "wrong password")), "wrong_credentials");
  const auto answer = Login("ann");
  EXPECT_EQ(ReasonOf(answer), "user_inactive");
  EXPECT_EQ(answer.sign_in.error().code, ErrorCode::kFailedPrecondition);
}

TEST_P(LoginTest, SlowsGuessingDownAndNeverForGood) {
  AddUser("ann");
  LoginAnswer answer{.sign_in = MakeError(ErrorCode::kInternal, "")};
  int tries = 0;
  for (; tries < 20 && ReasonOf(answer) != "login_delayed"; ++tries) answer = Login("ann", "wrong password");
  EXPECT_LT(tries, 10);
  EXPECT_EQ(answer.sign_in.error().code, ErrorCode::kResourceExhausted);
  EXPECT_GE(answer.retry_after, std::chrono::seconds(1));
  EXPECT_EQ(ReasonOf(Login("ann")), "login_delayed") << "the right password must not tell itself by being let through";
  EXPECT_GE(events_.Count("auth.login", "delayed"), 1U);
  clock_.Advance(answer.retry_after + std::chrono::seconds(1));
  EXPECT_EQ(ReasonOf(Login("ann")), "");
}

TEST_P(LoginTest, SlowsGuessingDownForUnknownUsersAlike) {
  int tries = 0;
  while (tries < 20 && ReasonOf(Login("nobody", "wrong password")) != "login_delayed") ++tries;
  int known_tries = 0;
  AddUser("ann");
  while (known_tries < 20 && ReasonOf(Login("ann", "wrong password", "192.0.2.2")) != "login_delayed") ++known_tries;
  EXPECT_EQ(tries, known_tries);
}

TEST_P(LoginTest, SpellingsOfANameShareTheirFailures) {
  AddUser("ann");
  int tries = 0;
  while (tries < 20 && ReasonOf(Login(tries % 2 == 0 ? "ANN" : "ann@farm.example", "wrong password")) != "login_delayed") ++tries;
  EXPECT_LT(tries, 10);
}

TEST_P(LoginTest, NobodyElseCanLockOutAKnownSource) {
  AddUser("ann");
  ASSERT_EQ(ReasonOf(Login("ann", kPassword, "198.51.100.7")), "");
  for (int i = 0; i < 100; ++i) Login("ann", "wrong password", "203.0.113." + std::to_string(i));
  EXPECT_EQ(ReasonOf(Login("ann", "wrong password", "203.0.113.200")), "login_delayed");
  EXPECT_EQ(ReasonOf(Login("ann", kPassword, "198.51.100.7")), "");
}

TEST_P(LoginTest, KnownSourcesOutliveAStart) {
  AddUser("ann");
  ASSERT_EQ(ReasonOf(Login("ann", kPassword, "198.51.100.7")), "");
  const auto rows = Run("SELECT source_hash FROM known_sources");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_THAT(rows.front().Text(0), Not(HasSubstr("198.51")));
  instance_ = MakeInstance();
  for (int i = 0; i < 100; ++i) Login("ann", "wrong password", "203.0.113." + std::to_string(i));
  EXPECT_EQ(ReasonOf(Login("ann", kPassword, "198.51.100.7")), "");
}

TEST_P(LoginTest, ParallelGuessesAreCounted) {
  AddUser("ann");
  std::atomic<int> looked_at{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i)
      threads.emplace_back([&] {
        if (ReasonOf(Login("ann", "wrong password")) == "wrong_credentials") ++looked_at;
      });
  }
  EXPECT_LT(looked_at, 10);
}

TEST_P(LoginTest, MakesAWeakHashAnew) {
  const User ann = AddUser("ann");
  const std::string weak = auth::HashPassword(kPassword, {.memory_kib = 32, .passes = 1, .lanes = 1}).value();
  ASSERT_TRUE(instance_.database->Acquire(sql::TenantScope::All())
                  .value()
                  ->Commit(std::vector<sql::Command>{{.sql = "UPDATE users SET hashed_password = $1 WHERE id = $2", .parameters = {weak, ann.id}}}));
  ASSERT_EQ(ReasonOf(Login("ann")), "");
  const std::string stored = Run("SELECT hashed_password FROM users").front().Text(0);
  EXPECT_FALSE(auth::NeedsRehash(stored, config_.accounts.password_cost));
  EXPECT_EQ(ReasonOf(Login("ann")), "");
}

TEST_P(LoginTest, EventsNameTheKnownAndNotWhatWasTyped) {
  const User ann = AddUser("ann");
  Login("my secret typed in the wrong field", "x");
  Login("ann", "wrong password");
  const auto events = events_.events();
  const AuditEvent& unknown = events[events.size() - 2];
  EXPECT_EQ(unknown.resource_id, std::nullopt);
  EXPECT_THAT(unknown.details, Not(HasSubstr("secret")));
  EXPECT_EQ(events.back().resource_id, ann.id);
  EXPECT_EQ(events.back().ip_address, "192.0.2.1");
}

TEST_P(LoginTest, NoAnswerWithoutItsEvent) {
  AddUser("ann");
  events_.FailWith(MakeError(ErrorCode::kUnavailable, "the audit log is full", "audit_unavailable"));
  EXPECT_EQ(ReasonOf(Login("ann")), "audit_unavailable");
  EXPECT_EQ(ReasonOf(Login("ann", "wrong password")), "audit_unavailable");
}

TEST_P(LoginTest, WorkersThatAreBusyAreNoFailureOfTheUser) {
  config_.password_threads = 1;
  config_.password_queue = 1;
  config_.accounts.password_cost = {.memory_kib = 8192, .passes = 4, .lanes = 1};
  instance_ = MakeInstance();
  AddUser("ann");
  std::atomic<int> busy{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 12; ++i)
      threads.emplace_back([&, i] {
        const auto answer = Login("ann", kPassword, "203.0.113." + std::to_string(i));
        if (ReasonOf(answer) == "too_many_logins") ++busy;
      });
  }
  EXPECT_GT(busy, 0);
  EXPECT_EQ(ReasonOf(Login("ann")), "");
}

AQUA_FOR_EVERY_DATABASE(LoginTest);

}  // namespace
}  // namespace aqua::identity
