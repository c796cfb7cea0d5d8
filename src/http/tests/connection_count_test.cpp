#include "connection_count.hpp"

#include <gtest/gtest.h>

namespace aqua::http {
namespace {

using Verdict = ConnectionCount::Verdict;

Limits SmallLimits() {
  Limits limits;
  limits.max_connections = 3;
  limits.max_connections_per_address = 2;
  return limits;
}

TEST(ConnectionCountTest, LimitsConnectionsOfOneAddress) {
  ConnectionCount count(SmallLimits());
  EXPECT_EQ(count.Add("10.0.0.1", false), Verdict::kAdmitted);
  EXPECT_EQ(count.Add("10.0.0.1", false), Verdict::kAdmitted);
  EXPECT_EQ(count.Add("10.0.0.1", false), Verdict::kRefused);
  EXPECT_EQ(count.Add("10.0.0.2", false), Verdict::kAdmitted);
  count.Remove("10.0.0.1", Verdict::kAdmitted);
  EXPECT_EQ(count.Add("10.0.0.1", false), Verdict::kAdmitted);
}

TEST(ConnectionCountTest, LimitsConnectionsInAll) {
  ConnectionCount count(SmallLimits());
  for (const char* const address : {"a", "b", "c"}) EXPECT_EQ(count.Add(address, false), Verdict::kAdmitted);
  EXPECT_EQ(count.Add("d", false), Verdict::kRefused);
  EXPECT_EQ(count.admitted(), 3U);
}

TEST(ConnectionCountTest, ExemptsLoopbackUnlessTold) {
  Limits limits = SmallLimits();
  ConnectionCount exempt(limits);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(exempt.Add("127.0.0.1", true), Verdict::kAdmitted);
  limits.loopback_limited = true;
  ConnectionCount limited(limits);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(limited.Add("127.0.0.1", true), Verdict::kAdmitted);
  EXPECT_EQ(limited.Add("127.0.0.1", true), Verdict::kRefused);
}

TEST(ConnectionCountTest, DropsWhenTooManyAreBeingRefused) {
  Limits limits;
  limits.max_connections = 0;
  ConnectionCount count(limits);
  int refused = 0;
  while (count.Add("a", false) == Verdict::kRefused) ++refused;
  EXPECT_EQ(refused, 64);
  count.Remove("a", Verdict::kRefused);
  EXPECT_EQ(count.Add("a", false), Verdict::kRefused);
}

TEST(ConnectionCountTest, WaitsForTheLast) {
  ConnectionCount count(SmallLimits());
  EXPECT_TRUE(count.WaitForNone(std::chrono::milliseconds(0)));
  count.Add("a", false);
  EXPECT_FALSE(count.WaitForNone(std::chrono::milliseconds(0)));
  count.Remove("a", Verdict::kAdmitted);
  EXPECT_TRUE(count.WaitForNone(std::chrono::milliseconds(0)));
}

}  // namespace
}  // namespace aqua::http
