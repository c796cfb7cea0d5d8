#include "aqua/identity/api_keys.hpp"

#include <gmock/gmock.h>

#include <string>

#include "aqua/auth/api_key.hpp"
#include "identity_fixture.hpp"

namespace aqua::identity {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ApiKeysTest : public IdentityTest {
 protected:
  void SetUp() override {
    IdentityTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ann_ = AddUser("ann", auth::Role::kScientist);
  }

  CreatedApiKey MakeKey(const ApiKeyRequest& request = {.name = "logger"}) {
    auto key = api_keys().Create(ann_.tenant, ann_.id, request, From());
    EXPECT_TRUE(key) << key.error().message;
    return key ? *std::move(key) : CreatedApiKey{};
  }

  std::string ReasonOf(const std::string& text) {
    const auto principal = api_keys().Authenticate(text);
    return principal ? "" : principal.error().reason;
  }

  User ann_;
};

TEST_P(ApiKeysTest, AKeyActsForItsUser) {
  const CreatedApiKey key = MakeKey({.name = "logger", .scopes = {"predictions:read", "models:read"}});
  EXPECT_FALSE(api_keys().TryAuthenticate(key.text)) << "memory knows nothing yet";
  const auto principal = api_keys().Authenticate(key.text);
  ASSERT_TRUE(principal) << principal.error().message;
  EXPECT_EQ((*principal)->kind, auth::Principal::Kind::kApiKey);
  EXPECT_EQ((*principal)->user_id, ann_.id);
  EXPECT_EQ((*principal)->tenant_id, ann_.tenant);
  EXPECT_EQ((*principal)->role, auth::Role::kScientist);
  EXPECT_EQ((*principal)->key_id, key.info.id);
  EXPECT_THAT((*principal)->scopes, ElementsAre("predictions:read", "models:read"));
  const auto remembered = api_keys().TryAuthenticate(key.text);
  ASSERT_TRUE(remembered);
  EXPECT_TRUE(*remembered);
}

TEST_P(ApiKeysTest, TheTableHoldsAHash) {
  const CreatedApiKey key = MakeKey();
  const auto rows = Run("SELECT key_hash, prefix FROM api_keys");
  EXPECT_EQ(rows.front().Text(0), auth::HashOfApiKey(key.text));
  EXPECT_EQ(rows.front().Text(1), key.info.prefix);
  for (const AuditEvent& event : events_.events()) EXPECT_THAT(event.details, Not(HasSubstr(key.text.substr(14))));
  EXPECT_EQ(events_.Count("key.create"), 1U);
}

TEST_P(ApiKeysTest, EndsInNinetyDaysAndWithinAYear) {
  const CreatedApiKey key = MakeKey();
  const Time now = clock_.Now();
  EXPECT_EQ(key.info.expires_at, now + hours(90 * 24));
  EXPECT_TRUE(api_keys().Create(ann_.tenant, ann_.id, {.name = "x", .expires_at = now + hours(365 * 24)}, From()));
  EXPECT_EQ(api_keys().Create(ann_.tenant, ann_.id, {.name = "x", .expires_at = now + hours(365 * 24) + seconds(1)}, From()).error().reason, "bad_expiry");
  EXPECT_EQ(api_keys().Create(ann_.tenant, ann_.id, {.name = "x", .expires_at = now}, From()).error().reason, "bad_expiry");
  ASSERT_EQ(ReasonOf(key.text), "");
  clock_.Advance(hours(90 * 24));
  EXPECT_EQ(ReasonOf(key.text), "api_key_expired");
}

TEST_P(ApiKeysTest, ARememberedKeyEndsOnTheSecond) {
  const CreatedApiKey key = MakeKey({.name = "short", .expires_at = clock_.Now() + seconds(30)});
  ASSERT_EQ(ReasonOf(key.text), "");
  clock_.Advance(seconds(30));
  EXPECT_EQ(ReasonOf(key.text), "api_key_expired");
}

TEST_P(ApiKeysTest, ChecksWhatItIsGiven) {
  const auto reason = [&](const ApiKeyRequest& request) { return api_keys().Create(ann_.tenant, ann_.id, request, From()).error().reason; };
  EXPECT_EQ(reason({.name = ""}), "bad_key_name");
  EXPECT_EQ(reason({.name = std::string(101, 'x')}), "bad_key_name");
  EXPECT_EQ(reason({.name = "a\nb"}), "bad_key_name");
  EXPECT_EQ(reason({.name = "x", .scopes = {"Models"}}), "bad_scope");
  EXPECT_EQ(reason({.name = "x", .scopes = {""}}), "bad_scope");
  EXPECT_EQ(reason({.name = "x", .scopes = {"a b"}}), "bad_scope");
  EXPECT_EQ(reason({.name = "x", .scopes = std::vector<std::string>(33, "a")}), "bad_scope");
  EXPECT_EQ(api_keys().Create("00000000-0000-4000-8000-000000000002", ann_.id, {.name = "x"}, From()).error().reason, "user_not_found");
}

TEST_P(ApiKeysTest, KnowsTheScopesOfItsConfiguration) {
  config_.api_keys.known_scopes = {"models:read"};
  instance_ = MakeInstance();
  EXPECT_TRUE(api_keys().Create(ann_.tenant, ann_.id, {.name = "x", .scopes = {"models:read"}}, From()));
  EXPECT_EQ(api_keys().Create(ann_.tenant, ann_.id, {.name = "x", .scopes = {"models:write"}}, From()).error().reason, "bad_scope");
}

TEST_P(ApiKeysTest, AUserHasABoundedNumberOfKeys) {
  config_.api_keys.max_keys_per_user = 2;
  instance_ = MakeInstance();
  const CreatedApiKey first = MakeKey();
  MakeKey();
  EXPECT_EQ(api_keys().Create(ann_.tenant, ann_.id, {.name = "x"}, From()).error().reason, "too_many_keys");
  ASSERT_TRUE(api_keys().Revoke(ann_.tenant, ann_.id, first.info.id, From()));
  EXPECT_TRUE(api_keys().Create(ann_.tenant, ann_.id, {.name = "x"}, From()));
}

TEST_P(ApiKeysTest, ARevokedKeyIsRefusedAtOnce) {
  const CreatedApiKey key = MakeKey();
  ASSERT_EQ(ReasonOf(key.text), "");
  ASSERT_TRUE(api_keys().Revoke(ann_.tenant, ann_.id, key.info.id, From()));
  EXPECT_EQ(ReasonOf(key.text), "api_key_invalid");
  EXPECT_TRUE(api_keys().Revoke(ann_.tenant, ann_.id, key.info.id, From())) << "done already";
  EXPECT_EQ(events_.Count("key.revoke"), 1U);
  const auto list = api_keys().List(ann_.tenant, ann_.id);
  ASSERT_EQ(list->size(), 1U);
  EXPECT_FALSE(list->front().is_active);
  EXPECT_EQ(list->front().revoked_at, std::chrono::floor<std::chrono::microseconds>(clock_.Now()));
}

TEST_P(ApiKeysTest, NobodyRevokesTheKeyOfAnother) {
  const CreatedApiKey key = MakeKey();
  const User bob = AddUser("bob");
  EXPECT_EQ(api_keys().Revoke(ann_.tenant, bob.id, key.info.id, From()).error().reason, "key_not_found");
  EXPECT_EQ(api_keys().Revoke("00000000-0000-4000-8000-000000000002", {}, key.info.id, From()).error().reason, "key_not_found");
  EXPECT_EQ(ReasonOf(key.text), "");
  EXPECT_TRUE(api_keys().List(ann_.tenant, bob.id)->empty());
  EXPECT_EQ(api_keys().List(ann_.tenant, {})->size(), 1U);
}

TEST_P(ApiKeysTest, FollowsTheRoleOfItsUser) {
  const CreatedApiKey key = MakeKey();
  ASSERT_EQ(ReasonOf(key.text), "");
  ASSERT_TRUE(accounts().UpdateUser(ann_.tenant, ann_.id, {.role = auth::Role::kViewer}, From()));
  EXPECT_EQ((*api_keys().Authenticate(key.text))->role, auth::Role::kViewer);
  ASSERT_TRUE(accounts().UpdateUser(ann_.tenant, ann_.id, {.is_active = false}, From()));
  EXPECT_EQ(ReasonOf(key.text), "api_key_invalid");
  EXPECT_EQ(api_keys().Create(ann_.tenant, ann_.id, {.name = "x"}, From()).error().reason, "user_inactive");
}

TEST_P(ApiKeysTest, RefusesStrangers) {
  const CreatedApiKey key = MakeKey();
  const std::string stranger = auth::MakeApiKey().text;
  for (const std::string& text : {std::string(), std::string("aqua_"), key.text + "A", key.text.substr(1), stranger, std::string(100'000, 'a')})
    EXPECT_EQ(ReasonOf(text), "api_key_invalid") << text.substr(0, 60);
  ASSERT_TRUE(api_keys().TryAuthenticate(stranger)) << "the table need not be asked again";
  EXPECT_FALSE(*api_keys().TryAuthenticate(stranger));
}

TEST_P(ApiKeysTest, WritesLastUseAtMostOnceAMinute) {
  const CreatedApiKey key = MakeKey();
  const auto last_used = [&] {
    api_keys().Flush();
    return api_keys().List(ann_.tenant, ann_.id)->front().last_used_at;
  };
  EXPECT_EQ(last_used(), std::nullopt);
  const Time first = std::chrono::floor<std::chrono::microseconds>(clock_.Now());
  ASSERT_EQ(ReasonOf(key.text), "");
  EXPECT_EQ(last_used(), first);
  clock_.Advance(seconds(59));
  ASSERT_EQ(ReasonOf(key.text), "");
  EXPECT_EQ(last_used(), first);
  clock_.Advance(seconds(1));
  ASSERT_EQ(ReasonOf(key.text), "");
  EXPECT_EQ(last_used(), first + seconds(60));
}

TEST_P(ApiKeysTest, UsesThatWaitAreWrittenAtTheEnd) {
  const CreatedApiKey key = MakeKey();
  ASSERT_EQ(ReasonOf(key.text), "");
  instance_ = MakeInstance();
  EXPECT_NE(api_keys().List(ann_.tenant, ann_.id)->front().last_used_at, std::nullopt);
}

AQUA_FOR_EVERY_DATABASE(ApiKeysTest);

}  // namespace
}  // namespace aqua::identity
