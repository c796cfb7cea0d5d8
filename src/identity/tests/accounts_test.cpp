#include "aqua/identity/accounts.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "aqua/base/uuid.hpp"
#include "identity_fixture.hpp"

namespace aqua::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AccountsTest : public IdentityTest {
 protected:
  Registration Wanted(const std::string& username, const std::string& email) { return {email, username, std::string(kPassword), {}}; }

  /// The token in the newest message.
  std::string TokenOfMessage() {
    accounts().AwaitResets();
    const auto messages = notifier_.messages();
    if (messages.empty()) return {};
    const std::string& text = messages.back().text;
    const auto at = text.find("token=") + 6;
    return text.substr(at, text.find('\n', at) - at);
  }
};

TEST_P(AccountsTest, RegistersAUserWithTheLeastRole) {
  const auto user = accounts().Register({"Ann@Farm.example", "Ann", std::string(kPassword), "Ann Berg"}, From());
  ASSERT_TRUE(user) << user.error().message;
  EXPECT_EQ(user->role, auth::Role::kViewer);
  EXPECT_EQ(user->tenant, kDefaultTenant);
  const auto found = accounts().FindUser(user->tenant, user->id);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->email, "Ann@Farm.example");
  EXPECT_EQ((*found)->full_name, "Ann Berg");
  EXPECT_EQ((*found)->created_at, user->created_at);
  EXPECT_EQ(events_.Count("user.register"), 1U);
  EXPECT_FALSE(*accounts().FindUser("00000000-0000-4000-8000-000000000002", user->id));
}

TEST_P(AccountsTest, RefusesNamesThatDifferInCaseAlone) {
  ASSERT_TRUE(accounts().Register(Wanted("Ann", "ann@farm.example"), From()));
  EXPECT_EQ(accounts().Register(Wanted("ANN", "other@farm.example"), From()).error().reason, "duplicate_user");
  EXPECT_EQ(accounts().Register(Wanted("Other", "ANN@farm.example"), From()).error().reason, "duplicate_user");
  EXPECT_EQ(accounts().Register(Wanted("Other", "ANN@farm.example"), From()).error().code, ErrorCode::kAlreadyExists);
}

TEST_P(AccountsTest, RefusesAnAddressThatIsSomebodysName) {
  ASSERT_TRUE(accounts().Register(Wanted("ann@farm.example", "ann@farm.example"), From()));
  EXPECT_EQ(accounts().Register(Wanted("bob", "Ann@farm.example"), From()).error().reason, "duplicate_user");
  EXPECT_EQ(accounts().Register(Wanted("ann@farm.example", "bob@farm.example"), From()).error().reason, "bad_username");
}

TEST_P(AccountsTest, ChecksWhatItIsGiven) {
  EXPECT_EQ(accounts().Register({"nonsense", "abc", std::string(kPassword), {}}, From()).error().reason, "bad_email");
  EXPECT_EQ(accounts().Register({"a@b.co", "ab", std::string(kPassword), {}}, From()).error().reason, "bad_username");
  EXPECT_EQ(accounts().Register({"a@b.co", "abc", "short", {}}, From()).error().reason, "password_too_short");
  EXPECT_EQ(accounts().Register({"a@b.co", "abc", std::string(kPassword), std::string(201, 'x')}, From()).error().reason, "bad_full_name");
  NewUser nowhere{.tenant = "00000000-0000-4000-8000-00000000000f", .email = "a@b.co", .username = "abc", .password = std::string(kPassword)};
  EXPECT_EQ(accounts().CreateUser(nowhere, From()).error().reason, "organisation_not_found");
}

TEST_P(AccountsTest, OneOfManyAtOnceGetsTheName) {
  std::atomic<int> added{0};
  std::atomic<int> duplicate{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        const auto user = accounts().Register(Wanted("ann", "ann@farm.example"), From());
        ++(user ? added : duplicate);
        EXPECT_TRUE(user || user.error().reason == "duplicate_user");
      });
  }
  EXPECT_EQ(added, 1);
  EXPECT_EQ(duplicate, 7);
}

TEST_P(AccountsTest, ListsUsersOfATenantByPages) {
  for (const char* name : {"ann", "bob", "cid"}) AddUser(name);
  const auto first = accounts().ListUsers(std::string(kDefaultTenant), 2, {});
  ASSERT_TRUE(first);
  ASSERT_EQ(first->size(), 2U);
  const auto rest = accounts().ListUsers(std::string(kDefaultTenant), 2, first->back().id);
  ASSERT_EQ(rest->size(), 1U);
  EXPECT_EQ(rest->front().username, "cid");
  EXPECT_TRUE(accounts().ListUsers("00000000-0000-4000-8000-000000000002", 10, {})->empty());
}

TEST_P(AccountsTest, KeepsOrganisationsApart) {
  const auto other = accounts().CreateOrganisation("Fjord", From());
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(accounts().CreateOrganisation("FJORD", From()).error().reason, "duplicate_organisation");
  EXPECT_EQ(accounts().CreateOrganisation("", From()).error().reason, "bad_organisation");
  EXPECT_EQ(accounts().ListOrganisations(10, {})->size(), 2U);
  const User ann = AddUser("ann");
  NewUser bob{.tenant = other->id, .email = "bob@farm.example", .username = "bob", .password = std::string(kPassword)};
  ASSERT_TRUE(accounts().CreateUser(bob, From()));
  EXPECT_EQ(accounts().ListUsers(other->id, 10, {})->size(), 1U);
  EXPECT_EQ(accounts().UpdateUser(other->id, ann.id, {.role = auth::Role::kAdmin}, From()).error().reason, "user_not_found");
}

TEST_P(AccountsTest, KnowsWhetherAnAdministratorExists) {
  EXPECT_FALSE(*accounts().HasAdministrator());
  const User admin = AddUser("root", auth::Role::kAdmin);
  EXPECT_TRUE(*accounts().HasAdministrator());
  EXPECT_TRUE(Run("SELECT is_superuser FROM users WHERE id = $1", {admin.id}).front().Boolean(0));
}

TEST_P(AccountsTest, KeepsTheLastAdministrator) {
  const User admin = AddUser("root", auth::Role::kAdmin);
  EXPECT_EQ(accounts().UpdateUser(admin.tenant, admin.id, {.role = auth::Role::kViewer}, From()).error().reason, "last_administrator");
  EXPECT_EQ(accounts().UpdateUser(admin.tenant, admin.id, {.is_active = false}, From()).error().reason, "last_administrator");
  AddUser("second", auth::Role::kAdmin);
  EXPECT_TRUE(accounts().UpdateUser(admin.tenant, admin.id, {.role = auth::Role::kViewer}, From()));
}

TEST_P(AccountsTest, TwoAdministratorsCannotRemoveEachOtherAtOnce) {
  const User first = AddUser("first", auth::Role::kAdmin);
  const User second = AddUser("second", auth::Role::kAdmin);
  {
    std::jthread one([&] { static_cast<void>(accounts().UpdateUser(first.tenant, first.id, {.role = auth::Role::kViewer}, From())); });
    std::jthread two([&] { static_cast<void>(accounts().UpdateUser(second.tenant, second.id, {.is_active = false}, From())); });
  }
  EXPECT_TRUE(*accounts().HasAdministrator());
}

TEST_P(AccountsTest, AChangeOfRoleEndsWhatTheOldRoleCouldDo) {
  const User ann = AddUser("ann");
  const Tokens tokens = SignInForTokens("ann");
  ASSERT_EQ(ReasonFor(instance_, tokens.access_token), "");
  const auto changed = accounts().UpdateUser(ann.tenant, ann.id, {.role = auth::Role::kViewer}, From());
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->role, auth::Role::kViewer);
  EXPECT_EQ(ReasonFor(instance_, tokens.access_token), "token_revoked");
  EXPECT_EQ(sessions().Refresh(tokens.refresh_token, From()).error().reason, "refresh_invalid");
  // In the same second.
  const Tokens again = SignInForTokens("ann");
  EXPECT_EQ(ReasonFor(instance_, again.access_token), "");
  EXPECT_EQ(authenticator().TryAuthenticate({.bearer = again.access_token}).principal->role, auth::Role::kViewer);
}

TEST_P(AccountsTest, AChangeOfTheNameEndsNothing) {
  const User ann = AddUser("ann");
  const Tokens tokens = SignInForTokens("ann");
  ASSERT_TRUE(accounts().UpdateUser(ann.tenant, ann.id, {.full_name = "Ann", .email = "new@farm.example"}, From()));
  EXPECT_EQ(ReasonFor(instance_, tokens.access_token), "");
  EXPECT_TRUE(Login("new@farm.example").sign_in);
  EXPECT_EQ(accounts().UpdateUser(ann.tenant, ann.id, {.email = "nonsense"}, From()).error().reason, "bad_email");
  AddUser("bob");
  EXPECT_EQ(accounts().UpdateUser(ann.tenant, ann.id, {.email = "BOB@farm.example"}, From()).error().reason, "duplicate_user");
}

TEST_P(AccountsTest, ChangesAPasswordWithTheOldOne) {
  const User ann = AddUser("ann");
  const Tokens tokens = SignInForTokens("ann");
  EXPECT_EQ(accounts().ChangePassword(ann.tenant, ann.id, "not the old one", "another good password", From()).error().reason, "wrong_password");
  EXPECT_EQ(accounts().ChangePassword(ann.tenant, ann.id, std::string(kPassword), "short", From()).error().reason, "password_too_short");
  EXPECT_EQ(ReasonFor(instance_, tokens.access_token), "");
  ASSERT_TRUE(accounts().ChangePassword(ann.tenant, ann.id, std::string(kPassword), "another good password", From()));
  EXPECT_EQ(ReasonFor(instance_, tokens.access_token), "token_revoked");
  EXPECT_EQ(Login("ann").sign_in.error().reason, "wrong_credentials");
  EXPECT_TRUE(Login("ann", "another good password").sign_in);
  EXPECT_EQ(events_.Count("auth.password_change"), 1U);
  EXPECT_EQ(events_.Count("auth.password_change", "failed"), 1U);
}

TEST_P(AccountsTest, ResetsAPasswordOnce) {
  AddUser("ann");
  const Tokens tokens = SignInForTokens("ann");
  ASSERT_TRUE(accounts().RequestPasswordReset("ANN@farm.example", From()));
  const std::string token = TokenOfMessage();
  ASSERT_EQ(token.size(), 43U);
  EXPECT_EQ(notifier_.messages().back().to, "ann@farm.example");
  EXPECT_EQ(accounts().ResetPassword(token, "short", From()).error().reason, "password_too_short");
  ASSERT_TRUE(accounts().ResetPassword(token, "another good password", From()));
  EXPECT_TRUE(Login("ann", "another good password").sign_in);
  EXPECT_EQ(ReasonFor(instance_, tokens.access_token), "token_revoked");
  EXPECT_EQ(accounts().ResetPassword(token, "yet another password", From()).error().reason, "reset_token_invalid");
  EXPECT_EQ(Run("SELECT count(*) FROM password_resets WHERE hash = $1", {token}).front().Integer(0), 0);
}

TEST_P(AccountsTest, AResetTokenIsGoodForOneOfManyAtOnce) {
  AddUser("ann");
  ASSERT_TRUE(accounts().RequestPasswordReset("ann", From()));
  const std::string token = TokenOfMessage();
  std::atomic<int> done{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
      threads.emplace_back([&, i] {
        if (accounts().ResetPassword(token, "another good password " + std::to_string(i), From())) ++done;
      });
  }
  EXPECT_EQ(done, 1);
}

TEST_P(AccountsTest, AResetTokenGrowsOld) {
  AddUser("ann");
  ASSERT_TRUE(accounts().RequestPasswordReset("ann", From()));
  const std::string token = TokenOfMessage();
  clock_.Advance(std::chrono::hours(1));
  EXPECT_EQ(accounts().ResetPassword(token, "another good password", From()).error().reason, "reset_token_invalid");
}

TEST_P(AccountsTest, ANewAddressEndsResetsOfTheOldOne) {
  const User ann = AddUser("ann");
  ASSERT_TRUE(accounts().RequestPasswordReset("ann", From()));
  const std::string token = TokenOfMessage();
  ASSERT_TRUE(accounts().UpdateUser(ann.tenant, ann.id, {.email = "new@farm.example"}, From()));
  EXPECT_EQ(accounts().ResetPassword(token, "another good password", From()).error().reason, "reset_token_invalid");
}

TEST_P(AccountsTest, TellsNobodyWhetherAResetWasSent) {
  const User ann = AddUser("ann");
  EXPECT_TRUE(accounts().RequestPasswordReset("nobody", From()));
  EXPECT_TRUE(accounts().RequestPasswordReset(std::string(100'000, 'x'), From()));
  EXPECT_TRUE(accounts().RequestPasswordReset("\xff", From()));
  accounts().AwaitResets();
  EXPECT_TRUE(notifier_.messages().empty());
  // Nor are users flooded.
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(accounts().RequestPasswordReset("ann", From()));
  accounts().AwaitResets();
  EXPECT_EQ(notifier_.messages().size(), 1U);
  EXPECT_EQ(events_.Count("auth.password_reset_request"), 1U);
}

TEST_P(AccountsTest, NoSecretReachesEventsOrTheTables) {
  AddUser("ann");
  SignInForTokens("ann");
  for (const AuditEvent& event : events_.events()) {
    EXPECT_THAT(event.details, Not(HasSubstr(std::string(kPassword))));
    EXPECT_THAT(event.details, Not(HasSubstr("argon2")));
  }
  EXPECT_THAT(Run("SELECT hashed_password FROM users").front().Text(0), HasSubstr("$argon2id$"));
}

TEST_P(AccountsTest, AnEventThatCannotBeRecordedIsAnError) {
  events_.FailWith(MakeError(ErrorCode::kUnavailable, "the audit log is full", "audit_unavailable"));
  EXPECT_EQ(accounts().Register(Wanted("ann", "ann@farm.example"), From()).error().reason, "audit_unavailable");
}

AQUA_FOR_EVERY_DATABASE(AccountsTest);

}  // namespace
}  // namespace aqua::identity
