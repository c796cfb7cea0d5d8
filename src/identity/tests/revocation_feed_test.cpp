#include "aqua/identity/revocation_feed.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "aqua/base/uuid.hpp"
#include "identity_fixture.hpp"
#include "revoking.hpp"
#include "table.hpp"

namespace aqua::identity {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

class RevocationFeedTest : public IdentityTest {
 protected:
  void SetUp() override {
    IdentityTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    feed_ = std::make_unique<RevocationFeed>(*instance_.database, clock_, RevocationFeedConfig{.now = [this] { return steady_.load(); }}, metrics_, logger_);
  }

  void Revoke(const std::string& kind, const std::string& subject) {
    ASSERT_TRUE(
        Commit(*instance_.database, sql::TenantScope::All(), {LockRevocations(), Revocation(kind, std::string(kDefaultTenant), subject, clock_.Now())}));
  }

  auth::AccessClaims Claims() const {
    auth::AccessClaims claims;
    claims.subject = "user";
    claims.session = "sid";
    claims.token_id = "jti";
    claims.issued_at = clock_.Now();
    return claims;
  }

  std::atomic<Steady::time_point> steady_{Steady::time_point(hours(1))};
  observe::MetricsRegistry metrics_;
  std::unique_ptr<RevocationFeed> feed_;
};

TEST_P(RevocationFeedTest, RefusesSessionsAndTokensAndKeys) {
  ASSERT_TRUE(feed_->Poll());
  EXPECT_FALSE(feed_->IsRevoked(Claims()));
  Revoke("session", "another");
  Revoke("key", "key");
  ASSERT_TRUE(feed_->Poll());
  EXPECT_FALSE(feed_->IsRevoked(Claims()));
  EXPECT_TRUE(feed_->IsKeyRevoked("key"));
  EXPECT_EQ(feed_->sequence(), 2U);
  Revoke("token", "jti");
  ASSERT_TRUE(feed_->Poll());
  EXPECT_TRUE(feed_->IsRevoked(Claims()));
  auth::AccessClaims other = Claims();
  other.token_id = "other";
  EXPECT_FALSE(feed_->IsRevoked(other));
  Revoke("session", "sid");
  ASSERT_TRUE(feed_->Poll());
  EXPECT_TRUE(feed_->IsRevoked(other));
}

TEST_P(RevocationFeedTest, RefusesOlderTokensOfAUser) {
  const User ann = AddUser("ann");
  ASSERT_TRUE(accounts().UpdateUser(ann.tenant, ann.id, {.role = auth::Role::kViewer}, From()));
  ASSERT_TRUE(feed_->Poll());
  auth::AccessClaims claims = Claims();
  claims.subject = ann.id;
  // Tokens know whole seconds: those of the second that has begun are void as well.
  const Time void_before = std::chrono::floor<seconds>(clock_.Now()) + seconds(1);
  claims.issued_at = void_before - seconds(1);
  EXPECT_TRUE(feed_->IsRevoked(claims));
  claims.issued_at = void_before;
  EXPECT_FALSE(feed_->IsRevoked(claims));
  EXPECT_GT(feed_->UserSequence(ann.id), 0U);
  EXPECT_EQ(feed_->UserSequence("nobody"), 0U);
}

TEST_P(RevocationFeedTest, ForgetsWhatNothingValidCouldMatch) {
  Revoke("session", "sid");
  ASSERT_TRUE(feed_->Poll());
  clock_.Advance(hours(1));
  ASSERT_TRUE(feed_->Poll());
  EXPECT_TRUE(feed_->IsSessionRevoked("sid")) << "a clock an hour ahead must not forget";
  clock_.Advance(hours(3));
  ASSERT_TRUE(feed_->Poll());
  EXPECT_FALSE(feed_->IsSessionRevoked("sid"));
}

TEST_P(RevocationFeedTest, AClockSetBackForgetsNothing) {
  Revoke("session", "sid");
  clock_.Advance(-hours(1));
  ASSERT_TRUE(feed_->Poll());
  EXPECT_TRUE(feed_->IsSessionRevoked("sid"));
}

TEST_P(RevocationFeedTest, TellsHowStaleItIs) {
  EXPECT_GT(feed_->staleness(), RevocationFeed::kMaxStaleness) << "never looked";
  ASSERT_TRUE(feed_->Poll());
  EXPECT_EQ(feed_->staleness(), milliseconds(0));
  steady_ = steady_.load() + seconds(5);
  EXPECT_EQ(feed_->staleness(), RevocationFeed::kMaxStaleness);
  steady_ = steady_.load() + milliseconds(1);
  EXPECT_GT(feed_->staleness(), RevocationFeed::kMaxStaleness);
}

TEST_P(RevocationFeedTest, ReadsManyPages) {
  constexpr std::string_view kInsertMany =
      "INSERT INTO revocations (sequence, tenant_id, kind, subject, created_at, expires_at) "
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) SELECT i, $1, 'session', 's' || i, $2, $3 FROM n";
  const auto written = Commit(
      *instance_.database, sql::TenantScope::All(),
      {{.sql = "UPDATE revocation_head SET sequence = 12000"},
       {.sql = kInsertMany, .parameters = {std::string(kDefaultTenant), base::FormatTime(clock_.Now()), base::FormatTime(clock_.Now() + kRevocationLife)}}});
  ASSERT_TRUE(written) << written.error().message;
  ASSERT_TRUE(feed_->Poll());
  EXPECT_TRUE(feed_->IsSessionRevoked("s1"));
  EXPECT_TRUE(feed_->IsSessionRevoked("s12000"));
}

TEST_P(RevocationFeedTest, WritersAtOnceHideNothing) {
  constexpr int kWriters = 4;
  constexpr int kEach = 25;
  std::atomic<bool> done{false};
  {
    std::jthread reader([&] {
      while (!done) EXPECT_TRUE(feed_->Poll());
    });
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer)
      writers.emplace_back([&, writer] {
        for (int i = 0; i < kEach; ++i) Revoke("session", std::to_string(writer) + "/" + std::to_string(i));
      });
    for (std::jthread& writer : writers) writer.join();
    done = true;
  }
  ASSERT_TRUE(feed_->Poll());
  for (int writer = 0; writer < kWriters; ++writer)
    for (int i = 0; i < kEach; ++i) EXPECT_TRUE(feed_->IsSessionRevoked(std::to_string(writer) + "/" + std::to_string(i)));
  EXPECT_EQ(feed_->sequence(), static_cast<std::uint64_t>(kWriters * kEach));
}

AQUA_FOR_EVERY_DATABASE(RevocationFeedTest);

}  // namespace
}  // namespace aqua::identity
