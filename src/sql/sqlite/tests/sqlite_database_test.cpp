#include "aqua/sql_sqlite/sqlite_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "aqua/base/testing/temporary_folder.hpp"

namespace aqua::sql {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

/// A handle of another program.
class OtherProgram {
 public:
  explicit OtherProgram(const fs::path& file) { EXPECT_EQ(sqlite3_open(file.c_str(), &handle_), SQLITE_OK); }
  ~OtherProgram() { sqlite3_close(handle_); }
  OtherProgram(const OtherProgram&) = delete;
  OtherProgram& operator=(const OtherProgram&) = delete;
  void Run(const char* sql) { EXPECT_EQ(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle_); }

 private:
  sqlite3* handle_ = nullptr;
};

class SqliteDatabaseTest : public ::testing::Test {
 protected:
  [[nodiscard]] SqliteConfig Config(milliseconds statement_timeout = milliseconds(10'000)) const {
    return {.file = file_, .pool = {.statement_timeout = statement_timeout}};
  }

  /// A database with one table, "events", which holds the row 1.
  std::unique_ptr<Database> Make(const SqliteConfig& config) {
    auto database = OpenSqlite(config);
    if (!database) {
      ADD_FAILURE() << database.error().message;
      return nullptr;
    }
    const std::vector<Command> commands = {{"CREATE TABLE events (id INTEGER PRIMARY KEY, note TEXT) STRICT", {}}, Event(1)};
    EXPECT_TRUE((*database)->Acquire(TenantScope::All()).value()->Commit(commands).has_value());
    return *std::move(database);
  }

  static Command Event(std::int64_t id, std::string note = "") { return {"INSERT INTO events (id, note) VALUES ($1, $2)", {id, std::move(note)}}; }

  static std::string Pragma(Connection& connection, const std::string& name) {
    const auto rows = connection.Query("SELECT CAST(" + name + " AS TEXT) FROM pragma_" + name);
    return rows && rows->size() == 1 ? (*rows)[0].Text(0) : "";
  }

  static std::int64_t Count(Database& database) {
    const auto rows = database.Acquire(TenantScope::All()).value()->Query("SELECT count(*) FROM events");
    return rows ? (*rows)[0].Integer(0) : -1;
  }

  const base::testing::TemporaryFolder folder_;
  const fs::path file_ = folder_.path() / "aqua.db";
};

TEST_F(SqliteDatabaseTest, EveryConnectionWaitsForTheDiskAndChecksReferences) {
  const auto database = Make(Config());
  std::vector<Database::Lease> leases;
  for (int i = 0; i < 3; ++i) {
    leases.push_back(database->Acquire(TenantScope::All()).value());
    EXPECT_EQ(Pragma(*leases.back(), "synchronous"), "2");
    EXPECT_EQ(Pragma(*leases.back(), "journal_mode"), "wal");
    EXPECT_EQ(Pragma(*leases.back(), "foreign_keys"), "1");
    EXPECT_EQ(Pragma(*leases.back(), "trusted_schema"), "0");
  }
}

TEST_F(SqliteDatabaseTest, RelaxedWaitsForTheDiskAtCheckpointsOnly) {
  SqliteConfig config = Config();
  config.relaxed = true;
  const auto database = Make(config);
  auto lease = database->Acquire(TenantScope::All()).value();
  EXPECT_EQ(Pragma(*lease, "synchronous"), "1");
  EXPECT_EQ(Pragma(*lease, "journal_mode"), "wal");
}

TEST_F(SqliteDatabaseTest, ItsFilesAreForThisUserAlone) {
  const auto database = Make(Config());
  for (const char* suffix : {"", "-wal", "-shm"})
    EXPECT_EQ(fs::status(file_.string() + suffix).permissions(), fs::perms::owner_read | fs::perms::owner_write) << suffix;
}

TEST_F(SqliteDatabaseTest, WhatWasCommittedIsThereWhenItIsOpenedAgain) {
  Make(Config()).reset();
  const auto database = OpenSqlite(Config());
  ASSERT_TRUE(database.has_value());
  EXPECT_EQ(Count(**database), 1);
  EXPECT_THAT((*database)->description(), HasSubstr(file_.string()));
}

TEST_F(SqliteDatabaseTest, LockedByAnotherProgramAWriteGivesUpInTimeAndReadsGoOn) {
  const auto database = Make(Config(milliseconds(200)));
  OtherProgram other(file_);
  other.Run("BEGIN IMMEDIATE");
  auto lease = database->Acquire(TenantScope::All()).value();
  const auto start = std::chrono::steady_clock::now();
  const auto changed = lease->Commit(std::vector<Command>{Event(2)});
  const auto rows = lease->Query("INSERT INTO events (id) VALUES (3)");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  for (const Error& error : {changed.has_value() ? Error() : changed.error(), rows.has_value() ? Error() : rows.error()}) {
    EXPECT_EQ(error.code, ErrorCode::kUnavailable) << error.message;
    EXPECT_EQ(error.reason, "database_unavailable");
  }
  EXPECT_FALSE(lease->broken());
  EXPECT_EQ(Count(*database), 1);
  other.Run("COMMIT");
  EXPECT_TRUE(lease->Commit(std::vector<Command>{Event(2)}).has_value());
  EXPECT_EQ(Count(*database), 2);
}

TEST_F(SqliteDatabaseTest, LockedWhollyByAnotherProgramItIsNotOpened) {
  Make(Config()).reset();
  OtherProgram other(file_);
  other.Run("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; DELETE FROM events; ROLLBACK");
  const auto database = OpenSqlite(Config(milliseconds(100)));
  ASSERT_FALSE(database.has_value());
  EXPECT_EQ(database.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(database.error().reason, "database_unavailable");
  EXPECT_THAT(database.error().message, HasSubstr("locked"));
}

TEST_F(SqliteDatabaseTest, AFileThatIsNoDatabaseIsLeftAlone) {
  const std::string content = std::string(5'000, 'x');
  folder_.Write("aqua.db", content);
  const auto database = OpenSqlite(Config());
  ASSERT_FALSE(database.has_value());
  EXPECT_EQ(database.error().code, ErrorCode::kDataLoss);
  EXPECT_EQ(database.error().reason, "database_damaged");
  EXPECT_THAT(database.error().message, HasSubstr(file_.string()));
  std::ifstream file(file_, std::ios::binary);
  EXPECT_EQ(std::string((std::istreambuf_iterator<char>(file)), {}), content);
}

TEST_F(SqliteDatabaseTest, ADamagedPageIsToldAndTheConnectionDropped) {
  {
    const auto database = Make(Config());
    std::vector<Command> commands;
    for (std::int64_t id = 2; id < 200; ++id) commands.push_back(Event(id, std::string(1'000, 'x')));
    ASSERT_TRUE(database->Acquire(TenantScope::All()).value()->Commit(commands).has_value());
  }
  ASSERT_GT(fs::file_size(file_), 20U * 4096U);
  std::fstream file(file_, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(4096).write(std::string(fs::file_size(file_) - 4096, '\x7F').data(), static_cast<std::streamsize>(fs::file_size(file_) - 4096));
  file.close();
  const auto database = OpenSqlite(Config());
  ASSERT_TRUE(database.has_value()) << database.error().message;
  {
    auto lease = (*database)->Acquire(TenantScope::All()).value();
    const auto rows = lease->Query("SELECT sum(length(note)) FROM events");
    ASSERT_FALSE(rows.has_value());
    EXPECT_EQ(rows.error().code, ErrorCode::kDataLoss) << rows.error().message;
    EXPECT_EQ(rows.error().reason, "database_damaged");
    EXPECT_TRUE(lease->broken());
  }
  EXPECT_EQ((*database)->connections(), 0U);
}

TEST_F(SqliteDatabaseTest, AFolderThatIsNotThereIsNotMade) {
  SqliteConfig config = Config();
  config.file = folder_.path() / "missing" / "aqua.db";
  const auto database = OpenSqlite(config);
  ASSERT_FALSE(database.has_value());
  EXPECT_EQ(database.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(database.error().reason, "database_unavailable");
  EXPECT_THAT(database.error().message, HasSubstr(config.file.string()));
  EXPECT_THAT(database.error().message, HasSubstr("its folder must be there"));
  EXPECT_FALSE(fs::exists(folder_.path() / "missing"));
}

TEST_F(SqliteDatabaseTest, AFolderInPlaceOfTheFileIsRefused) {
  fs::create_directory(file_);
  const auto database = OpenSqlite(Config());
  ASSERT_FALSE(database.has_value());
  EXPECT_EQ(database.error().reason, "database_unavailable");
}

TEST_F(SqliteDatabaseTest, TheFolderMayBeASymbolicLinkButNotTheFile) {
  fs::create_directory(folder_.path() / "disk");
  fs::create_directory_symlink("disk", folder_.path() / "link");
  SqliteConfig config = Config();
  config.file = folder_.path() / "link" / "aqua.db";
  Make(config).reset();
  EXPECT_TRUE(fs::exists(folder_.path() / "disk" / "aqua.db"));
  fs::create_symlink("disk/aqua.db", file_);
  EXPECT_FALSE(OpenSqlite(Config()).has_value());
}

/// Acts as a user without rights while it lives, where the process may do so.
class AsNobody {
 public:
  AsNobody() { done_ = ::geteuid() != 0 || (::setegid(65'534) == 0 && ::seteuid(65'534) == 0); }
  ~AsNobody() {
    if (::getuid() == 0 && (::seteuid(0) != 0 || ::setegid(0) != 0)) std::abort();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;
  [[nodiscard]] bool done() const { return done_; }

 private:
  bool done_;
};

TEST_F(SqliteDatabaseTest, AFileOrFolderThatCannotBeWrittenIsToldAtTheStart) {
  Make(Config()).reset();
  fs::permissions(file_, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  fs::permissions(folder_.path(), fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  SqliteConfig fresh = Config();
  fresh.file = folder_.path() / "new.db";
  {
    const AsNobody nobody;
    ASSERT_TRUE(nobody.done());
    for (const SqliteConfig& config : {Config(), fresh}) {
      const auto database = OpenSqlite(config);
      ASSERT_FALSE(database.has_value()) << config.file;
      EXPECT_THAT(database.error().message, HasSubstr(config.file.string()));
      EXPECT_THAT(database.error().message, HasSubstr("this user must be able to write"));
    }
  }
  fs::permissions(folder_.path(), fs::perms::owner_all);
}

TEST_F(SqliteDatabaseTest, MoreStatementsThanAreKeptPreparedAllWork) {
  const auto database = Make(Config());
  auto lease = database->Acquire(TenantScope::All()).value();
  for (int i = 0; i < 600; ++i) {
    const auto rows = lease->Query("SELECT " + std::to_string(i));
    ASSERT_TRUE(rows.has_value());
    ASSERT_EQ((*rows)[0].Integer(0), i);
  }
}

TEST_F(SqliteDatabaseTest, APreparedStatementFollowsItsTable) {
  const auto database = Make(Config());
  auto lease = database->Acquire(TenantScope::All()).value();
  EXPECT_EQ(lease->Query("SELECT * FROM events").value()[0].size(), 2U);
  OtherProgram(file_).Run("ALTER TABLE events ADD COLUMN place TEXT");
  EXPECT_EQ(lease->Query("SELECT * FROM events").value()[0].size(), 3U);
}

}  // namespace
}  // namespace aqua::sql
