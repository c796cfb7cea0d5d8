#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "aqua/base/testing/temporary_folder.hpp"
#include "aqua/sql_sqlite/sqlite_database.hpp"
#include "failing_vfs.hpp"

namespace aqua::sql {
namespace {

namespace fs = std::filesystem;

/// Faults of the disk and the end of the process. What was acknowledged must always be found again.
class SqliteDiskTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> Open() {
    auto database = OpenSqlite({.file = file_, .vfs = vfs_.name()});
    if (database) return *std::move(database);
    ADD_FAILURE() << database.error().message;
    return nullptr;
  }

  std::unique_ptr<Database> Make() {
    auto database = Open();
    const std::vector<Command> commands = {{"CREATE TABLE events (id INTEGER, note TEXT) STRICT", {}}, Event(1)};
    EXPECT_TRUE(database->Acquire(TenantScope::All()).value()->Commit(commands).has_value());
    return database;
  }

  static Command Event(std::int64_t id, std::string note = "") { return {"INSERT INTO events (id, note) VALUES ($1, $2)", {id, std::move(note)}}; }

  /// Two rows of one Commit.
  static Result<std::vector<std::int64_t>> CommitPair(Connection& connection, std::int64_t id) {
    return connection.Commit(std::vector<Command>{Event(id), Event(id)});
  }

  static std::multiset<std::int64_t> Ids(Database& database) {
    std::multiset<std::int64_t> ids;
    const auto rows = database.Acquire(TenantScope::All()).value()->Query("SELECT id FROM events");
    if (!rows) ADD_FAILURE() << rows.error().message;
    if (rows)
      for (const Row& row : *rows) ids.insert(row.Integer(0));
    return ids;
  }

  static bool Intact(Database& database) { return database.Acquire(TenantScope::All()).value()->Query("PRAGMA integrity_check").value()[0].Text(0) == "ok"; }

  const base::testing::TemporaryFolder folder_;
  const fs::path file_ = folder_.path() / "aqua.db";
  testing::FailingVfs vfs_{"failing"};
};

using Set = std::multiset<std::int64_t>;

TEST_F(SqliteDiskTest, EveryCommitIsFlushedBeforeItIsAcknowledged) {
  const auto database = Make();
  auto lease = database->Acquire(TenantScope::All()).value();
  for (std::int64_t id = 2; id < 6; ++id) {
    const int before = vfs_.syncs;
    ASSERT_TRUE(CommitPair(*lease, id).has_value());
    EXPECT_GT(vfs_.syncs, before);
  }
}

TEST_F(SqliteDiskTest, ACommitWhoseFlushFailsIsNotAcknowledgedAndNotSeenByOtherConnections) {
  const auto database = Make();
  const auto reader = database->Acquire(TenantScope::All()).value();  // another connection, as a running program has
  {
    auto lease = database->Acquire(TenantScope::All()).value();
    vfs_.sync_fails = true;
    const auto changed = CommitPair(*lease, 2);
    vfs_.sync_fails = false;
    ASSERT_FALSE(changed.has_value());
    EXPECT_EQ(changed.error().code, ErrorCode::kUnavailable);
    EXPECT_EQ(changed.error().reason, "database_unavailable");
    EXPECT_TRUE(lease->broken());
  }
  EXPECT_EQ(Ids(*database), Set({1}));
  ASSERT_TRUE(CommitPair(*database->Acquire(TenantScope::All()).value(), 3).has_value());
  EXPECT_EQ(Ids(*database), Set({1, 3, 3}));
  const auto again = Open();
  EXPECT_EQ(Ids(*again), Set({1, 3, 3}));
  EXPECT_TRUE(Intact(*again));
}

TEST_F(SqliteDiskTest, ACommitWhoseFlushFailsIsGoneWhenTheLastConnectionClosesWell) {
  {
    const auto database = Make();
    vfs_.sync_fails = true;
    auto lease = database->Acquire(TenantScope::All()).value();
    EXPECT_FALSE(CommitPair(*lease, 2).has_value());
    vfs_.sync_fails = false;
  }
  const auto again = Open();
  EXPECT_EQ(Ids(*again), Set({1}));
  EXPECT_TRUE(Intact(*again));
}

TEST_F(SqliteDiskTest, ACommitWhoseFlushFailsIsFoundWholeOrNotAtAllWhenTheLogIsReadAgain) {
  {
    const auto database = Make();
    // To the end: the log is not taken over into the database when its last connection closes, as when the process is killed. The
    // next one reads it again, and finds a Commit that was written and not flushed.
    vfs_.sync_fails = true;
    for (std::int64_t id = 2; id < 5; ++id) EXPECT_FALSE(CommitPair(*database->Acquire(TenantScope::All()).value(), id).has_value());
  }
  vfs_.sync_fails = false;
  const auto again = Open();
  const Set ids = Ids(*again);
  EXPECT_EQ(ids.count(1), 1U);
  for (std::int64_t id = 2; id < 5; ++id) EXPECT_NE(ids.count(id), 1U) << id;
  EXPECT_TRUE(Intact(*again));
  ASSERT_TRUE(CommitPair(*again->Acquire(TenantScope::All()).value(), 9).has_value());
  EXPECT_EQ(Ids(*again).count(9), 2U);
}

TEST_F(SqliteDiskTest, AWriteThatFailsIsNotAcknowledgedAndTheNextConnectionWorks) {
  const auto database = Make();
  vfs_.write_fails = true;
  const auto changed = CommitPair(*database->Acquire(TenantScope::All()).value(), 2);
  vfs_.write_fails = false;
  ASSERT_FALSE(changed.has_value());
  EXPECT_EQ(changed.error().reason, "database_unavailable");
  EXPECT_EQ(Ids(*database), Set({1}));
  EXPECT_TRUE(CommitPair(*database->Acquire(TenantScope::All()).value(), 3).has_value());
  EXPECT_EQ(Ids(*Open()), Set({1, 3, 3}));
}

TEST_F(SqliteDiskTest, AFullDiskIsToldAndOnceThereIsRoomItGoesOn) {
  const auto database = Make();
  auto lease = database->Acquire(TenantScope::All()).value();
  vfs_.disk_full = true;
  const auto changed = CommitPair(*lease, 2);
  vfs_.disk_full = false;
  ASSERT_FALSE(changed.has_value());
  EXPECT_EQ(changed.error().code, ErrorCode::kResourceExhausted);
  EXPECT_EQ(changed.error().reason, "disk_full");
  EXPECT_TRUE(CommitPair(*lease, 3).has_value());
  EXPECT_EQ(Ids(*database), Set({1, 3, 3}));
  EXPECT_EQ(Ids(*Open()), Set({1, 3, 3}));
}

/// A file system of one megabyte in a folder.
class SmallDisk {
 public:
  explicit SmallDisk(fs::path folder) : folder_(std::move(folder)), mounted_(::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=1m") == 0) {}
  ~SmallDisk() {
    if (mounted_) ::umount(folder_.c_str());
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }

 private:
  const fs::path folder_;
  const bool mounted_;
};

TEST_F(SqliteDiskTest, ARealFullDiskKeepsWhatWasAcknowledged) {
  const SmallDisk disk(folder_.path());
  if (!disk.mounted()) GTEST_SKIP() << "a file system can be mounted by root only";
  Set acknowledged = {1};
  {
    const auto database = Make();
    auto lease = database->Acquire(TenantScope::All()).value();
    std::optional<Error> refused;
    for (std::int64_t id = 2; id < 100 && !refused; ++id) {
      const auto changed = lease->Commit(std::vector<Command>{Event(id, std::string(50'000, 'x'))});
      if (changed)
        acknowledged.insert(id);
      else
        refused = changed.error();
    }
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->code, ErrorCode::kResourceExhausted) << refused->message;
    EXPECT_EQ(refused->reason, "disk_full");
    EXPECT_EQ(Ids(*database), acknowledged);
  }
  EXPECT_GT(acknowledged.size(), 5U);
  ASSERT_EQ(::mount("tmpfs", folder_.path().c_str(), "tmpfs", MS_REMOUNT, "size=8m"), 0);
  const auto again = Open();
  EXPECT_EQ(Ids(*again), acknowledged);
  EXPECT_TRUE(Intact(*again));
  EXPECT_TRUE(CommitPair(*again->Acquire(TenantScope::All()).value(), 1'000).has_value());
}

TEST_F(SqliteDiskTest, AProcessThatIsKilledLosesNothingThatItAcknowledged) {
  Make().reset();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto lease = Open()->Acquire(TenantScope::All()).value();
    for (std::int64_t id = 2;; ++id)
      if (!CommitPair(*lease, id) || ::write(ends[1], &id, sizeof(id)) != sizeof(id)) ::_exit(1);
  }
  ::close(ends[1]);
  std::int64_t last = 0;
  while (last < 60 && ::read(ends[0], &last, sizeof(last)) == sizeof(last)) {
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  while (::read(ends[0], &last, sizeof(last)) == sizeof(last)) {
  }
  ::close(ends[0]);
  ASSERT_GE(last, 60);
  const auto database = Open();
  const Set ids = Ids(*database);
  EXPECT_EQ(ids.count(1), 1U);
  for (std::int64_t id = 2; id <= last; ++id) ASSERT_EQ(ids.count(id), 2U) << id;
  // The one it was about to acknowledge may be there, whole.
  EXPECT_NE(ids.count(last + 1), 1U);
  EXPECT_EQ(ids.count(last + 2), 0U);
  EXPECT_TRUE(Intact(*database));
}

}  // namespace
}  // namespace aqua::sql
