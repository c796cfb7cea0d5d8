#include "aqua/auth/token_cache.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "aqua/base/testing/manual_clock.hpp"
#include "token_maker.hpp"

namespace aqua::auth::testing {
namespace {

class TokenCacheTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string Token(int number, int session = 1) const {
    return maker_.With({{"jti", "\"jti-" + std::to_string(number) + "\""}, {"sid", "\"sid-" + std::to_string(session) + "\""}});
  }

  base::testing::ManualClock clock_{kNow};
  TokenMaker maker_;
  const TokenVerifier verifier_{maker_.ring(), TokenPolicy{}};
  VerifiedTokens tokens_{verifier_, clock_};
};

TEST_F(TokenCacheTest, FindsWhatWasVerifiedAndNothingElse) {
  const std::string token = maker_.Good();
  EXPECT_EQ(tokens_.Find(token), nullptr);
  const auto verified = tokens_.Verify(token);
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(tokens_.Find(token), *verified);
  EXPECT_EQ(*tokens_.Verify(token), *verified);
  EXPECT_EQ((*verified)->subject, "user-1");
  std::string altered = token;
  altered.back() = altered.back() == 'A' ? 'Q' : 'A';
  EXPECT_EQ(tokens_.Find(altered), nullptr);
  EXPECT_EQ(tokens_.size(), 1U);
}

TEST_F(TokenCacheTest, KeepsNoPlaceForTokensThatWereRefused) {
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(tokens_.Verify(Token(i) + "A").has_value());
  EXPECT_EQ(tokens_.size(), 0U);
  EXPECT_EQ(tokens_.Verify(std::string(1 << 20, 'x')).error().reason, "token_malformed");
  EXPECT_EQ(tokens_.Find(std::string(1 << 20, 'x')), nullptr);
}

TEST_F(TokenCacheTest, ForgetsAfterItsAge) {
  const std::string token = maker_.Good();
  ASSERT_TRUE(tokens_.Verify(token).has_value());
  clock_.Advance(seconds(60) - std::chrono::nanoseconds(1));
  EXPECT_NE(tokens_.Find(token), nullptr);
  clock_.Advance(std::chrono::nanoseconds(1));
  EXPECT_EQ(tokens_.Find(token), nullptr);
  EXPECT_TRUE(tokens_.Verify(token).has_value());
  EXPECT_NE(tokens_.Find(token), nullptr);
}

TEST_F(TokenCacheTest, HonoursTheExpiryExactly) {
  const std::string token = maker_.Good();
  clock_.Set(kNow + seconds(890));
  ASSERT_TRUE(tokens_.Verify(token).has_value());
  clock_.Set(kNow + seconds(900) - std::chrono::nanoseconds(1));
  EXPECT_NE(tokens_.Find(token), nullptr);
  clock_.Set(kNow + seconds(900));
  EXPECT_EQ(tokens_.Find(token), nullptr);
  // Within the skew it is verified each time, and refused to the nanosecond.
  EXPECT_TRUE(tokens_.Verify(token).has_value());
  EXPECT_EQ(tokens_.Find(token), nullptr);
  clock_.Set(kNow + seconds(930));
  EXPECT_EQ(tokens_.Verify(token).error().reason, "token_expired");
}

TEST_F(TokenCacheTest, DoesNotBringATokenToLifeWhenTheClockIsSetBack) {
  const std::string token = maker_.Good();
  ASSERT_TRUE(tokens_.Verify(token).has_value());
  clock_.Set(kNow - seconds(31));
  EXPECT_EQ(tokens_.Find(token), nullptr);
  EXPECT_EQ(tokens_.Verify(token).error().reason, "token_not_yet_valid");
}

TEST_F(TokenCacheTest, ForgetsTokensOfARemovedKeyAtOnce) {
  const std::string token = maker_.Good();
  ASSERT_TRUE(tokens_.Verify(token).has_value());
  const SigningKey next = MakeSigningKey(kNow);
  ASSERT_TRUE(maker_.ring().Set({next}, next.id).has_value());
  EXPECT_EQ(tokens_.Find(token), nullptr);
  EXPECT_EQ(tokens_.Verify(token).error().reason, "token_key_unknown");
}

TEST_F(TokenCacheTest, ForgetsSessionsUsersAndAll) {
  const std::string first = Token(1, 1);
  const std::string second = Token(2, 2);
  const std::string other_user = maker_.With({{"sub", R"("user-2")"}, {"sid", R"("sid-3")"}});
  const auto verify_all = [&] {
    for (const std::string& token : {first, second, other_user}) ASSERT_TRUE(tokens_.Verify(token).has_value());
  };
  verify_all();
  tokens_.Forget("sid-1");
  EXPECT_EQ(tokens_.Find(first), nullptr);
  EXPECT_NE(tokens_.Find(second), nullptr);
  verify_all();
  tokens_.ForgetUser("user-1");
  EXPECT_EQ(tokens_.Find(first), nullptr);
  EXPECT_EQ(tokens_.Find(second), nullptr);
  EXPECT_NE(tokens_.Find(other_user), nullptr);
  verify_all();
  tokens_.Clear();
  EXPECT_EQ(tokens_.size(), 0U);
}

TEST_F(TokenCacheTest, IsBoundedAndTheOldestMakesRoom) {
  VerifiedTokens small(verifier_, clock_, 4);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(small.Verify(Token(i)).has_value());
  ASSERT_TRUE(small.Verify(Token(0)).has_value());
  ASSERT_TRUE(small.Verify(Token(4)).has_value());
  EXPECT_EQ(small.size(), 4U);
  EXPECT_EQ(small.Find(Token(0)), nullptr);
  for (int i = 1; i <= 4; ++i) EXPECT_NE(small.Find(Token(i)), nullptr) << i;
}

TEST_F(TokenCacheTest, GivesUpTheRoomOfEntriesThatHaveExpired) {
  VerifiedTokens small(verifier_, clock_, 100);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(small.Verify(Token(i)).has_value());
  clock_.Advance(seconds(61));
  ASSERT_TRUE(small.Verify(Token(50)).has_value());
  EXPECT_EQ(small.size(), 1U);
}

TEST_F(TokenCacheTest, CanHaveNoRoomAtAll) {
  VerifiedTokens none(verifier_, clock_, 0);
  EXPECT_TRUE(none.Verify(maker_.Good()).has_value());
  EXPECT_EQ(none.size(), 0U);
}

/// Does something when it is asked, which is while a token is being verified.
class InterruptingClock final : public base::Clock {
 public:
  [[nodiscard]] system_clock::time_point Now() const override {
    if (interrupt) interrupt();
    return kNow;
  }
  std::function<void()> interrupt;
};

TEST_F(TokenCacheTest, KeepsNothingOfAVerificationThatAForgetOvertook) {
  InterruptingClock clock;
  VerifiedTokens tokens(verifier_, clock);
  clock.interrupt = [&] { tokens.Forget("sid-1"); };
  EXPECT_TRUE(tokens.Verify(Token(1)).has_value());
  EXPECT_EQ(tokens.size(), 0U);
  clock.interrupt = nullptr;
  EXPECT_TRUE(tokens.Verify(Token(1)).has_value());
  EXPECT_EQ(tokens.size(), 1U);
}

TEST_F(TokenCacheTest, KeepsNothingUsableOfAVerificationThatAChangeOfKeysOvertook) {
  InterruptingClock clock;
  VerifiedTokens tokens(verifier_, clock);
  clock.interrupt = [&] { ASSERT_TRUE(maker_.ring().Set({maker_.stored()}, maker_.stored().id).has_value()); };
  EXPECT_TRUE(tokens.Verify(Token(1)).has_value());
  clock.interrupt = nullptr;
  EXPECT_EQ(tokens.Find(Token(1)), nullptr);
}

TEST_F(TokenCacheTest, ServesManyThreadsWhileKeysChangeAndSessionsEnd) {
  VerifiedTokens tokens(verifier_, clock_, 2048);
  std::vector<std::string> texts;
  for (int i = 0; i < 32; ++i) texts.push_back(Token(i, i % 4));
  std::vector<std::thread> threads;
  std::atomic<int> refused{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const std::string& text = texts[static_cast<std::size_t>((i * 7 + t) % 32)];
        const auto verified = tokens.Verify(text);
        if (!verified || (*verified)->subject != "user-1") ++refused;
        const auto found = tokens.Find(text);
        if (found != nullptr && found->tenant != "tenant-1") ++refused;
      }
    });
  for (int i = 0; i < 20; ++i) {
    tokens.Forget("sid-" + std::to_string(i % 4));
    ASSERT_TRUE(maker_.ring().Set({maker_.stored()}, maker_.stored().id).has_value());
    if (i % 5 == 0) tokens.Clear();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused.load(), 0);
  EXPECT_LE(tokens.size(), 32U);
}

}  // namespace
}  // namespace aqua::auth::testing
