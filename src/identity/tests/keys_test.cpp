#include "aqua/identity/keys.hpp"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "identity_fixture.hpp"

namespace aqua::identity {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;

class KeysTest : public IdentityTest {
 protected:
  Keys& keys() { return instance_.identity->keys(); }
  std::string Current() { return instance_.identity->key_ring().Current().id; }
};

TEST_P(KeysTest, BeginsWithACurrentAndANextOne) {
  const auto list = keys().List();
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 2U);
  EXPECT_TRUE(list->front().is_current);
  EXPECT_EQ(list->back().activates_at - list->front().activates_at, hours(30 * 24));
  EXPECT_EQ(Current(), list->front().id);
  EXPECT_THAT(instance_.identity->key_ring().Jwks(), HasSubstr(list->back().id)) << "published before it signs";
}

TEST_P(KeysTest, RotatesWhenTheTimeHasCome) {
  const std::string first = Current();
  const std::string next = keys().List()->back().id;
  AddUser("ann");
  const Tokens tokens = SignInForTokens("ann");
  clock_.Advance(hours(30 * 24));
  ASSERT_TRUE(keys().Refresh());
  EXPECT_EQ(Current(), next);
  const auto list = keys().List();
  ASSERT_EQ(list->size(), 3U) << "previous, current, next";
  EXPECT_EQ(list->front().id, first);
  EXPECT_EQ(events_.Count("signing_key.rotate"), 2U);
  EXPECT_EQ(ReasonFor(instance_, tokens.access_token), "token_expired") << "its key is still there";
  clock_.Advance(hours(61 * 24));
  ASSERT_TRUE(keys().Refresh());
  EXPECT_EQ(instance_.identity->key_ring().Find(first), nullptr);
  EXPECT_FALSE(Current().empty());
}

TEST_P(KeysTest, IsThereAfterALongRest) {
  clock_.Advance(hours(400 * 24));
  ASSERT_TRUE(keys().Refresh());
  AddUser("ann");
  EXPECT_EQ(ReasonFor(instance_, SignInForTokens("ann").access_token), "");
}

TEST_P(KeysTest, LivesWithAClockSetBack) {
  clock_.Advance(-hours(1));
  ASSERT_TRUE(keys().Refresh());
  AddUser("ann");
  EXPECT_EQ(ReasonFor(instance_, SignInForTokens("ann").access_token), "");
}

TEST_P(KeysTest, ARemovedKeyTakesItsTokensWithIt) {
  AddUser("ann");
  const Tokens tokens = SignInForTokens("ann");
  ASSERT_EQ(ReasonFor(instance_, tokens.access_token), "");
  const std::string removed = Current();
  ASSERT_TRUE(keys().Remove(removed, From()));
  EXPECT_EQ(ReasonFor(instance_, tokens.access_token), "token_key_unknown");
  EXPECT_NE(Current(), removed);
  EXPECT_EQ(ReasonFor(instance_, SignInForTokens("ann").access_token), "");
  EXPECT_EQ(keys().Remove(removed, From()).error().reason, "key_not_found");
  EXPECT_EQ(keys().Remove("no such key", From()).error().reason, "key_not_found");
  EXPECT_EQ(events_.Count("signing_key.remove"), 1U);
}

TEST_P(KeysTest, OutliveAStart) {
  AddUser("ann");
  const Tokens tokens = SignInForTokens("ann");
  instance_ = MakeInstance();
  EXPECT_EQ(ReasonFor(instance_, tokens.access_token), "");
}

TEST_P(KeysTest, TheTableAloneDoesNotSign) {
  master_[0] = 1;
  auth::KeyRing ring;
  Keys stranger(*instance_.database, clock_, logger_, ring, master_, {});
  EXPECT_EQ(stranger.Refresh().error().reason, "signing_key_unreadable");
  EXPECT_EQ(ring.Current().key, nullptr);
}

TEST_P(KeysTest, ManyInstancesAgree) {
  clock_.Advance(hours(31 * 24));
  std::vector<Instance> instances(6);
  {
    std::vector<std::jthread> threads;
    for (Instance& instance : instances) threads.emplace_back([&] { instance = MakeInstance(); });
  }
  std::set<std::string> current;
  for (const Instance& instance : instances) current.insert(instance.identity->key_ring().Current().id);
  EXPECT_EQ(current.size(), 1U);
  EXPECT_EQ(Run("SELECT count(*) FROM signing_keys").front().Integer(0), 3);
}

AQUA_FOR_EVERY_DATABASE(KeysTest);

}  // namespace
}  // namespace aqua::identity
