#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aqua/base/result.hpp"
#include "aqua/base/testing/temporary_folder.hpp"

namespace aqua::sql::testing {

/// A real PostgreSQL 15 server in a temporary folder, on a free port of 127.0.0.1, with a password. It stops with this object, and
/// with the thread that started it. As root it runs as the user postgres. Writes are not flushed to the disk (fsync=off): what is
/// committed outlives Kill(), not a power cut. For one thread.
class PostgresServer {
 public:
  static bool Installed();
  /// Makes and starts a server: about two seconds.
  static Result<std::unique_ptr<PostgresServer>> Make();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// The user is a superuser, whom row-level security does not hold.
  [[nodiscard]] std::string url(std::string_view database = "postgres") const;
  [[nodiscard]] const std::string& password() const { return password_; }
  /// Makes an empty database and returns its URL. The user is an ordinary role that owns the database.
  Result<std::string> NewDatabase();

  /// Starts again, on the same port, after Stop() or Kill(); returns when it answers.
  Status Start();
  /// Ends in good order; sessions are cut.
  void Stop();
  /// Ends all processes at once, as a power cut does.
  void Kill();
  /// Halts all processes: connections stay open and nothing answers. Resume() lets them go on.
  void Pause();
  void Resume();

 private:
  PostgresServer() = default;
  Status Initialise();
  Status AwaitReady();
  /// The server and its sessions.
  [[nodiscard]] std::vector<pid_t> Processes() const;
  /// Runs a statement as the superuser.
  Status Execute(const std::string& sql);
  void Signal(int signal) const;
  void End(int signal);
  [[nodiscard]] std::string LastWords() const;

  const base::testing::TemporaryFolder folder_;
  std::string password_;
  std::uint16_t port_ = 0;
  pid_t pid_ = -1;  ///< -1: not running
  int databases_ = 0;
};

}  // namespace aqua::sql::testing

/// Skips the test where PostgreSQL is not installed; in CI (environment variable CI) that is a failure.
#define AQUA_REQUIRE_POSTGRES()                                                                                                \
  do {                                                                                                                         \
    if (!aqua::sql::testing::PostgresServer::Installed()) {                                                                    \
      if (const char* ci = std::getenv("CI"); ci != nullptr && *ci != '\0') FAIL() << "PostgreSQL 15 must be installed in CI"; \
      GTEST_SKIP() << "PostgreSQL 15 is not installed";                                                                        \
    }                                                                                                                          \
  } while (false)
