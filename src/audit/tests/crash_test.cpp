#include <fmt/format.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "audit_fixture.hpp"

namespace aqua::audit {
namespace {

constexpr std::size_t kIdSize = 8;

/// Processes that append at once and are killed at arbitrary points. The parent has no threads and no open database while it forks.
class CrashTest : public AuditTest {
 protected:
  struct Child {
    pid_t pid;
    int acknowledged;  ///< the names of the entries that were acknowledged come from here
  };

  /// Appends without end, from four threads; tells of each entry that was acknowledged.
  [[noreturn]] void Append(int output, int number) const {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const auto database = Open();
    observe::MetricsRegistry metrics;
    observe::testing::MemoryLogger logger;
    const base::SystemClock clock;
    const LogConfig config{.max_batch = 16, .checkpoint_entries = 5, .checkpoint_file = folder_.path() / "checkpoints"};
    Log log(*database, config, SignerOf(key_), clock, metrics, logger);
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread)
      threads.emplace_back([&, thread] {
        for (int i = 0;; ++i) {
          const std::string name = fmt::format("{:02}{}{:05}", number % 100, thread, i % 100'000);
          Entry entry = MakeEntry();
          entry.request_id = name;
          if (log.Write(entry) && ::write(output, name.data(), kIdSize) != static_cast<ssize_t>(kIdSize)) ::_exit(1);
        }
      });
    threads.clear();
    ::_exit(0);
  }

  Child Start(int number) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::close(ends[0]);
      Append(ends[1], number);
    }
    ::close(ends[1]);
    return {pid, ends[0]};
  }

  /// Reads one name; false at the end.
  bool ReadName(const Child& child) {
    std::array<char, kIdSize> name{};
    std::size_t size = 0;
    while (size < kIdSize) {
      const ssize_t got = ::read(child.acknowledged, name.data() + size, kIdSize - size);
      if (got <= 0) return false;
      size += static_cast<std::size_t>(got);
    }
    acknowledged_.emplace(name.data(), kIdSize);
    return true;
  }

  void KillAndDrain(const Child& child) {
    ::kill(child.pid, SIGKILL);
    int status = 0;
    ::waitpid(child.pid, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    while (ReadName(child)) {
    }
    ::close(child.acknowledged);
  }

  std::set<std::string> acknowledged_;
};

TEST_P(CrashTest, NothingAcknowledgedIsLostAndTheChainStaysWhole) {
  database_.reset();
  constexpr unsigned kSeed = 20'261'125;
  std::mt19937 random(kSeed);
  for (int round = 0; round < 12; ++round) {
    // Up to three processes; one after the other is killed after some more entries and some microseconds.
    std::vector<Child> children;
    for (int i = 0; i <= round % 3; ++i) children.push_back(Start(round * 3 + i));
    for (const Child& child : children) {
      for (std::size_t more = 1 + random() % 20; more > 0; --more) ASSERT_TRUE(ReadName(child));
      ::poll(nullptr, 0, static_cast<int>(random() % 5));
      for (auto spin = random() % 100'000; spin > 0; --spin) ::getppid();
      KillAndDrain(child);
    }
  }
  database_ = Open();
  VerifyOptions options = Options();
  options.checkpoint_file = folder_.path() / "checkpoints";
  const Report report = Verify(*database_, options).value();
  EXPECT_FALSE(report.first_bad) << report.first_bad->sequence << ": " << report.first_bad->what;
  EXPECT_GE(report.entries, static_cast<std::int64_t>(acknowledged_.size()));
  EXPECT_GE(acknowledged_.size(), 24U);
  std::multiset<std::string> stored;
  for (const sql::Row& row : Run("SELECT request_id FROM audit_logs")) stored.insert(row.Text(0));
  for (const std::string& name : acknowledged_) EXPECT_EQ(stored.count(name), 1U) << name;
  // Whoever comes next goes on, and brings the file up to date.
  ASSERT_TRUE(OpenLog({.checkpoint_file = options.checkpoint_file})->Write(MakeEntry()));
  const Report after = Verify(*database_, options).value();
  EXPECT_FALSE(after.first_bad) << after.first_bad->what;
  EXPECT_EQ(after.signed_entries, after.entries);
}

AQUA_FOR_EVERY_DATABASE(CrashTest);

}  // namespace
}  // namespace aqua::audit
