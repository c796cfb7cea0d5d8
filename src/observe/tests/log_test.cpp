#include "aqua/observe/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "aqua/base/file.hpp"
#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/base/text.hpp"
#include "aqua/observe/testing/memory_logger.hpp"

namespace aqua::observe {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class LogTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path Path() const { return folder_.path() / "log"; }

  [[nodiscard]] std::unique_ptr<Logger> Make(LogLevel level, LogFormat format = LogFormat::kJson) const {
    return MakeLogger({.level = level, .format = format, .file = Path()}).value();
  }

  [[nodiscard]] std::vector<std::string> Lines() const {
    const Result<Bytes> content = base::ReadFile(Path(), 1 << 20);
    std::vector<std::string> lines;
    if (!content) return lines;
    for (const std::string_view line : base::Split(AsText(*content), '\n')) lines.emplace_back(line);
    lines.pop_back();
    return lines;
  }

  base::testing::TemporaryFolder folder_;
};

TEST_F(LogTest, WritesJsonLinesAtOnce) {
  const auto logger = Make(LogLevel::kInfo);
  logger->Log(LogLevel::kInfo, "started", {{"role", "ml"}});
  const std::vector<std::string> lines = Lines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], MatchesRegex(R"(\{"time":"20..-..-..T..:..:..\.......Z","level":"info","message":"started","role":"ml"\})"));
}

TEST_F(LogTest, WritesTextLines) {
  Make(LogLevel::kInfo, LogFormat::kText)->Log(LogLevel::kError, "disk full");
  EXPECT_THAT(Lines().at(0), MatchesRegex("20..-..-..T..:..:..\\.......Z error   disk full"));
}

TEST_F(LogTest, LeavesOutLinesBelowItsLevel) {
  const auto logger = Make(LogLevel::kWarning);
  EXPECT_FALSE(logger->Enabled(LogLevel::kInfo));
  EXPECT_TRUE(logger->Enabled(LogLevel::kWarning));
  logger->Log(LogLevel::kInfo, "no");
  logger->Log(LogLevel::kWarning, "yes");
  logger->Log(LogLevel::kError, "yes");
  EXPECT_EQ(Lines().size(), 2U);
}

TEST_F(LogTest, TakesMessagesThatLookLikeFormats) {
  Make(LogLevel::kInfo)->Log(LogLevel::kInfo, "{} {0} %v %s");
  EXPECT_THAT(Lines().at(0), HasSubstr(R"("message":"{} {0} %v %s")"));
}

TEST_F(LogTest, AppendsToAFileThatIsThere) {
  Make(LogLevel::kInfo)->Log(LogLevel::kInfo, "first");
  Make(LogLevel::kInfo)->Log(LogLevel::kInfo, "second");
  EXPECT_EQ(Lines().size(), 2U);
}

TEST_F(LogTest, LinesOfManyThreadsStayWhole) {
  const auto logger = Make(LogLevel::kInfo);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&logger] {
      for (int i = 0; i < 100; ++i) logger->Log(LogLevel::kInfo, "line", {{"number", i}});
    });
  for (std::thread& thread : threads) thread.join();
  const std::vector<std::string> lines = Lines();
  EXPECT_EQ(lines.size(), 400U);
  for (const std::string& line : lines) EXPECT_TRUE(line.starts_with(R"({"time":)") && line.ends_with("}")) << line;
}

TEST_F(LogTest, SaysThatTheFileCannotBeOpened) {
  const auto logger = MakeLogger({.level = LogLevel::kInfo, .format = LogFormat::kJson, .file = folder_.path()});
  ASSERT_FALSE(logger);
  EXPECT_EQ(logger.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(logger.error().reason, "log_not_writable");
}

TEST_F(LogTest, GoesOnInANewFileAfterTheOldOneWasMovedAway) {
  const auto logger = Make(LogLevel::kInfo);
  logger->Log(LogLevel::kInfo, "first");
  std::filesystem::rename(Path(), folder_.path() / "log.1");
  logger->Log(LogLevel::kInfo, "second");
  logger->Reopen();
  logger->Log(LogLevel::kInfo, "third");
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("third")));
  EXPECT_THAT(std::string(AsText(base::ReadFile(folder_.path() / "log.1", 1 << 20).value())), AllOf(HasSubstr("first"), HasSubstr("second")));
}

TEST_F(LogTest, KeepsTheOldFileAndSaysSoWhenItCannotBeReopened) {
  const auto logger = Make(LogLevel::kInfo);
  const std::filesystem::path moved = folder_.path() / "log.1";
  std::filesystem::rename(Path(), moved);
  std::filesystem::create_directory(Path());  // a folder cannot be opened for writing
  logger->Reopen();
  logger->Log(LogLevel::kInfo, "still here");
  EXPECT_THAT(std::string(AsText(base::ReadFile(moved, 1 << 20).value())), AllOf(HasSubstr(R"("level":"error")"), HasSubstr("cause"), HasSubstr("still here")));
}

TEST_F(LogTest, ReopeningLosesNoLineOfOtherThreads) {
  const auto logger = Make(LogLevel::kInfo);
  std::thread writer([&logger] {
    for (int i = 0; i < 500; ++i) logger->Log(LogLevel::kInfo, "line");
  });
  for (int i = 0; i < 100; ++i) logger->Reopen();
  writer.join();
  EXPECT_EQ(Lines().size(), 500U);
}

TEST_F(LogTest, ReopeningStandardErrorDoesNothing) {
  ::testing::internal::CaptureStderr();
  const auto logger = MakeLogger({}).value();
  logger->Reopen();
  logger->Log(LogLevel::kInfo, "hello");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr(R"("message":"hello")"));
}

TEST_F(LogTest, WritesToStandardErrorWithoutAFile) {
  ::testing::internal::CaptureStderr();
  MakeLogger({}).value()->Log(LogLevel::kInfo, "hello");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr(R"("message":"hello")"));
}

TEST_F(LogTest, LevelsHaveNamesThatReadBack) {
  for (const LogLevel level : {LogLevel::kTrace, LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError})
    EXPECT_EQ(ParseLogLevel(Name(level)), level);
  EXPECT_EQ(Name(LogLevel::kWarning), "warning");
  EXPECT_EQ(ParseLogLevel("loud"), std::nullopt);
}

TEST_F(LogTest, MemoryLoggerKeepsLines) {
  testing::MemoryLogger logger;
  logger.Log(LogLevel::kWarning, "falling back to cpu", {{"device", "cuda"}, {"count", 2}, {"fatal", false}});
  ASSERT_EQ(logger.lines().size(), 1U);
  EXPECT_EQ(logger.lines()[0].fields.at("device"), "cuda");
  EXPECT_EQ(logger.lines()[0].fields.at("count"), "2");
  EXPECT_EQ(logger.lines()[0].fields.at("fatal"), "false");
  EXPECT_EQ(logger.Count(LogLevel::kWarning, "cpu"), 1U);
  EXPECT_EQ(logger.Count(LogLevel::kError, "cpu"), 0U);
}

}  // namespace
}  // namespace aqua::observe
