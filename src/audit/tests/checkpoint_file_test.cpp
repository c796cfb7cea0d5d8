#include "checkpoint_file.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "audit_fixture.hpp"

namespace aqua::audit {
namespace {

using ::testing::HasSubstr;

class CheckpointFileTest : public AuditTest {
 protected:
  std::vector<std::int64_t> Numbers() const {
    std::ifstream file(file_);
    std::vector<std::int64_t> numbers;
    for (std::string line; std::getline(file, line);) {
      const auto checkpoint = ReadCheckpoint(line);
      numbers.push_back(checkpoint ? checkpoint->number : -1);
    }
    return numbers;
  }

  /// Writes so many entries, each with a checkpoint.
  void WriteSigned(Log& log, int entries) {
    for (int i = 0; i < entries; ++i) {
      ASSERT_TRUE(log.Write(MakeEntry()));
      ASSERT_TRUE(log.SignNow());
    }
  }

  void Append(std::string_view text) const { std::ofstream(file_, std::ios::app) << text; }

  const std::filesystem::path file_ = folder_.path() / "checkpoints";
  const LogConfig config_{.checkpoint_file = file_};
};

using Series = std::vector<std::int64_t>;

TEST_P(CheckpointFileTest, GetsEveryCheckpoint) {
  WriteSigned(*OpenLog(config_), 3);
  EXPECT_EQ(Numbers(), (Series{1, 2, 3}));
  struct stat facts {};
  ASSERT_EQ(::stat(file_.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_P(CheckpointFileTest, CatchesUpWithTheTable) {
  WriteSigned(*OpenLog(), 120);
  OpenLog(config_);
  EXPECT_EQ(Numbers().size(), 120U);
  EXPECT_EQ(Numbers().back(), 120);
  WriteSigned(*OpenLog(), 2);
  WriteSigned(*OpenLog(config_), 1);
  EXPECT_EQ(Numbers().size(), 123U);
  EXPECT_EQ(Numbers().back(), 123);
}

TEST_P(CheckpointFileTest, ALineThatWasTornIsWrittenAgain) {
  WriteSigned(*OpenLog(config_), 2);
  const std::string torn = WriteCheckpoint(ReadCheckpoint([&] {
                                             std::ifstream file(file_);
                                             std::string line;
                                             std::getline(file, line);
                                             return line;
                                           }())
                                               .value())
                               .substr(0, 100);
  Append(torn);
  WriteSigned(*OpenLog(config_), 1);
  EXPECT_EQ(Numbers(), (Series{1, 2, -1, 3}));
  VerifyOptions options = Options();
  options.checkpoint_file = file_;
  const Report report = Verify(*database_, options).value();
  EXPECT_FALSE(report.first_bad) << report.first_bad->what;
  EXPECT_EQ(report.checkpoints, 6);
}

TEST_P(CheckpointFileTest, SeveralProcessesMayShareOne) {
  const auto other = Open();
  {
    const auto ours = OpenLog(config_);
    const auto theirs = OpenLog(*other, config_);
    std::jthread first([&] { WriteSigned(*ours, 20); });
    std::jthread second([&] { WriteSigned(*theirs, 20); });
  }
  const Series numbers = Numbers();
  ASSERT_FALSE(numbers.empty());
  for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(numbers[i], static_cast<std::int64_t>(i) + 1);
  EXPECT_EQ(numbers.back(), Run("SELECT max(number) FROM audit_checkpoints")[0].Integer(0));
}

TEST_P(CheckpointFileTest, WhatCannotBeCopiedIsToldAndCopiedLater) {
  std::filesystem::create_directory(file_);
  const auto log = OpenLog(config_);
  WriteSigned(*log, 2);
  EXPECT_GE(logger_.Count(observe::LogLevel::kError, "could not be copied"), 2U);
  EXPECT_THAT(metrics_.Text(), HasSubstr("aqua_audit_checkpoint_failures_total"));
  std::filesystem::remove(file_);
  WriteSigned(*log, 1);
  EXPECT_EQ(Numbers(), (Series{1, 2, 3}));
}

TEST_P(CheckpointFileTest, RefusesWhatIsNoFileOfCheckpoints) {
  WriteSigned(*OpenLog(), 1);
  std::filesystem::create_symlink(folder_.path() / "elsewhere", file_);
  EXPECT_EQ(CheckpointFile(file_).CopyFrom(*database_).error().reason, "checkpoint_file_not_writable");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "elsewhere"));
  std::filesystem::remove(file_);
  Append(std::string(100'000, 'x'));
  EXPECT_EQ(CheckpointFile(file_).CopyFrom(*database_).error().reason, "checkpoint_file_not_writable");
  EXPECT_EQ(std::filesystem::file_size(file_), 100'000U);
}

AQUA_FOR_EVERY_DATABASE(CheckpointFileTest);

}  // namespace
}  // namespace aqua::audit
