#include "aqua/base/cpu.hpp"

#include <gtest/gtest.h>

#include "aqua/base/testing/temporary_folder.hpp"

namespace aqua::base {
namespace {

class CpuTest : public ::testing::Test {
 protected:
  base::testing::TemporaryFolder cgroup_;
};

TEST_F(CpuTest, AffinityCountsWhenThereIsNoControlGroup) { EXPECT_EQ(AvailableCores(cgroup_.path(), 6), 6U); }

TEST_F(CpuTest, AffinityCountsWhenTheControlGroupHasNoQuota) {
  cgroup_.Write("cpu.max", "max 100000\n");
  EXPECT_EQ(AvailableCores(cgroup_.path(), 6), 6U);
}

TEST_F(CpuTest, QuotaOfVersionTwoLimits) {
  cgroup_.Write("cpu.max", "400000 100000\n");
  EXPECT_EQ(AvailableCores(cgroup_.path(), 16), 4U);
}

TEST_F(CpuTest, PartOfACoreIsRoundedUp) {
  cgroup_.Write("cpu.max", "150000 100000\n");
  EXPECT_EQ(AvailableCores(cgroup_.path(), 16), 2U);
}

TEST_F(CpuTest, TinyQuotaLeavesOneCore) {
  cgroup_.Write("cpu.max", "1000 100000\n");
  EXPECT_EQ(AvailableCores(cgroup_.path(), 16), 1U);
}

TEST_F(CpuTest, QuotaAboveAffinityDoesNotAddCores) {
  cgroup_.Write("cpu.max", "800000 100000\n");
  EXPECT_EQ(AvailableCores(cgroup_.path(), 2), 2U);
}

TEST_F(CpuTest, QuotaOfVersionOneLimits) {
  cgroup_.Write("cpu/cpu.cfs_quota_us", "300000\n");
  cgroup_.Write("cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(AvailableCores(cgroup_.path(), 16), 3U);
}

TEST_F(CpuTest, NegativeQuotaOfVersionOneMeansNone) {
  cgroup_.Write("cpu/cpu.cfs_quota_us", "-1\n");
  cgroup_.Write("cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(AvailableCores(cgroup_.path(), 16), 16U);
}

TEST_F(CpuTest, VersionTwoWinsOverVersionOne) {
  cgroup_.Write("cpu.max", "200000 100000\n");
  cgroup_.Write("cpu/cpu.cfs_quota_us", "300000\n");
  cgroup_.Write("cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(AvailableCores(cgroup_.path(), 16), 2U);
}

TEST_F(CpuTest, UnreadableQuotaIsNone) {
  for (const char* content : {"", "garbage", "100000", "100000 0", "0 100000", "-5 100000"}) {
    cgroup_.Write("cpu.max", content);
    EXPECT_EQ(AvailableCores(cgroup_.path(), 5), 5U) << content;
  }
}

TEST_F(CpuTest, ThisProcessHasACoreAndTheProcessorAName) {
  EXPECT_GE(AvailableCores(), 1U);
  EXPECT_FALSE(CpuModel().empty());
}

TEST_F(CpuTest, FeaturesAreNamedOnce) {
  const std::vector<std::string> features = CpuFeatures();
  for (const std::string& feature : features) EXPECT_EQ(std::count(features.begin(), features.end(), feature), 1) << feature;
}

}  // namespace
}  // namespace aqua::base
